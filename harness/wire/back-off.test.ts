import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconnectAfterMs, rejoinAfterMs } from './back-off.ts';

const ladder = (after: (tries: number) => number, rungs: number): number[] =>
  Array.from({ length: rungs }, (_, nth) => after(nth + 1));

test('reconnects by the ladder of phoenix.js (6.1)', () => {
  const wanted = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000, 5_000];
  assert.deepEqual(ladder(reconnectAfterMs, 11), wanted);
  assert.equal(reconnectAfterMs(10_000), 5_000);
});

test('rejoins by the ladder of phoenix.js (6.1)', () => {
  assert.deepEqual(ladder(rejoinAfterMs, 5), [1_000, 2_000, 5_000, 10_000, 10_000]);
  assert.equal(rejoinAfterMs(10_000), 10_000);
});
