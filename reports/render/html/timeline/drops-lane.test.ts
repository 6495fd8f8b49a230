import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WindowLine } from '../../../../harness/record/timeline-line.ts';
import { plainRecord, plainWindow } from '../../testing/plain-record.ts';
import { timelineOf } from './columns.ts';
import { dropsLane } from './drops-lane.ts';
import { timeScale, type Lane } from './lane.ts';

/** Forty clients are cut in the second second; what the server saw of it comes with each window, or not. */
function laneOf(seen: readonly (number | undefined)[]): Lane {
  const windows = seen.map((connectsPerSecond, second): WindowLine => {
    const server = { cpu: null, rssBytes: 1, connections: 1, processes: 1, runQueue: 0, loopLagMs: 0 };
    const told = connectsPerSecond === undefined ? server : { ...server, connectsPerSecond };
    const cut = second === 1 ? 40 : 0;
    return plainWindow(second * 1_000, { drops: cut, reconnects: cut, server: told });
  });
  const record = plainRecord({ durationMs: seen.length * 1_000 }, { windows });
  const timeline = timelineOf(record);
  const lane = dropsLane({ record, timeline, spans: [], x: timeScale(timeline) });
  assert.ok('markup' in lane);
  return lane;
}

test('shows the connects the server saw beside those the clients say they made', () => {
  const { markup, readings } = laneOf([0, 36.5, undefined, 0]);
  assert.match(markup.markup, /server saw</);
  assert.match(markup.markup, /connects the server saw, most 36\.5/);
  assert.deepEqual(readings.at(-1), {
    name: 'connects at the server',
    values: ['0 /s', '36.5 /s', '', '0 /s'],
  });
});

test('says nothing of them where the server did not tell', () => {
  const { markup, readings } = laneOf([undefined, undefined, undefined]);
  assert.doesNotMatch(markup.markup, /the server/);
  assert.equal(readings.length, 1);
});
