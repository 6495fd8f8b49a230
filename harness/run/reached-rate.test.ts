import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WindowLine } from '../record/timeline-line.ts';
import { reachedRate } from './reached-rate.ts';

const offered = (...counts: number[]): WindowLine[] =>
  counts.map((count, second) => ({ atMs: second * 1e3, offered: count }) as unknown as WindowLine);
const plan = {
  rate: 100,
  load: { model: 'hold' as const, clients: 10, rampMs: 1_000 },
  rampMs: 1_000,
  totalMs: 4_000,
};

test('counts the whole seconds of the hold, not the ramp and not the drain', () => {
  assert.deepEqual(reachedRate(plan, offered(10, 100, 90, 110, 5)), { planned: 100, reached: 100 });
});

test('a rate in stages is planned second by second', () => {
  const rate = [
    { to: 0, forMs: 1_000 },
    { to: 90, forMs: 3_000 },
  ];
  assert.deepEqual(reachedRate({ ...plan, rate }, offered(0, 15, 45, 75)), { planned: 45, reached: 45 });
});

test('says nothing without a rate, without a whole second, or where clients come and go', () => {
  assert.equal(reachedRate({ ...plan, rate: null }, offered(1, 1, 1, 1)), null);
  assert.equal(reachedRate(plan, offered(10)), null);
  const load = { model: 'stages' as const, stages: [{ to: 10, forMs: 4_000 }] };
  assert.equal(reachedRate({ ...plan, load }, offered(1, 1, 1, 1)), null);
});
