import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitMs } from './back-off.ts';
import { PHOENIX_JS } from './client-profile.ts';

test('the ladders are those of phoenix.js, and their last wait holds for ever (6.1)', () => {
  const climb = (ladder: readonly number[] | null, tries: number): number[] =>
    Array.from({ length: tries }, (_, nth) => waitMs(ladder ?? [], nth, 0, 0.9));
  const reconnects = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000, 5_000];
  assert.deepEqual(climb(PHOENIX_JS.reconnectMs, 11), reconnects);
  assert.deepEqual(climb(PHOENIX_JS.rejoinMs, 5), [1_000, 2_000, 5_000, 10_000, 10_000]);
});

test('jitter draws a wait from around it, evenly', () => {
  assert.deepEqual(
    [0, 0.25, 0.5, 0.75].map((draw) => waitMs([1_000], 0, 0.5, draw)),
    [500, 750, 1_000, 1_250],
  );
});
