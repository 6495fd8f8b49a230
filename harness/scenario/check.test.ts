import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { METRIC_NAMES } from '../base/metrics.ts';
import { fault, scenario } from './api.ts';
import type { Scenario } from './api.ts';
import { checkScenario } from './check.ts';

const good: Scenario = scenario({
  about: 'pings',
  load: { clients: 10, ramp: '5s', hold: '30s', rate: 5 },
  client: () => undefined,
});

/** The problems of the good scenario with some fields changed, as `code path`. */
function problemsOf(changes: Record<string, unknown>): string[] {
  return checkScenario({ ...good, ...changes }, METRIC_NAMES).map(
    (problem) => `${problem.code} ${problem.path}`,
  );
}

test('has nothing to say against a scenario that uses everything', () => {
  const full = scenario({
    about: 'all of it',
    load: { clients: 10_000_000, ramp: 0, hold: '250ms' },
    connect: { params: (index) => ({ user_id: `${index}` }), heartbeat: false },
    client: async () => {},
    faults: [
      fault.slowJoin({ delayMs: 400, topic: 'room:*', share: 0.5, rejoin: 0.2 }).at(0).for('100ms'),
      fault.blockingHandler({ delayMs: 50 }).at('50ms').for('100ms'),
      fault.intercept({ event: 'shout' }).for('50ms').at('200ms'),
      fault.networkDrop({ reset: 0.9, blackhole: 0.1 }).at('1ms').for('1ms'),
    ],
    counters: ['heard'],
    thresholds: {
      push_duration: ['p(99)<250', { expression: 'p(99)<50', during: 'steady', level: 'warn' }],
      join_duration: [{ expression: 'max<1000', during: 'slow_join' }],
      heard: ['count>0'],
      mailbox_max: ['max<100'],
    },
  });
  assert.deepEqual(checkScenario(full, METRIC_NAMES), []);
});

test('says what to write when the export is no scenario', () => {
  for (const candidate of [undefined, null, 3, 'x', [], () => good]) {
    const problems = checkScenario(candidate, METRIC_NAMES);
    assert.equal(problems[0]?.code, 'not-a-scenario');
    assert.equal(problems.length, 1);
  }
});

test('finds every problem at once', () => {
  const problems = problemsOf({
    about: undefined,
    load: { clients: 0, ramp: '5 parsecs', hlod: '30s' },
    client: 'ping',
    thresholds: { push_durations: ['p(99)<250'] },
  });
  assert.deepEqual(problems, [
    'missing about',
    'unknown-field load.hlod',
    'out-of-range load.clients',
    'not-a-duration load.ramp',
    'missing load.hold',
    'not-a-function client',
    'unknown-metric thresholds.push_durations',
  ]);
});

test('suggests the field that was meant', () => {
  const problems = checkScenario({ ...good, threshold: {} }, METRIC_NAMES);
  assert.equal(problems[0]?.hint, 'did you mean thresholds?');
});

test('takes whole numbers of clients from one to ten million', () => {
  for (const clients of [0, -1, 1.5, Number.NaN, 10_000_001, '100', undefined]) {
    assert.equal(problemsOf({ load: { ...good.load, clients } }).length, 1, String(clients));
  }
});

test('refuses a run that never holds, and a rate of nothing', () => {
  assert.deepEqual(problemsOf({ load: { clients: 1, ramp: '1s', hold: 0 } }), ['out-of-range load.hold']);
  assert.deepEqual(problemsOf({ load: { ...good.load, rate: 0 } }), ['out-of-range load.rate']);
  assert.deepEqual(problemsOf({ load: { ...good.load, ramp: '25h' } }), ['out-of-range load.ramp']);
});

test('never shows a connect parameter, which may be a token', () => {
  const problems = checkScenario({ ...good, connect: { params: { token: 12_345 }, hart: 1 } }, METRIC_NAMES);
  assert.deepEqual(
    problems.map((problem) => problem.path),
    ['connect.hart', 'connect.params.token'],
  );
  assert.doesNotMatch(JSON.stringify(problems), /12.?345/);
});

