import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRICS } from '../base/metrics.ts';
import { ownSpecs } from '../base/own-metrics.ts';
import type { FaultSpan } from '../faults/schedule.ts';
import type { BroadcastResult } from '../measure/broadcasts.ts';
import { mergeDeltas } from '../measure/merge.ts';
import { RunTotals } from '../measure/run-totals.ts';
import { Recorder } from '../measure/recorder.ts';
import type { WindowLine } from '../record/timeline-line.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import { gaugeOf, toMeasurements, totalOf, trendOf, type MeasuredRun } from './measurements.ts';
import { RunParts } from './parts.ts';

/** Ten seconds, a fault from 4 s to 6 s; the second that is worst in everything is the fifth. */
function run(): MeasuredRun {
  const totals = new RunTotals();
  const windows: WindowLine[] = [];
  for (let second = 0; second < 10; second++) {
    const isBad = second === 5;
    const recorder = new Recorder();
    const { counters } = recorder;
    counters.push_sent = 10;
    counters.push_ok = isBad ? 6 : 10;
    counters.push_timeout = isBad ? 4 : 0;
    counters.join_sent = 5;
    counters.join_error = isBad ? 5 : 0;
    counters.drops = 2;
    counters.connect_ok = 1;
    recorder.trend('push_duration').record(isBad ? 900_000 : 1_000 * (second + 1));
    recorder.count('heard', 3);
    recorder.record('spread', isBad ? 90_000 : 1_000);
    recorder.record('size', isBad ? 9 : 2, ['kind:a']);
    recorder.check('so', isBad);
    recorder.level('depth', second, second);
    recorder.tagged('push_duration', 'kind:search').record(isBad ? 500_000 : 2_000);
    for (let i = 0; i < 4; i++)
      recorder.countTagged(isBad && i > 0 ? 'push_timeout' : 'push_ok', 'kind:search');
    recorder.countTagged('join_error', 'kind:search');
    totals.add(mergeDeltas(second, [recorder.takeDelta(second)]));
    const mailbox = { sum: isBad ? 70 : second, max: isBad ? 50 : 1, oldestWaitMs: 2, top: [] };
    const kernel = { synRetransmits: isBad ? 3 : 0, listenDrops: 0, conntrack: isBad ? 80 : 10 };
    windows.push({ atMs: second * 1_000, mailbox, kernel, driver: { cpu: 0.5 } } as unknown as WindowLine);
  }
  delete windows[9]!.mailbox;
  const span: FaultSpan = {
    fault: { kind: 'slow_join' } as PlannedFault,
    appliedAtMs: 4_000,
    liftedAtMs: 6_000,
    failure: null,
  };
  const broadcast = (dueUs: number, changes: Partial<BroadcastResult>): BroadcastResult => ({
    topic: 'lobby',
    event: 'shout',
    publisher: 0,
    sequence: dueUs,
    dueUs: 7_000_000 + dueUs,
    expected: 10,
    received: 10,
    missing: 0,
    duplicate: 0,
    reordered: 0,
    firstUs: 7_000_000 + dueUs + 1_000,
    lastUs: 7_000_000 + dueUs + 5_000,
    ...changes,
  });
  return {
    totals,
    windows,
    broadcasts: [
      broadcast(1_500_000, { duplicate: 1 }),
      broadcast(4_500_000, { received: 7, missing: 3, reordered: 2, lastUs: 7_000_000 + 4_500_000 + 81_000 }),
      broadcast(8_500_000, { received: 0, missing: 10, firstUs: Infinity, lastUs: 0 }),
    ],
    recoveriesMs: [1_000, 3_000],
    startUs: 7_000_000,
    own: ownSpecs({
      heard: 'counter',
      spread: 'trend',
      size: { kind: 'trend', unit: 'bytes' },
      so: 'rate',
      depth: 'gauge',
      untouched: 'counter',
    }),
    parts: new RunParts([span], new Map([[span, 0]]), 0, 10_000),
  };
}

