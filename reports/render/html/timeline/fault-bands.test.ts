import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appliedSpans, faultSpans } from '../../fault-spans.ts';
import { plainFault, plainSummary } from '../../testing/plain-record.ts';
import { linearScale } from '../chart/scale.ts';
import { placeNames } from './fault-bands.ts';

function place(widthPx: number): ReturnType<typeof placeNames> {
  const faults = [
    plainFault('a', 'slow joins', 40_000, 60_000),
    plainFault('b', 'blocking handlers', 75_000, 95_000),
    plainFault('c', 'network drops', 160_000, 180_000),
  ];
  const spans = appliedSpans(faultSpans(plainSummary({ durationMs: 180_000, faults })));
  return placeNames(spans, linearScale(0, 180_000, 0, 1_000), widthPx);
}

test('writes names side by side where there is room', () => {
  assert.deepEqual(
    place(1_000).map((one) => one.row),
    [0, 0, 0],
  );
});

test('gives a name its own row rather than an overlap', () => {
  const rows = place(320).map((one) => one.row);
  assert.ok(new Set(rows).size > 1, rows.join(' '));
});

test('writes a name at the right edge towards the left', () => {
  assert.equal(place(320).at(-1)?.anchor, 'end');
  assert.equal(place(320).at(-1)?.x, 1_000);
});
