import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import { fault } from './api.ts';
import {
  calmBefore,
  planDrill,
  secondsDown,
  secondsUp,
  type DrillFlags,
  type DrillPlan,
} from './drill-plan.ts';
import { planRun } from './plan.ts';
import type { CheckedScenario } from './variants.ts';

const base: CheckedScenario = {
  about: 'x',
  load: { clients: 10, ramp: '5s', hold: '25s' },
  client: () => undefined,
  faults: [fault.slowJoin({ delayMs: 400 }).at('12s').for('6s')],
  drill: { steadyState: { push_duration: ['p(95)<250', { expression: 'med<50' }] } },
};

function drillOf(changes: Partial<CheckedScenario>, flags: Partial<DrillFlags> = {}): DrillPlan {
  const scenario = { ...base, ...changes };
  return planDrill(scenario, planRun(scenario, { seed: 7 }), { hypothesis: {}, ...flags });
}

function refused(changes: Partial<CheckedScenario>, flags: Partial<DrillFlags> = {}): string[] {
  try {
    drillOf(changes, flags);
  } catch (error) {
    assert.ok(error instanceof FiredrillError);
    assert.equal(error.exitCode, 104);
    return error.problems.map(({ code, path }) => `${code} ${path}`);
  }
  return assert.fail('should be refused');
}

const thresholds: CheckedScenario['thresholds'] = {
  push_duration: ['p(99)<250', { expression: 'p(99)<50', during: 'steady' }],
  join_duration: [{ expression: 'p(99)<900', during: 'slow_join' }],
  broadcast_latency: [{ expression: 'max<900', level: 'warn' }],
  recovery_duration: ['max<10000'],
  deliveries: ['count>1000', 'rate>10'],
  delivery_missing: ['count==0'],
};
const withoutDrill = (): Partial<CheckedScenario> => {
  const { drill: _, ...rest } = { ...base, thresholds };
  return rest;
};

test('the scenario says it, and what it leaves out is usual', () => {
  assert.deepEqual(drillOf({}), {
    hypothesis: { push_duration: ['p(95)<250', 'med<50'] },
    from: 'drill',
    windowMs: 10_000,
    check: 'before and after',
    rollback: 'always',
  });
});

test('flags win, and what they promise stands beside the scenario’s', () => {
  const hypothesis = { push_duration: ['max<900'], push_timeouts: ['rate<0.01'] };
  assert.deepEqual(drillOf({}, { check: 'during', rollback: 'never', windowMs: 3_000, hypothesis }), {
    hypothesis: { push_duration: ['p(95)<250', 'med<50', 'max<900'], push_timeouts: ['rate<0.01'] },
    from: 'drill',
    windowMs: 3_000,
    check: 'during',
    rollback: 'never',
  });
});

test('without a drill the thresholds are the hypothesis, as far as any stretch of the run can keep them', () => {
  const scenario = withoutDrill() as CheckedScenario;
  const plan = planRun(scenario, { seed: 7 });
  assert.deepEqual(planDrill(scenario, plan, { hypothesis: {} }), {
    hypothesis: {
      push_duration: ['p(99)<250', 'p(99)<50'],
      deliveries: ['rate>10'],
      delivery_missing: ['count==0'],
    },
    from: 'thresholds',
    windowMs: 10_000,
    check: 'before and after',
    rollback: 'always',
  });
});

test('without either it is told what to type; a typed hypothesis is enough', () => {
  const scenario: CheckedScenario = { ...(withoutDrill() as CheckedScenario), thresholds: {} };
  const plan = planRun(scenario, { seed: 7 });
  assert.throws(() => planDrill(scenario, plan, { hypothesis: {} }), /no-hypothesis[^]*--hypothesis/);
  const typed = { hypothesis: { push_timeouts: ['rate<0.01'] } };
  assert.deepEqual(planDrill(scenario, plan, typed).hypothesis, typed.hypothesis);
});

test('a typed hypothesis is checked like one in a file', () => {
  assert.deepEqual(refused({}, { hypothesis: { push_durations: ['p(95)<5'], push_duration: ['fast'] } }), [
    'unknown-metric --hypothesis.push_durations',
    'threshold-grammar --hypothesis.push_duration[0]',
  ]);
});

test('a drill wants a fault, a calm before it and a calm after it', () => {
  const late = fault.slowJoin({ delayMs: 400 }).at('24s').for('6s');
  const early = fault.slowJoin({ delayMs: 400 }).at('5900ms').for('6s');
  assert.deepEqual(refused({ faults: [] }), ['no-faults faults']);
  assert.deepEqual(refused({ faults: [early] }), ['no-calm-before-fault faults slow-join-1']);
  assert.deepEqual(refused({ faults: [late] }), ['no-calm-after-fault faults']);
  assert.deepEqual(refused({ faults: [late, early] }).length, 2);
  for (const check of ['after', 'during'] as const) drillOf({ faults: [early] }, { check });
  for (const check of ['before', 'during'] as const) drillOf({ faults: [late] }, { check });
});

test('calm is whole seconds after the ramp and before the first fault', () => {
  const { faults } = planRun(base, { seed: 7 });
  assert.deepEqual(calmBefore({ rampMs: 5_000, faults }), { fromMs: 5_000, untilMs: 12_000 });
  assert.deepEqual(calmBefore({ rampMs: 5_001, faults }), { fromMs: 6_000, untilMs: 12_000 });
  // What a longer run makes of a time is seldom round.
  assert.deepEqual([secondsUp(6_000.0004), secondsDown(11_999.9997)], [6_000, 12_000]);
});
