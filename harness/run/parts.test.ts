import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultSpan } from '../faults/schedule.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import { RunParts } from './parts.ts';

function span(kind: string, appliedAtMs: number | null, liftedAtMs: number | null): FaultSpan {
  return { fault: { kind } as PlannedFault, appliedAtMs, liftedAtMs, failure: null };
}

function secondsIn(parts: RunParts, part: string, upTo = 60): number[] {
  const within = parts.within(part);
  return Array.from({ length: upTo }, (_, window) => window).filter(within);
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test('steady begins a second after the ramp and ends with the plan', () => {
  const parts = new RunParts([], new Map(), 5_000, 20_000);
  assert.deepEqual(secondsIn(parts, 'steady'), range(6, 20));
  assert.deepEqual(secondsIn(parts, 'all', 30), range(0, 30));
  assert.equal(parts.faultOn(10), null);
});

test('a fault with its recovery is no steady state, touched seconds included', () => {
  const slow = span('slow_join', 10_004, 15_006);
  const parts = new RunParts([slow], new Map([[slow, 2_500]]), 0, 30_000);
  assert.deepEqual(secondsIn(parts, 'steady'), [...range(1, 10), ...range(18, 30)]);
  assert.deepEqual(secondsIn(parts, 'slow_join'), range(10, 16));
  assert.equal(parts.faultOn(15), 'slow_join');
  assert.equal(parts.faultOn(16), null);
});

test('what lingers after a fault that never recovered is not hidden', () => {
  const slow = span('slow_join', 10_000, 15_000);
  const parts = new RunParts([slow], new Map([[slow, null]]), 0, 30_000);
  assert.deepEqual(secondsIn(parts, 'steady'), [...range(1, 10), ...range(15, 30)]);
});

test('a fault that was never lifted goes on to the end, one never applied is nowhere', () => {
  const stuck = span('intercept', 20_000, null);
  const never = span('network_drop', null, null);
  const parts = new RunParts([never, stuck], new Map(), 0, 30_000);
  assert.deepEqual(secondsIn(parts, 'intercept', 40), range(20, 40));
  assert.deepEqual(secondsIn(parts, 'network_drop'), []);
  assert.deepEqual(secondsIn(parts, 'steady', 40), range(1, 20));
});

test('two faults of a kind are one part', () => {
  const parts = new RunParts([span('x', 5_000, 6_000), span('x', 9_000, 11_000)], new Map(), 0, 30_000);
  assert.deepEqual(secondsIn(parts, 'x'), [5, 9, 10]);
});
