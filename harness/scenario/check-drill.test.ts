import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRIC_NAMES } from '../base/metrics.ts';
import { fault, scenario } from './api.ts';
import { checkScenario } from './check.ts';

const good = scenario({
  about: 'pings',
  load: { clients: 10, ramp: '5s', hold: '30s' },
  client: () => undefined,
  metrics: { found: 'rate' },
  faults: [fault.slowJoin({ delayMs: 400 }).at('10s').for('5s')],
  drill: {
    steadyState: {
      push_duration: ['p(95)<250', { expression: 'med<50' }],
      'push_duration{kind:search}': ['p(95)<900'],
      found: ['rate>0.9'],
    },
    window: '5s',
    check: 'continuously',
    rollback: 'deviated',
  },
});

type Told = { code: string; path: string; hint?: string | undefined };

function problemsOf(drill: unknown): Told[] {
  return checkScenario({ ...good, drill }, METRIC_NAMES).map(({ code, path, hint }) => ({
    code,
    path,
    hint,
  }));
}

function codesOf(drill: unknown): string[] {
  return problemsOf(drill).map(({ code, path }) => `${code} ${path}`);
}

const steadyState = { push_duration: ['p(95)<250'] };

test('has nothing to say against a drill that uses everything, nor against none', () => {
  assert.deepEqual(checkScenario(good, METRIC_NAMES), []);
  assert.deepEqual(codesOf(undefined), []);
  assert.deepEqual(codesOf({ steadyState }), []);
});

test('tells all problems at once, each under its path', () => {
  assert.deepEqual(
    codesOf({
      steadyState: { push_durations: ['p(95)<250'], push_duration: ['p95<250', 'rate<1'], errors: [] },
      window: '0s',
      check: 'sometimes',
      rollback: 7,
      roll: true,
    }),
    [
      'unknown-field drill.roll',
      'unknown-metric drill.steadyState.push_durations',
      'threshold-grammar drill.steadyState.push_duration[0]',
      'threshold-statistic drill.steadyState.push_duration[1]',
      'not-a-list drill.steadyState.errors',
      'out-of-range drill.window',
      'unknown-choice drill.check',
      'unknown-choice drill.rollback',
    ],
  );
});

test('knows the neighbours of a word', () => {
  const hintOf = (drill: object): string | undefined => problemsOf({ steadyState, ...drill })[0]?.hint;
  assert.equal(hintOf({ check: 'continuous' }), 'did you mean continuously?');
  assert.equal(hintOf({ rollback: 'allways' }), 'did you mean always?');
  assert.equal(hintOf({ windw: '10s' }), 'did you mean window?');
});

test('wants a hypothesis, and one that every second can tell', () => {
  assert.deepEqual(codesOf({}), ['missing drill.steadyState']);
  assert.deepEqual(codesOf({ steadyState: {} }), ['not-an-object drill.steadyState']);
  assert.deepEqual(codesOf('steady'), ['not-an-object drill']);
  assert.deepEqual(codesOf({ steadyState: { recovery_duration: ['max<100'] } }), [
    'not-steady drill.steadyState.recovery_duration',
  ]);
  assert.deepEqual(codesOf({ steadyState, window: '999ms' }), ['out-of-range drill.window']);
});

test('a look has no part of the run, no level and no abort', () => {
  const long = { expression: 'p(95)<250', during: 'steady', level: 'warn' };
  assert.deepEqual(codesOf({ steadyState: { push_duration: [long] } }), [
    'unknown-field drill.steadyState.push_duration[0].during',
    'unknown-field drill.steadyState.push_duration[0].level',
  ]);
  assert.deepEqual(codesOf({ steadyState: { push_duration: [{}] } }), [
    'missing drill.steadyState.push_duration[0].expression',
  ]);
});

test('names such as __proto__ are metrics that nobody knows', () => {
  const odd = Object.fromEntries([['__proto__', ['count==0']]]);
  assert.deepEqual(codesOf({ steadyState: odd }), ['unknown-metric drill.steadyState.__proto__']);
});

test('a variant may have a drill of its own', () => {
  const { client: _, ...rest } = good;
  const client = (): undefined => undefined;
  const variants = { a: { client }, b: { client, drill: { steadyState: { nothing: ['count==0'] } } } };
  assert.deepEqual(
    checkScenario({ ...rest, variants }, METRIC_NAMES).map(({ code, path }) => `${code} ${path}`),
    ['unknown-metric variants.b.drill.steadyState.nothing'],
  );
});
