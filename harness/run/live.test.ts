import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultSpan } from '../faults/schedule.ts';
import { fault, type FaultPlan } from '../scenario/api.ts';
import { planRun } from '../scenario/plan.ts';
import { LiveState } from './live.ts';

function spanOf(plan: FaultPlan, known: Partial<FaultSpan> = {}): FaultSpan {
  const load = { clients: 10, ramp: 0, hold: '60s' };
  const faults = [plan.at('10s').for('20s')];
  const [one] = planRun({ about: 'x', load, client: () => undefined, faults }, { seed: 7 }).faults;
  assert.ok(one);
  return { fault: one, appliedAtMs: 10_000, liftedAtMs: null, failure: null, ...known };
}

const shown = (on: FaultSpan | null, elapsedMs: number) =>
  new LiveState('herd', 'ws://x', 10, 60_000).view(elapsedMs, 'hold', on, false).fault;

const SLOW = fault.slowJoin({ delayMs: 5 });

test('a fault is shown with the time it has left, at the least none', () => {
  assert.deepEqual(shown(spanOf(SLOW), 12_000), { name: 'slow joins', leftMs: 18_000 });
  assert.deepEqual(shown(spanOf(SLOW), 31_000), { name: 'slow joins', leftMs: 0 });
  assert.equal(shown(null, 12_000), null);
});

test('one that rises is shown with the step it has reached', () => {
  const rising = SLOW.ramp('10s', 5);
  const steps = [
    { atMs: 10_000, value: 0.2 },
    { atMs: 12_000, value: 0.4 },
  ];
  assert.equal(shown(spanOf(rising, { steps }), 13_000)?.name, 'slow joins 40 %');
  // A step that failed is none: it stands where it stood.
  const stuck = { steps: steps.slice(0, 1), shortfall: 'to 40 %: no answer' };
  assert.equal(shown(spanOf(rising, stuck), 13_000)?.name, 'slow joins 20 %');
  const losses = fault.packetLoss({ percent: 5 }).ramp('10s', 2);
  assert.equal(
    shown(spanOf(losses, { steps: [{ atMs: 0, value: 2.5 }] }), 13_000)?.name,
    'packet losses 2.5 %',
  );
});
