import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typeErrors } from './testing/type-check.ts';

const LOAD = "load: { clients: 1, ramp: 0, hold: '1s' }";

/** A scenario with some lines of its own, one under the other from line 2 on. */
function drill(...lines: string[]): string {
  return [`import { fault, feed, scenario } from 'firedrill'; void fault; void feed;`, ...lines].join('\n');
}

test('an editor is content with every way of writing a scenario', () => {
  const errors = typeErrors({
    all: drill(
      `import type { Channel, User } from 'firedrill';`,
      `async function talk(user: User, room: Channel) { while (user.isRunning) await room.push('ping'); }`,
      `export default scenario({ about: 'all',`,
      `  load: { stages: [{ to: 10, for: '5s' }], rate: [{ to: 5, for: '5s' }] },`,
      `  connect: { params: feed.csv('users.csv', ['name']), reconnect: { waits: ['1s', 10], jitter: 0.5 }, rejoin: false },`,
      `  feed: feed.csv('users.csv', ['name', 'token']),`,
      `  async client(user) {`,
      `    const room = await user.join('room:' + user.row.name, { token: user.row.token }, { shout: () => user.count('heard') });`,
      `    const { status, payload } = await room.next('welcome', { within: '2s', where: (text) => text !== null });`,
      `    user.check('welcomed', status === 'ok' && payload !== null);`,
      `    user.gauge('rooms', 1); user.record('size', 2); user.tag('kind', 'search');`,
      `    await user.every('1s', () => room.push('ping', { a: [1] }, { timeout: '2s' }), { spacing: 'poisson', times: 3 });`,
      `    await talk(user, room);`,
      `  },`,
      `  faults: [fault.slowJoin({ delayMs: 400 }).at('1s').for('1s')],`,
      `  metrics: { heard: 'counter', welcomed: 'rate', rooms: 'gauge', size: { kind: 'trend', unit: 'bytes' } },`,
      `  thresholds: { push_duration: ['p(99)<250', { expression: 'max<9', during: 'steady', level: 'warn' }],`,
      `    'push_duration{kind:search}': ['p(99)<50'], welcomed: ['rate>0.9'], 'heard{kind:search}': ['count>0'] },`,
      `});`,
    ),
    open: drill(
      `export default scenario({ about: 'open', load: { arrivals: { rate: 5, for: '1m', spacing: { burst: 2 } }, hold: '5s' },`,
      `  feed: feed.jsonl<{ id: number }>('users.jsonl'),`,
      `  client: (user) => user.row.id.toFixed(), thresholds: {} });`,
    ),
    rows: drill(
      `export default scenario({ about: 'rows', ${LOAD},`,
      `  feed: feed.generate(5, (index, random) => ({ id: index, draw: random.next() })),`,
      `  client: ({ row }) => row.id + row.draw });`,
    ),
  });
  assert.deepEqual(errors, []);
});

test('an editor knows the names of variants, and what a finding may ask of each', () => {
  const errors = typeErrors({
    both: drill(
      `import type { Result, User } from 'firedrill';`,
      `async function ask(user: User, event: string) { await (await user.join('room:1')).push(event); }`,
      `const clients = (run: Result<'heard'>) => run.clients + (run.figure('heard', 'rate', { during: 'steady' }) ?? 0);`,
      `export default scenario({ about: 'x', ${LOAD}, claim: ['B14', 'A2'], small: { clients: 2, duration: '2s' },`,
      `  server: { nodes: 1, idleTimeout: '1s', checkOrigin: ['https://a.example'] },`,
      `  metrics: { heard: 'counter' },`,
      `  finding: ({ trouble, remedy }) => trouble.text('push_duration', 'p(99)') + clients(remedy) +`,
      `    remedy.text('heard{kind:a}', 'count', { during: 'slow_join' }) + trouble.thresholds[0]?.status,`,
      `  variants: {`,
      `    trouble: { about: 'a', client: (user) => ask(user, 'block'), thresholds: { heard: ['count>0'] } },`,
      `    remedy: { async client(user) { user.count('heard'); user.count('seen'); await ask(user, 'task'); }, metrics: { seen: 'counter' } },`,
      `  } });`,
    ),
    inherited: drill(
      `export default scenario({ about: 'x', ${LOAD}, feed: feed.rows([{ name: 'ann' }]), client: (user) => user.row.name,`,
      `  variants: { one: { load: { arrivals: { rate: 1, for: '1s' } } }, two: { client: (user) => user.row.name.length } } });`,
    ),
    plain: drill(
      `export default scenario({ about: 'x', ${LOAD}, client() {}, claim: 'B1',`,
      `  finding({ run }) { return run.text('drops', 'count'); } });`,
    ),
  });
  assert.deepEqual(errors, []);
});

