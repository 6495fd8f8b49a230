import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { METRIC_NAMES } from '../base/metrics.ts';
import { fault, feed, scenario } from './api.ts';
import { checkScenario } from './check.ts';

const good = scenario({
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
    connect: {
      params: (index) => ({ user_id: `${index}` }),
      headers: { Origin: 'https://example.com', 'X-Name': 'Zo\u00eb' },
      authToken: (index) => `t${index}`,
      phoenixJs: '1.8.15',
      heartbeat: false,
      heartbeatTimeout: '5s',
      pushTimeout: '3s',
      connectTimeout: 2_000,
      reconnect: { waits: ['10ms', '1s'], jitter: 0.5 },
      rejoin: false,
      rejoinSpread: 0,
      maxFrameBytes: 65_536,
    },
    feed: feed.rows([{ name: 'ann' }]),
    client: async (user) => user.count('heard', user.row.name.length),
    faults: [
      fault.slowJoin({ delayMs: 400, topic: 'room:*', share: 0.5, rejoin: 0.2 }).at(0).for('100ms'),
      fault.blockingHandler({ delayMs: 50 }).at('50ms').for('100ms'),
      fault.intercept({ event: 'shout' }).for('50ms').at('200ms'),
      fault.networkDrop({ reset: 0.9, blackhole: 0.1 }).at('1ms').for('1ms'),
    ],
    metrics: {
      heard: 'counter',
      found: 'rate',
      open_rooms: 'gauge',
      spread: 'trend',
      size: { kind: 'trend', unit: 'bytes' },
    },
    thresholds: {
      'push_duration{kind:search}': ['p(99)<250'],
      'heard{room:room:1}': ['count>0'],
      found: ['rate>0.9'],
      open_rooms: ['value<10'],
      spread: ['p(99.9)<250'],
      size: ['max<1000'],
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
  const twice = slow.at('20s').for('5s');
  assert.deepEqual(problemsOf({ faults: [twice.every('10s', 2)] }), []);
  assert.deepEqual(problemsOf({ faults: [twice.every('11s', 2)] }), ['fault-outlives-run faults[0]']);
  assert.deepEqual(problemsOf({ faults: [twice.every('5s', 2)] }), ['out-of-range faults[0].every.gap']);
  assert.deepEqual(problemsOf({ faults: [twice.every('soon', 0)] }), [
    'not-a-duration faults[0].every.gap',
    'out-of-range faults[0].every.times',
  ]);
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
    push_duration: [{ expression: 'p(99)<1', during: 'slow_join', level: 'fatal', abortOnFial: true }, 7],
    join_duration: [],
    'push_duration{room}': ['max<1'],
  };
  assert.deepEqual(problemsOf({ thresholds }), [
    'threshold-statistic thresholds.push_timeouts[0]',
    'threshold-grammar thresholds.push_timeouts[1]',
    'unknown-field thresholds.push_duration[0].abortOnFial',
    'unknown-part thresholds.push_duration[0].during',
    'unknown-level thresholds.push_duration[0].level',
    'not-a-threshold thresholds.push_duration[1]',
    'not-a-list thresholds.join_duration',
    'bad-tag thresholds.push_duration{room}',
  ]);
});

test('knows a metric of its own only when it is declared, with the statistics of its kind', () => {
  const thresholds = { heard: ['count>0', 'p(99)<1'], spread: ['p(99)<1', 'value<1'], found: ['max<1'] };
  assert.deepEqual(problemsOf({ thresholds }), [
    'unknown-metric thresholds.heard',
    'unknown-metric thresholds.spread',
    'unknown-metric thresholds.found',
  ]);
  assert.deepEqual(
    problemsOf({ thresholds, metrics: { heard: 'counter', spread: 'trend', found: 'rate' } }),
    [
      'threshold-statistic thresholds.heard[1]',
      'threshold-statistic thresholds.spread[1]',
      'threshold-statistic thresholds.found[0]',
    ],
  );
});

test('refuses metrics of its own that are ours, misnamed, of no kind or of no unit', () => {
  const metrics = {
    drops: 'counter',
    'Not Fine': 'counter',
    ['__proto__']: 'counter',
    heard: 'count',
    size: { kind: 'trend', unit: 'mb' },
    share: { kind: 'rate', unit: 'count' },
    spread: { kind: 'trend', units: 'ms' },
    open: 3,
  };
  assert.deepEqual(problemsOf({ metrics }), [
    'name-taken metrics.drops',
    'not-a-name metrics.Not Fine',
    'not-a-name metrics.__proto__',
    'unknown-kind metrics.heard',
    'unknown-unit metrics.size.unit',
    'unknown-kind metrics.share.kind',
    'unknown-field metrics.spread.units',
    'unknown-unit metrics.spread.unit',
    'unknown-kind metrics.open',
  ]);
  assert.equal(checkScenario({ ...good, metrics }, METRIC_NAMES)[3]?.hint, 'did you mean counter?');
});

