import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logScale } from '../chart/scale.ts';
import { plainRecord, plainWindow } from '../../testing/plain-record.ts';
import { timelineOf } from './columns.ts';
import { heatMap, heatStep } from './heat.ts';
import { timeScale } from './lane.ts';

test('colours by the logarithm of the count', () => {
  assert.equal(heatStep(1, 10_000), 0);
  assert.equal(heatStep(100, 10_000), 4);
  assert.equal(heatStep(10_000, 10_000), 8);
  assert.equal(heatStep(1, 1), 8);
});

function boxes(cells: [number, number][][]): number {
  const windows = cells.map((pushCells, second) => plainWindow(second * 1_000, { pushCells }));
  const record = plainRecord({ durationMs: cells.length * 1_000 }, { windows });
  const timeline = timelineOf(record);
  const context = { record, timeline, spans: [], x: timeScale(timeline) };
  return heatMap(context, logScale(0.1, 100, 100, 0)).markup.match(/z/g)?.length ?? 0;
}

test('draws neighbours of one colour as one box, and parts them at a gap or another colour', () => {
  assert.equal(boxes([[[1, 5]], [[1, 5]], [[1, 5]]]), 1);
  assert.equal(boxes([[[1, 5]], [], [[1, 5]]]), 2);
  assert.equal(boxes([[[1, 5]], [[1, 500]]]), 2);
  assert.equal(boxes([[], []]), 0);
});