test('an editor marks a variant without a client, and a result, a metric or a statistic there is not', () => {
  const errors = typeErrors({
    clientless: drill(
      `export default scenario({ about: 'x', ${LOAD},`,
      `  variants: { one: { client() {} }, two: { about: 'none' } } });`,
    ),
    result: drill(
      `export default scenario({ about: 'x', ${LOAD}, client() {}, variants: { one: {}, two: {} },`,
      `  finding: ({ one, tow }) => one.verdict + tow.verdict });`,
    ),
    run: drill(
      `export default scenario({ about: 'x', ${LOAD}, client() {},`,
      `  finding: ({ trouble }) => trouble.verdict });`,
    ),
    metric: drill(
      `export default scenario({ about: 'x', ${LOAD}, client() {},`,
      `  finding: ({ run }) => run.text('push_durations', 'max') });`,
    ),
    statistic: drill(
      `export default scenario({ about: 'x', ${LOAD}, client() {},`,
      `  finding: ({ run }) => run.text('push_duration', 'p99') });`,
    ),
    setting: drill(
      `export default scenario({ about: 'x', ${LOAD}, client() {},`,
      `  server: { idle: '1s' } });`,
    ),
    claim: drill(`export default scenario({ about: 'x', ${LOAD}, client() {},`, `  claim: 'C4' });`),
  });
  const marked = errors.map((error) => error.replace(/ TS\d+$/, ''));
  assert.deepEqual([...new Set(marked.map((error) => error.replace(/:\d+$/, '')))].toSorted(), [
    'claim',
    'clientless',
    'metric',
    'result',
    'run',
    'setting',
    'statistic',
  ]);
});

test('an editor marks the metric, the row, the spacing and the load that do not exist', () => {
  const errors = typeErrors({
    metric: drill(
      `export default scenario({ about: '', ${LOAD}, client() {},`,
      `  thresholds: { push_durations: ['p(99)<1'] } });`,
    ),
    undeclared: drill(
      `export default scenario({ about: '', ${LOAD}, client() {}, metrics: { heard: 'counter' },`,
      `  thresholds: { seen: ['count>0'] } });`,
    ),
    tagged: drill(
      `export default scenario({ about: '', ${LOAD}, client() {},`,
      `  thresholds: { 'drops{kind:search}': ['count>0'] } });`,
    ),
    counted: drill(
      `export default scenario({ about: '', ${LOAD}, metrics: { heard: 'counter' },`,
      `  client: (user) => user.count('seen') });`,
    ),
    row: drill(
      `export default scenario({ about: '', ${LOAD}, feed: feed.csv('x.csv', ['name']),`,
      `  client: (user) => user.row.nmae });`,
    ),
    kind: drill(
      `export default scenario({ about: '', ${LOAD}, client() {},`,
      `  metrics: { heard: 'count' } });`,
    ),
    load: drill(
      `export default scenario({ about: '', client() {},`,
      `  load: { clients: 3, stages: [] } });`,
    ),
    schedule: drill(
      `export default scenario({ about: '', ${LOAD}, client: (user) =>`,
      `  user.every('1s', () => 1, { spacing: 'random' }) });`,
    ),
    payload: drill(
      `export default scenario({ about: '', ${LOAD}, client: (user) => user.channel('a').push('x',`,
      `  { when: new Date() }) });`,
    ),
  });
  assert.deepEqual(errors.map((error) => error.replace(/ TS\d+$/, '')).toSorted(), [
    'counted:3',
    'kind:3',
    'load:3',
    'metric:3',
    'payload:3',
    'row:3',
    'schedule:3',
    'tagged:3',
    'undeclared:3',
  ]);
});