test('answers counters, the old spelling, with the line to write instead', () => {
  const old = { ...good, counters: ['heard', 'seen'], thresholds: { heard: ['count>0'] } };
  const problems = checkScenario(old, METRIC_NAMES);
  assert.deepEqual(
    problems.map(({ code, path, hint }) => [code, path, hint]),
    [['unknown-field', 'counters', "metrics: { heard: 'counter', seen: 'counter' }"]],
  );
});

test('a threshold may look at one tag, of the metrics that have tags', () => {
  const ask = (name: string): string[] =>
    checkScenario(
      { ...good, metrics: { heard: 'counter' }, thresholds: { [name]: ['count>=0'] } },
      METRIC_NAMES,
    ).map(({ code, hint }) => `${code}: ${hint}`);
  for (const name of [
    'heard{room:a b}',
    'join_duration{kind:first}',
    'errors{kind:x}',
    'push_timeouts{a:b:c}',
  ]) {
    assert.deepEqual(ask(name), [], name);
  }
  for (const name of [
    'push_duration{kind}',
    'push_duration{a:b,c:d}',
    'push_duration{a:b',
    '{a:b}',
    'heard{}',
  ]) {
    assert.deepEqual(ask(name), ['bad-tag: push_duration{kind:search}'], name);
  }
  assert.deepEqual(ask('push_durations{a:b}'), ['unknown-metric: did you mean push_duration{a:b}?']);
  assert.match(ask('drops{a:b}')[0] ?? '', /^untagged-metric/);
  assert.deepEqual(ask('server_events{event:phoenix.socket_drain}'), []);
  assert.match(ask('server_events{kind:search}')[0] ?? '', /^unknown-tag/);
});

test('never shows a header, and takes those only that an upgrade may have', () => {
  const headers = {
    'x-token': 'secret\r\nInjected: 1',
    'X-Token': 'twice',
    'bad name': 'x',
    Host: 'other',
    'Sec-WebSocket-Protocol': 'secret',
    cookie: 12_345,
    snow: '\u2603',
  };
  const problems = checkScenario({ ...good, connect: { headers } }, METRIC_NAMES);
  assert.deepEqual(
    problems.map((problem) => `${problem.code} ${problem.path}`),
    [
      'not-a-text connect.headers.cookie',
      'not-a-header connect.headers.x-token',
      'duplicate-header connect.headers.X-Token',
      'not-a-header connect.headers.bad name',
      'not-a-header connect.headers.Host',
      'not-a-header connect.headers.Sec-WebSocket-Protocol',
      'not-a-header connect.headers.snow',
    ],
  );
  assert.doesNotMatch(JSON.stringify(problems), /secret|12.?345/);
});

test('checks every habit of a client', () => {
  const connect = {
    params: { vsn: '1.0.0' },
    authToken: '',
    phoenixJs: '1.7.0',
    heartbeat: 0,
    heartbeatTimeout: 'soon',
    pushTimeout: '0ms',
    connectTimeout: -1,
    reconnect: [],
    rejoin: { waits: ['1s', 0], jitter: 2, jiter: 1 },
    rejoinSpread: '1 s',
    maxFrameBytes: 1,
  };
  assert.deepEqual(problemsOf({ connect }), [
    'not-a-param connect.params.vsn',
    'not-a-text connect.authToken',
    'unknown-version connect.phoenixJs',
    'out-of-range connect.heartbeat',
    'not-a-duration connect.heartbeatTimeout',
    'out-of-range connect.pushTimeout',
    'not-a-duration connect.connectTimeout',
    'not-a-list connect.reconnect',
    'unknown-field connect.rejoin.jiter',
    'out-of-range connect.rejoin.jitter',
    'out-of-range connect.rejoin.waits[1]',
    'not-a-duration connect.rejoinSpread',
    'out-of-range connect.maxFrameBytes',
  ]);
  assert.deepEqual(problemsOf({ connect: { reconnect: '1s' } }), ['not-a-list connect.reconnect']);
});

