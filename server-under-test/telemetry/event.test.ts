import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../otp/manual-clock.ts';
import { Telemetry } from './counters.ts';
import { addCounts, bucketOf, BUCKET_BOUNDS_US, DurationHistogram } from './duration-histogram.ts';
import type { ChannelHandledIn, HandlerFailure } from './event-metadata.ts';
import { Logger } from './logger.ts';

function setUp(): { telemetry: Telemetry; lines: string[] } {
  const lines: string[] = [];
  const clock = new ManualClock();
  return {
    telemetry: new Telemetry(new Logger({ clock, write: (line) => void lines.push(line) }), clock),
    lines,
  };
}

const handledIn: ChannelHandledIn = { event: 'ping', params: {}, socket: { topic: 'room:1' }, ref: '1' };

test('has the names of Phoenix, and its own under its own prefix', () => {
  const names = setUp()
    .telemetry.events()
    .map(({ name }) => name);
  assert.deepEqual(names, [
    ['phoenix', 'endpoint', 'init'],
    ['phoenix', 'socket_connected'],
    ['phoenix', 'channel_joined'],
    ['phoenix', 'channel_handled_in'],
    ['phoenix', 'socket_drain'],
    ['firedrill', 'fan_out'],
    ['firedrill', 'queue_age'],
    ['firedrill', 'exit'],
    ['telemetry', 'handler', 'failure'],
  ]);
});

test('nobody is called and nothing is built before somebody attaches', () => {
  const { telemetry } = setUp();
  const { channelHandledIn } = telemetry;
  assert.equal(channelHandledIn.listened, false);
  channelHandledIn.note(2);
  assert.equal(telemetry.snapshot()['phoenix.channel_handled_in'], 1);
});

test('a handler gets name, measurements in nanoseconds and metadata, until it is detached', () => {
  const { telemetry } = setUp();
  const seen: unknown[] = [];
  const { channelHandledIn } = telemetry;
  assert.equal(
    telemetry.attach('h', channelHandledIn, (...all) => void seen.push(all)),
    true,
  );
  assert.equal(channelHandledIn.listened, true);
  channelHandledIn.emit(1.5, handledIn);
  channelHandledIn.execute({ duration: 2_000_000 }, handledIn);
  assert.equal(telemetry.detach('h'), true);
  channelHandledIn.emit(1, handledIn);
  const name = ['phoenix', 'channel_handled_in'];
  assert.deepEqual(seen, [
    [name, { duration: 1_500_000 }, handledIn],
    [name, { duration: 2_000_000 }, handledIn],
  ]);
  assert.deepEqual([channelHandledIn.count, channelHandledIn.durations?.sumMs], [3, 4.5]);
  assert.deepEqual([telemetry.detach('h'), channelHandledIn.listened], [false, false]);
});

test('an id is given once, and leaves all its events at once', () => {
  const { telemetry } = setUp();
  const seen: string[] = [];
  const both = [telemetry.channelJoined, telemetry.channelHandledIn];
  assert.equal(
    telemetry.attachMany('h', both, (name) => void seen.push(name.join('.'))),
    true,
  );
  assert.equal(
    telemetry.attach('h', telemetry.socketDrain, () => {}),
    false,
  );
  telemetry.channelHandledIn.emit(1, handledIn);
  telemetry.channelJoined.emit(1, { ...handledIn, result: 'ok' });
  assert.deepEqual(seen, ['phoenix.channel_handled_in', 'phoenix.channel_joined']);
  telemetry.detach('h');
  assert.deepEqual([telemetry.channelJoined.listened, telemetry.channelHandledIn.listened], [false, false]);
});

test('a handler that raises is detached and logged once, the others go on', () => {
  const { telemetry, lines } = setUp();
  const failures: HandlerFailure[] = [];
  let calls = 0;
  telemetry.attach(
    'watch',
    telemetry.handlerFailure,
    (_name, _times, failure) => void failures.push(failure),
  );
  telemetry.attach('bad', telemetry.channelHandledIn, () => {
    throw new Error('no\nluck');
  });
  telemetry.attach('good', telemetry.channelHandledIn, () => void (calls += 1));
  telemetry.channelHandledIn.emit(1, handledIn);
  telemetry.channelHandledIn.emit(1, handledIn);
  assert.deepEqual([calls, lines.length, failures.length], [2, 1, 1]);
  assert.match(lines[0] ?? '', /\[error\] handler bad has failed and has been detached: no\\nluck/);
  const { event_name, handler_id, kind, reason, stacktrace } = failures[0] ?? assert.fail('no failure');
  assert.deepEqual(
    [event_name, handler_id, kind, reason instanceof Error],
    [['phoenix', 'channel_handled_in'], 'bad', 'error', true],
  );
  assert.match(stacktrace, /luck/);
});

test('a handler of failures that fails is detached too, and calls nobody for ever', () => {
  const { telemetry, lines } = setUp();
  const fail = (): never => {
    throw new Error('again');
  };
  telemetry.attach('watch', telemetry.handlerFailure, fail);
  telemetry.attach('bad', telemetry.channelHandledIn, fail);
  telemetry.channelHandledIn.emit(1, handledIn);
  assert.deepEqual([lines.length, telemetry.handlerFailure.listened], [2, false]);
});

test('a handler attached or detached inside a handler does not disturb the call', () => {
  const { telemetry } = setUp();
  const seen: string[] = [];
  const { exit } = telemetry;
  telemetry.attach('a', exit, () => {
    seen.push('a');
    telemetry.detach('b');
    telemetry.attach('c', exit, () => void seen.push('c'));
  });
  telemetry.attach('b', exit, () => void seen.push('b'));
  telemetry.countExit('channel', 'normal');
  telemetry.countExit('channel', 'normal');
  assert.deepEqual(seen, ['a', 'b', 'a', 'c']);
  const counts = telemetry.snapshot();
  assert.deepEqual([counts['firedrill.exit'], counts['firedrill.exits.channel.normal']], [2, 2]);
});

test('the counts of events can be written as those of counters', () => {
  const { telemetry } = setUp();
  telemetry.channelJoined.value += 1;
  telemetry.broadcasts.value += 2;
  const counts = telemetry.snapshot();
  assert.deepEqual([counts['phoenix.channel_joined'], counts['firedrill.broadcasts']], [1, 2]);
});

test('a duration falls into the first bucket whose bound is not below it', () => {
  const cases: Array<[ms: number, bucket: number]> = [
    [0, 0],
    [-1, 0],
    [Number.NaN, 0],
    [0.001, 0],
    [0.0011, 1],
    [0.002, 1],
    [0.0021, 2],
    [0.004, 2],
    [1, 10],
    [1.024, 10],
    [1.0241, 11],
    [67_108.864, 26],
    [67_108.865, 27],
    [1e12, 27],
    [Number.POSITIVE_INFINITY, 27],
  ];
  for (const [ms, bucket] of cases) assert.equal(bucketOf(ms), bucket, `${ms} ms`);
  for (const [index, us] of BUCKET_BOUNDS_US.entries()) assert.equal(bucketOf(us / 1_000), index);
});

test('histograms of several nodes add up', () => {
  const [a, b] = [new DurationHistogram(), new DurationHistogram()];
  for (const ms of [1, 1, 70_000]) a.note(ms);
  b.note(1);
  const sum = addCounts(a.counts(), b.counts());
  assert.deepEqual([sum.count, sum.sum_ms, sum.buckets[10], sum.buckets[27]], [4, 70_003, 3, 1]);
  assert.equal(
    sum.buckets.reduce((total, count) => total + count),
    sum.count,
  );
});
