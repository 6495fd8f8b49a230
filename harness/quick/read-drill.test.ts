import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../base/errors.ts';
import type { QuickDrill } from './drill.ts';
import { readDrill, type QuickWords } from './read-drill.ts';
import { NOTHING } from './testing/no-words.ts';

function read(words: Partial<QuickWords>): { drill: QuickDrill; problems: Problem[] } {
  const problems: Problem[] = [];
  return { drill: readDrill({ ...NOTHING, ...words }, problems), problems };
}

function good(words: Partial<QuickWords>): QuickDrill {
  const { drill, problems } = read(words);
  assert.deepEqual(problems, []);
  return drill;
}

const ROOM = { joins: ['room:1'], pushes: ['new_msg'] };

test('without any flag: 100 clients that connect, over 5 s of 30 s', () => {
  const { clients, rampMs, holdMs, joins, sends } = good({});
  assert.deepEqual(
    { clients, rampMs, holdMs, joins, sends },
    { clients: 100, rampMs: 5_000, holdMs: 25_000, joins: [], sends: [] },
  );
});

test('the duration is the whole run, and a ramp nobody asked for gives way to it', () => {
  assert.deepEqual([good({ durationMs: 4_000 }).rampMs, good({ durationMs: 4_000 }).holdMs], [1_000, 3_000]);
  assert.deepEqual([good({ rampMs: 60_000 }).holdMs, good({ rampMs: 0 }).holdMs], [60_000, 30_000]);
  assert.equal(read({ rampMs: 5_000, durationMs: 5_000 }).problems[0]?.code, 'duration-too-short');
});

test('a rate is of each client or of all together, in any unit of time', () => {
  const pace = (rate: string): number => good({ ...ROOM, rate }).pace.perSecond;
  assert.deepEqual(
    ['1/s', '1', '2/s', '30/m', '1/5s', '1/500ms', '1/100ms'].map(pace),
    [1, 1, 2, 0.5, 0.2, 2, 10],
  );
  assert.deepEqual(good({ ...ROOM, rateTotal: '500/s' }).pace, {
    kind: 'total',
    perSecond: 500,
    typed: '500/s',
  });
  for (const rate of ['fast', '0/s', '-1/s', '1/0s', '1/d', '5000/s', '', '1/s/s', 'NaN', 'Infinity'])
    assert.equal(read({ ...ROOM, rate }).problems[0]?.path, '--rate', rate);
  assert.equal(read({ ...ROOM, clients: 2_000_000, rate: '1/s' }).problems[0]?.path, '--rate');
});

test('events sent are listened to under their own name, published ones are left to their stamp', () => {
  const { heard } = good({
    joins: ['a'],
    pushes: ['new_msg', 'to:{client}'],
    publishes: ['shout'],
    casts: ['typing'],
    listens: ['user:joined', 'User Joined', 'new_msg'],
  });
  assert.deepEqual(heard, [
    { event: 'user:joined', counter: 'received_user_joined' },
    { event: 'User Joined', counter: 'received_user_joined_2' },
    { event: 'new_msg', counter: 'received_new_msg' },
    { event: 'typing', counter: 'received_typing' },
  ]);
});

test('a topic may have spaces in its holes, and a payload behind it', () => {
  const [plain, full] = good({ joins: ['room:{client % 100}', 'r:{client / 2}   {"a":1}'] }).joins;
  assert.equal(plain?.payload, null);
  assert.deepEqual(full?.payload, { kind: 'object', fields: [['a', { kind: 'literal', value: 1 }]] });
});

test('the columns in use are those the feed must have', () => {
  const { feed } = good({
    joins: ['room:{row.room} {"t":{row.token}}'],
    pushes: ['m {"a":["{row.name}"]}'],
    params: ['user={row.name}'],
    headers: ['x-tenant: {row.tenant}'],
    authToken: '{row.jwt}',
    feed: 'users.csv',
  });
  assert.deepEqual(feed?.columns.toSorted(), ['jwt', 'name', 'room', 'tenant', 'token']);
});

test('every problem is found at once', () => {
  const { problems } = read({
    joins: ['room:{clien}', 'room:{row.x}', ''],
    pushes: ['a {"b":}'],
    casts: ['{nope}'],
    rate: 'fast',
    rateTotal: '0',
    durationMs: 1,
    rampMs: 2,
    params: ['token=s3cret{nope}'],
    headers: ['{nope}'],
    feed: undefined,
    thresholds: ['push_duratio=p(99)<5', 'push_duration=rate<1', 'push_duration=fast', 'x'],
  });
  const paths = problems.map((problem) => problem.path);
  assert.deepEqual(paths.toSorted(), [
    '--cast',
    '--duration',
    '--header',
    '--join',
    '--join',
    '--join',
    '--param',
    '--push',
    '--rate',
    '--rate-total',
    '--rate-total',
    '--threshold',
    '--threshold',
    '--threshold',
    '--threshold',
  ]);
  // The value of a parameter may be a secret.
  assert.doesNotMatch(JSON.stringify(problems), /s3cret/);
});

test('what needs a topic or something to send says so', () => {
  assert.deepEqual(
    read({ pushes: ['a'], listens: ['b'] }).problems.map((one) => one.path),
    ['--push', '--listen'],
  );
  assert.deepEqual(
    read({ joins: ['a'], rate: '1/s' }).problems.map((one) => one.path),
    ['--rate'],
  );
  // One that cannot be read is one problem, not two.
  assert.deepEqual(
    read({ joins: ['a'], pushes: ['{'], rate: '1/s' }).problems.map((one) => one.path),
    ['--push'],
  );
});

test('thresholds may name the events heard', () => {
  const { thresholds } = good({
    ...ROOM,
    thresholds: ['received_new_msg=count>0', 'push_duration=p(99)<250', 'push_duration=max<1000'],
  });
  assert.deepEqual(thresholds, [
    { metric: 'received_new_msg', expressions: ['count>0'] },
    { metric: 'push_duration', expressions: ['p(99)<250', 'max<1000'] },
  ]);
});

test('a condition that ends the run stands beside the thresholds of its metric', () => {
  const { thresholds } = good({
    ...ROOM,
    thresholds: ['push_duration=p(99)<250'],
    aborts: ['push_duration=p(99)<2000', 'errors=rate<0.5'],
  });
  assert.deepEqual(thresholds, [
    { metric: 'push_duration', expressions: ['p(99)<250'], aborts: ['p(99)<2000'] },
    { metric: 'errors', expressions: [], aborts: ['rate<0.5'] },
  ]);
  const { problems } = read({ ...ROOM, aborts: ['push_duratio=p(99)<5', 'push_duration=rate<1'] });
  assert.deepEqual(
    problems.map(({ code, path }) => `${code} ${path}`),
    ['unknown-metric --abort', 'threshold-statistic --abort'],
  );
});