test('parameters of a feed are texts in every row', () => {
  const params = feed.rows([{ id: '1' }, { id: 'secret', age: 7 }, { id: 3 }]);
  const problems = checkScenario({ ...good, connect: { params } }, METRIC_NAMES);
  assert.deepEqual(
    problems.map(({ path, got }) => `${path} ${got}`),
    ['connect.params row 2.age a number'],
  );
  const made = feed.generate(1e9, (index) => (index === 0 ? { id: 'a' } : { id: 1 }));
  assert.deepEqual(problemsOf({ connect: { params: made } }), [], 'of a billion made rows one is looked at');
  assert.deepEqual(problemsOf({ connect: { params: feed.rows([]) } }), ['empty-feed feed.rows']);
  assert.deepEqual(problemsOf({ feed: [1, 2] }), ['not-a-feed feed']);
});

test('takes each shape of load, and says which there are when two are mixed', () => {
  const stages = [
    { to: 10, for: 0 },
    { to: 0, for: '5s' },
  ];
  for (const load of [
    { clients: 1, ramp: 0, hold: '1s', rate: [{ to: 5, for: '1s' }] },
    { stages, rate: 5 },
    { arrivals: { rate: 5, for: '10s' } },
    { arrivals: { rate: 0, stages, spacing: 'poisson', atMost: 4 }, hold: '3s' },
    { arrivals: { stages, spacing: { burst: 10 } } },
  ]) {
    assert.deepEqual(problemsOf({ load }), [], JSON.stringify(load));
  }
  assert.deepEqual(problemsOf({ load: { clients: 3, stages } }), ['mixed-load load']);
  assert.deepEqual(problemsOf({ load: { arrivals: { stages, for: '3s' } } }), [
    'mixed-load load.arrivals.for',
  ]);
});

test('checks every figure of stages and arrivals', () => {
  const wrong = [{ to: 1.5, for: '1s' }, { to: 3 }, { too: 1, to: -1, for: 'x' }, 7];
  assert.deepEqual(problemsOf({ load: { stages: wrong, rate: [{ to: 0, for: '1s' }] } }), [
    'out-of-range load.stages[0].to',
    'missing load.stages[1].for',
    'unknown-field load.stages[2].too',
    'out-of-range load.stages[2].to',
    'not-a-duration load.stages[2].for',
    'not-an-object load.stages[3]',
    'out-of-range load.rate',
  ]);
  assert.deepEqual(problemsOf({ load: { stages: [] } }), ['not-a-list load.stages']);
  assert.deepEqual(problemsOf({ load: { stages: [{ to: 5, for: 0 }] } }), ['out-of-range load.stages']);
  assert.deepEqual(
    problemsOf({
      load: {
        stages: [
          { to: 5, for: '20h' },
          { to: 5, for: '20h' },
        ],
      },
    }),
    ['out-of-range load.stages'],
  );
  assert.deepEqual(problemsOf({ load: { ...good.load, rate: [{ to: 5, for: '36s' }] } }), [
    'stages-outlive-run load.rate',
  ]);
  assert.deepEqual(
    problemsOf({ load: { arrivals: { atMost: 0, spacing: { bust: 3 } }, rate: 5, ramp: 3 } }),
    [
      'unknown-field load.rate',
      'unknown-field load.ramp',
      'missing load.arrivals.rate',
      'missing load.arrivals.for',
      'unknown-field load.arrivals.spacing.bust',
      'missing load.arrivals.spacing.burst',
      'out-of-range load.arrivals.atMost',
    ],
  );
  assert.deepEqual(problemsOf({ load: { arrivals: { rate: 1e6, for: '1m', spacing: 'odd' } } }), [
    'out-of-range load.arrivals',
    'unknown-spacing load.arrivals.spacing',
  ]);
  assert.deepEqual(problemsOf({ load: { arrivals: 20 } }), ['not-an-object load.arrivals']);
});

test('never throws, whatever a file exports', () => {
  const part = fc.constantFrom(
    'stages',
    'arrivals',
    'params',
    'headers',
    'reconnect',
    'waits',
    'drops',
    'a{b:c}',
    'spacing',
  );
  const parts = fc.dictionary(part, fc.anything());
  const field = fc.oneof(fc.anything(), fc.array(fc.anything()), parts, fc.dictionary(part, parts));
  const candidate = fc.record(
    {
      about: field,
      load: field,
      connect: field,
      client: field,
      faults: field,
      thresholds: field,
      counters: field,
      metrics: field,
      feed: field,
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