test('connects and events are as the server counted them, of the whole run with what came behind the last second', () => {
  const measured = run();
  const server = (connects: number, connectsPerSecond: number) => ({
    connects,
    connectsPerSecond,
    events: { 'phoenix.socket_connected': connects, 'firedrill.exit': 1 },
  });
  Object.assign(measured.windows[3] ?? {}, { server: server(30, 30) });
  // The look of the fifth second was missed: the next one counts for both.
  Object.assign(measured.windows[5] ?? {}, { server: server(400, 200) });
  measured.serverEvents = new Map([
    ['phoenix.socket_connected', 435],
    ['phoenix.socket_drain', 0],
    ['firedrill.exit', 2],
  ]);
  assert.deepEqual(totalOf(measured, 'server_connects', 'all'), { count: 435, rate: 43.5 });
  assert.deepEqual(totalOf(measured, 'server_connects', 'slow_join'), { count: 400, rate: 200 });
  assert.deepEqual(totalOf(measured, 'server_events{event:firedrill.exit}', 'all')?.count, 2);
  assert.deepEqual(totalOf(measured, 'server_events{event:phoenix.socket_drain}', 'slow_join')?.count, 0);
  assert.equal(totalOf(measured, 'server_events{event:phoenix.disconnect}', 'all'), null);
  assert.equal(totalOf(measured, 'server_events', 'all')?.count, 435);
  assert.deepEqual(gaugeOf(measured, 'server_connect_rate', 'all'), { value: 200, min: 30, max: 200 });
  assert.deepEqual(toMeasurements(measured).worst('server_connects', 'count'), {
    atMs: 5_000,
    during: 'slow_join',
  });
  assert.equal(totalOf(run(), 'server_connects', 'all'), null);
  assert.equal(gaugeOf(run(), 'server_connect_rate', 'all'), null);
});

test('who joined is known of the whole run, at its end', () => {
  const measured = run();
  assert.equal(totalOf(measured, 'clients_joined', 'all'), null);
  measured.clients = { planned: 50, joined: 30, dropped: 10 };
  assert.deepEqual(totalOf(measured, 'clients_joined', 'all'), { count: 30, rate: 0.75 });
  assert.equal(totalOf(measured, 'clients_joined', 'steady'), null);
});

test('a trend of the whole run, of its steady part and of a fault', () => {
  const measured = run();
  assert.equal(trendOf(measured, 'push_duration', 'all')?.count, 10);
  assert.equal(trendOf(measured, 'push_duration', 'slow_join')?.count, 2);
  assert.equal(trendOf(measured, 'push_duration', 'steady')?.count, 7);
  assert.ok((trendOf(measured, 'push_duration', 'steady')?.max ?? 0) < 11_000);
  assert.equal(trendOf(measured, 'push_timeouts', 'all'), null);
});

test('the spread of broadcasts counts those that reached more than one', () => {
  const spread = trendOf(run(), 'broadcast_spread', 'all');
  assert.equal(spread?.count, 2);
  assert.ok(Math.abs((spread?.max ?? 0) - 80_000) < 100);
  assert.equal(trendOf(run(), 'broadcast_spread', 'slow_join')?.count, 1);
});

test('recoveries are durations like others', () => {
  const recovery = trendOf(run(), 'recovery_duration', 'all');
  assert.deepEqual([recovery?.count, recovery?.mean], [2, 2_000_000]);
});

test('a rate is a share of what was sent, a counter a number per second', () => {
  const measured = run();
  assert.deepEqual(totalOf(measured, 'push_timeouts', 'all'), { count: 4, rate: 0.04 });
  assert.deepEqual(totalOf(measured, 'push_timeouts', 'slow_join'), { count: 4, rate: 0.2 });
  assert.deepEqual(totalOf(measured, 'push_timeouts', 'steady'), { count: 0, rate: 0 });
  assert.deepEqual(totalOf(measured, 'heartbeat_timeouts', 'all'), { count: 0, rate: 0 });
  assert.deepEqual(totalOf(measured, 'errors', 'all'), { count: 5, rate: 5 / 150 });
  assert.deepEqual(totalOf(measured, 'drops', 'all'), { count: 20, rate: 2 });
  assert.deepEqual(totalOf(measured, 'drops', 'slow_join'), { count: 4, rate: 2 });
  assert.deepEqual(totalOf(measured, 'connections', 'all'), { count: 10, rate: 1 });
});

test('deliveries are counted in the part in which they were due', () => {
  const measured = run();
  assert.equal(totalOf(measured, 'delivery_missing', 'all')?.count, 13);
  assert.equal(totalOf(measured, 'delivery_missing', 'slow_join')?.count, 3);
  assert.equal(totalOf(measured, 'delivery_reordered', 'slow_join')?.count, 2);
  assert.equal(totalOf(measured, 'delivery_duplicates', 'steady')?.count, 1);
});

test("the scenario's own metrics are known for every part of the run, by tag too", () => {
  const measured = run();
  assert.deepEqual(totalOf(measured, 'heard', 'all'), { count: 30, rate: 3 });
  assert.deepEqual(totalOf(measured, 'heard', 'slow_join'), { count: 6, rate: 3 });
  assert.deepEqual(totalOf(measured, 'untouched', 'steady'), { count: 0, rate: 0 });
  assert.deepEqual(totalOf(measured, 'so', 'all'), { count: 1, rate: 0.1 });
  assert.deepEqual(totalOf(measured, 'so', 'slow_join'), { count: 1, rate: 0.5 });
  assert.equal(trendOf(measured, 'spread', 'steady')?.max, 1_000);
  assert.equal(trendOf(measured, 'size{kind:a}', 'slow_join')?.max, 9);
  assert.deepEqual(gaugeOf(measured, 'depth', 'all'), { value: 9, min: 0, max: 9 });
  assert.deepEqual(gaugeOf(measured, 'depth', 'slow_join'), { value: 5, min: 4, max: 5 });
});