test('names the kinds and parameters a fault could have', () => {
  const faults = [
    { kind: 'slow_joins', params: {}, atTime: '1s', forTime: '1s' },
    { ...fault.slowJoin({ delayMs: 100 }).at('1s').for('1s'), params: { delay: 100 } },
    fault.blockingHandler({ delayMs: 0, share: 1.1, topic: '' }).at('1s').for('1s'),
    fault.intercept,
  ];
  const problems = checkScenario({ ...good, faults }, METRIC_NAMES);
  assert.deepEqual(
    problems.map((problem) => `${problem.code} ${problem.path}`),
    [
      'unknown-fault faults[0].kind',
      'unknown-param faults[1].params.delay',
      'missing faults[1].params.delayMs',
      'out-of-range faults[2].params.delayMs',
      'not-a-text faults[2].params.topic',
      'out-of-range faults[2].params.share',
      'not-a-fault faults[3]',
    ],
  );
  assert.equal(problems[0]?.hint, 'did you mean slow_join?');
  assert.match(problems[1]?.wanted ?? '', /delayMs \(1 to 600000 ms, required\)/);
  assert.equal(problems[1]?.hint, 'did you mean delayMs?');
});

test('wants both times of a fault, within the run', () => {
  const slow = fault.slowJoin({ delayMs: 100 });
  assert.deepEqual(problemsOf({ faults: [slow] }), ['missing faults[0].at', 'missing faults[0].for']);
  assert.deepEqual(problemsOf({ faults: [slow.at('10s').for(0)] }), ['out-of-range faults[0].for']);
  assert.deepEqual(problemsOf({ faults: [slow.at('30s').for('6s')] }), ['fault-outlives-run faults[0]']);
  assert.deepEqual(problemsOf({ faults: [slow.at('30s').for('5s')] }), []);
});

test('a network drop takes at least some and at most all connections', () => {
  const drop = (params: { reset?: number; blackhole?: number }): string[] =>
    problemsOf({ faults: [fault.networkDrop(params).at('1s').for('1s')] });
  assert.deepEqual(drop({}), ['out-of-range faults[0].params']);
  assert.deepEqual(drop({ reset: 0.6, blackhole: 0.6 }), ['out-of-range faults[0].params']);
  assert.deepEqual(drop({ reset: 2 }), ['out-of-range faults[0].params.reset']);
});

test('a threshold names a metric, a statistic that fits it and a part of the run', () => {
  const thresholds = {
    push_timeouts: ['p(99)<1', 'rate<'],
    push_duration: [{ expression: 'p(99)<1', during: 'slow_join', level: 'fatal', abortOnFail: true }, 7],
    join_duration: [],
    'push_duration{room:1}': ['max<1'],
  };
  assert.deepEqual(problemsOf({ thresholds }), [
    'threshold-statistic thresholds.push_timeouts[0]',
    'threshold-grammar thresholds.push_timeouts[1]',
    'unknown-field thresholds.push_duration[0].abortOnFail',
    'unknown-part thresholds.push_duration[0].during',
    'unknown-level thresholds.push_duration[0].level',
    'not-a-threshold thresholds.push_duration[1]',
    'not-a-list thresholds.join_duration',
    'unknown-metric thresholds.push_duration{room:1}',
  ]);
});

test('knows a counter of its own only when it is declared', () => {
  assert.deepEqual(problemsOf({ thresholds: { heard: ['count>0'] } }), ['unknown-metric thresholds.heard']);
  assert.deepEqual(problemsOf({ counters: ['heard'], thresholds: { heard: ['max>0'] } }), [
    'threshold-statistic thresholds.heard[0]',
  ]);
  assert.deepEqual(problemsOf({ counters: ['drops', 'a', 'a', 'Not Fine', 3] }), [
    'name-taken counters[0]',
    'name-taken counters[2]',
    'not-a-name counters[3]',
    'not-a-name counters[4]',
  ]);
});

test('never throws, whatever a file exports', () => {
  const field = fc.oneof(fc.anything(), fc.array(fc.anything()));
  const candidate = fc.record(
    {
      about: field,
      load: field,
      connect: field,
      client: field,
      faults: field,
      thresholds: field,
      counters: field,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(candidate, (value) => {
      for (const problem of checkScenario(value, METRIC_NAMES))
        assert.ok(problem.code !== '' && problem.path !== '');
    }),
  );
});
