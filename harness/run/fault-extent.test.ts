import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultSpan } from '../faults/schedule.ts';
import { fault, type FaultPlan } from '../scenario/api.ts';
import { planRun, type PlannedFault } from '../scenario/plan.ts';
import { extentOf, leftOutOf, stepName } from './fault-extent.ts';

function planned(...faults: FaultPlan[]): PlannedFault[] {
  const load = { clients: 10, ramp: 0, hold: '60s' };
  return planRun({ about: 'x', load, client: () => undefined, faults }, { seed: 7 }).faults;
}

function spanOf(plan: FaultPlan, known: Partial<FaultSpan> = {}): FaultSpan {
  const [one] = planned(plan.at('1s').for('10s'));
  assert.ok(one);
  return { fault: one, appliedAtMs: 1_000, liftedAtMs: 11_000, failure: null, ...known };
}

test('tells what is known of how far it reached, and nothing where nothing is', () => {
  assert.deepEqual(extentOf(spanOf(fault.intercept({ event: 'shout' }))), {});
  const hit = { count: 3, of: 10, what: 'clients' } as const;
  assert.deepEqual(extentOf(spanOf(fault.stall(), { hit })), { hit });
});

test('tells the steps that were taken, each in words', () => {
  const rising = fault.packetLoss({ percent: 5 }).ramp('10s', 2);
  const steps = [{ atMs: 1_010, value: 2.5 }];
  const span = spanOf(rising, { steps });
  assert.deepEqual(extentOf(span), {
    ramp: { param: 'percent', overMs: 10_000, steps: [{ atMs: 1_010, value: 2.5, text: '2.5 %' }] },
  });
  assert.equal(stepName(span), 'packet losses: 2.5 %');
  // One that was never injected took none.
  assert.deepEqual(extentOf(spanOf(rising)).ramp?.steps, []);
});

test('tells each that was left out with its reason', () => {
  const faults = planned(fault.stall().at('1s').for('2s'), fault.netsplit().at('1s').for('2s').optional());
  assert.deepEqual(leftOutOf(faults, new Map([['netsplit-1', { got: 'a server of 1 node' }]])), [
    { id: 'netsplit-1', kind: 'netsplit', name: 'netsplits', why: 'a server of 1 node' },
  ]);
});