test('what carries a tag has its own durations and rates', () => {
  const measured = run();
  assert.equal(trendOf(measured, 'push_duration{kind:search}', 'all')?.count, 10);
  assert.equal(trendOf(measured, 'push_duration{kind:search}', 'steady')?.max, 2_000);
  assert.deepEqual(totalOf(measured, 'push_timeouts{kind:search}', 'all'), { count: 3, rate: 3 / 40 });
  assert.deepEqual(totalOf(measured, 'errors{kind:search}', 'all'), { count: 10, rate: 10 / 50 });
  assert.deepEqual(totalOf(measured, 'push_timeouts{kind:other}', 'all'), { count: 0, rate: 0 });
});

test('what the kernel counted is known where it tells', () => {
  const measured = run();
  assert.deepEqual(totalOf(measured, 'syn_retransmits', 'all'), { count: 3, rate: 0.3 });
  assert.deepEqual(totalOf(measured, 'syn_retransmits', 'steady'), { count: 0, rate: 0 });
  assert.deepEqual(gaugeOf(measured, 'conntrack', 'all'), { value: 10, min: 10, max: 80 });
  for (const line of measured.windows) delete line.kernel;
  assert.equal(totalOf(measured, 'syn_retransmits', 'all'), null);
  assert.equal(gaugeOf(measured, 'conntrack', 'all'), null);
});

test('a part without a second cannot be measured', () => {
  assert.equal(totalOf(run(), 'push_timeouts', 'intercept'), null);
  assert.equal(gaugeOf(run(), 'mailbox_len', 'intercept'), null);
  assert.equal(trendOf(run(), 'push_duration', 'intercept')?.count, 0);
});

test('a gauge is its last reading and its extremes; seconds without one are left out', () => {
  assert.deepEqual(gaugeOf(run(), 'mailbox_len', 'all'), { value: 8, min: 0, max: 70 });
  assert.deepEqual(gaugeOf(run(), 'mailbox_max', 'slow_join'), { value: 50, min: 1, max: 50 });
  assert.deepEqual(gaugeOf(run(), 'worker_cpu', 'all'), { value: 0.5, min: 0.5, max: 0.5 });
  assert.equal(gaugeOf(run(), 'server_memory', 'all'), null);
  assert.equal(gaugeOf(run(), 'push_duration', 'all'), null);
});

test('the judge gets milliseconds, and the second that was worst with the fault that was on', () => {
  const judged = toMeasurements(run());
  const push = judged.trend('push_duration', 'all');
  assert.ok(Math.abs((push?.max ?? 0) - 900) < 1);
  assert.ok(Math.abs((push?.min ?? 0) - 1) < 0.01);
  for (const [metric, stat] of [
    ['push_duration', 'p(99)'],
    ['push_duration', 'max'],
    ['push_timeouts', 'rate'],
    ['mailbox_len', 'max'],
    ['spread', 'p(99)'],
    ['size{kind:a}', 'max'],
    ['so', 'rate'],
    ['push_duration{kind:search}', 'p(99)'],
    ['push_timeouts{kind:search}', 'rate'],
    ['syn_retransmits', 'count'],
    ['conntrack', 'max'],
  ] as const) {
    assert.deepEqual(judged.worst(metric, stat), { atMs: 5_000, during: 'slow_join' }, metric);
  }
  assert.deepEqual(judged.worst('depth', 'value'), { atMs: 9_000, during: null });
  assert.deepEqual([judged.trend('spread', 'all')?.max, judged.trend('size', 'all')?.max], [90, 9]);
  assert.equal(judged.worst('heartbeat_timeouts', 'rate'), null);
  assert.equal(judged.worst('join_duration', 'max'), null);
});

test('every trend, rate and counter of the catalogue can be asked for', () => {
  const measured = run();
  measured.clients = { planned: 1, joined: 1 };
  measured.serverEvents = new Map([['phoenix.socket_connected', 1]]);
  const judged = toMeasurements(measured);
  for (const { name, kind } of METRICS) {
    if (kind === 'trend') assert.notEqual(judged.trend(name, 'all'), null, name);
    if (kind === 'rate' || kind === 'counter') assert.notEqual(judged.total(name, 'all'), null, name);
  }
});
