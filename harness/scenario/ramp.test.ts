import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRIC_NAMES } from '../base/metrics.ts';
import { fault, type Scenario } from './api.ts';
import { checkScenario } from './check.ts';
import type { FaultPlan } from './fault-plan.ts';
import { FAULT_SPECS } from './fault.ts';
import { planRun, type PlannedFault } from './plan.ts';
import { atFirst, rampParam, stepMs, stepsText } from './ramp.ts';

const good: Scenario = {
  about: 'pings',
  load: { clients: 10, ramp: '5s', hold: '115s' },
  client: () => undefined,
};

function planned(plan: FaultPlan, durationMs?: number): PlannedFault {
  const overrides = durationMs === undefined ? { seed: 7 } : { seed: 7, durationMs };
  const [one] = planRun({ ...good, faults: [plan] }, overrides).faults;
  assert.ok(one);
  return one;
}

const problemsOf = (plan: FaultPlan | object): string[] =>
  checkScenario({ ...good, faults: [plan] }, METRIC_NAMES).map(
    ({ code, path, got }) => `${code} ${path}: ${got}`,
  );

const SLOW = fault.slowJoin({ delayMs: 2_000, share: 0.5, topic: 'room:*' }).at('10s').for('60s');

test('a share rises to what is asked in equal steps, each as long as the others', () => {
  const one = planned(SLOW.ramp('30s'));
  assert.deepEqual(one.ramp, { param: 'share', overMs: 30_000, values: [0.1, 0.2, 0.3, 0.4, 0.5] });
  const { ramp } = one;
  assert.deepEqual(
    ramp.values.map((_, nth) => stepMs(ramp, nth)),
    [0, 6_000, 12_000, 18_000, 24_000],
  );
  assert.equal(one.share, 0.5);
  assert.deepEqual([atFirst(one).share, atFirst(one).params['share']], [0.1, 0.1]);
  assert.equal(
    stepsText(ramp, one.atMs),
    '10 % at 0:10, 20 % at 0:16, 30 % at 0:22, 40 % at 0:28, 50 % at 0:34',
  );
  assert.equal(
    `${one.whom}: ${one.what}`,
    '50 % of topics room:*: join takes 2 s, rising from 10 % in 5 steps over 30 s',
  );
});

test('packet losses rise by their chance, partitions by their addresses', () => {
  const loss = planned(fault.packetLoss({ percent: 8 }).at('10s').for('9s').ramp('4s', 4));
  assert.deepEqual(loss.ramp?.values, [2, 4, 6, 8]);
  assert.deepEqual([atFirst(loss).params['percent'], atFirst(loss).share], [2, 1]);
  assert.match(loss.what, /, rising from 2 % in 4 steps over 4 s$/);
  const parted = planned(fault.partition().at('10s').for('9s').ramp('4s', 2));
  assert.deepEqual([atFirst(parted).params['addresses'], atFirst(parted).share], [0.5, 0.5]);
});

test('what does not rise is planned as ever', () => {
  const one = planned(SLOW);
  assert.equal(Object.hasOwn(one, 'ramp'), false);
  assert.equal(atFirst(one), one);
});

test('in a shorter run it rises in proportion, and each time it comes again', () => {
  const half = planned(SLOW.ramp('30s', 3), 60_000);
  assert.equal(half.ramp && half.ramp.overMs / half.forMs, 0.5);
  const { faults } = planRun(
    { ...good, faults: [SLOW.for('10s').ramp('10s', 2).every('20s', 2)] },
    { seed: 7 },
  );
  assert.deepEqual(
    faults.map(({ id, atMs, ramp }) => [id, atMs, ramp?.overMs]),
    [
      ['slow-join-1', 10_000, 10_000],
      ['slow-join-2', 30_000, 10_000],
    ],
  );
});

test('every fault with one share can rise, but for the one that would hit others each time', () => {
  const able = FAULT_SPECS.filter((spec) => rampParam(spec) !== null).map(({ builder }) => builder);
  assert.deepEqual(able.toSorted(), [
    'bandwidth',
    'blackhole',
    'blockingHandler',
    'byteLimit',
    'channelCrash',
    'close',
    'garbage',
    'heartbeatLoss',
    'latency',
    'mailboxFlood',
    'packetLoss',
    'partition',
    'reset',
    'slicer',
    'slowConnect',
    'slowJoin',
    'staleJoinRef',
    'stall',
    'stateLeak',
    'zombie',
  ]);
});

test('a ramp that cannot be is refused by its place', () => {
  assert.deepEqual(problemsOf(SLOW.ramp('60s', 2)), []);
  assert.deepEqual(problemsOf(SLOW.ramp('30s', 50)), []);
  const refused: [FaultPlan | object, string][] = [
    [SLOW.ramp('61s'), 'out-of-range faults[0].ramp: 61 s'],
    [SLOW.ramp('0s'), "out-of-range faults[0].ramp: '0s'"],
    [SLOW.ramp('soon'), "not-a-duration faults[0].ramp: 'soon'"],
    [SLOW.ramp('30s', 1), 'out-of-range faults[0].ramp.steps: 1'],
    [SLOW.ramp('30s', 51), 'out-of-range faults[0].ramp.steps: 51'],
    [SLOW.ramp('30s', 2.5), 'out-of-range faults[0].ramp.steps: 2.5'],
    [{ ...SLOW, rise: '30s' }, "not-an-object faults[0].ramp: '30s'"],
    [
      fault.nodeKill().at('10s').for('20s').ramp('5s'),
      'fault-cannot-ramp faults[0].ramp: a ramp of fault.nodeKill, which hits no share of anything',
    ],
    [
      fault.connectionKill().at('10s').for('20s').ramp('5s'),
      'fault-cannot-ramp faults[0].ramp: a ramp of fault.connectionKill, which cannot tell whom it has hit before',
    ],
    [
      fault.networkDrop({ reset: 0.1 }).at('10s').for('20s').ramp('5s'),
      'fault-cannot-ramp faults[0].ramp: a ramp of fault.networkDrop, which has two shares',
    ],
  ];
  for (const [plan, problem] of refused) assert.deepEqual(problemsOf(plan), [problem]);
});

test('a plan that rises is never changed, only made anew', () => {
  assert.equal(SLOW.rise, undefined);
  assert.deepEqual(SLOW.ramp('3s').optional().rise, { time: '3s', steps: 5 });
});
