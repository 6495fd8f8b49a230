import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRICS } from '../base/metrics.ts';
import type { FaultSpan } from '../faults/schedule.ts';
import type { BroadcastResult } from '../measure/broadcasts.ts';
import { mergeDeltas, RunTotals } from '../measure/merge.ts';
import { Recorder } from '../measure/recorder.ts';
import type { WindowLine } from '../record/run-record.ts';
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
    totals.add(mergeDeltas(second, [recorder.takeDelta(second)]));
    const mailbox = { sum: isBad ? 70 : second, max: isBad ? 50 : 1, oldestWaitMs: 2, top: [] };
    windows.push({ atMs: second * 1_000, mailbox, driver: { cpu: 0.5 } } as unknown as WindowLine);
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
    parts: new RunParts([span], new Map([[span, 0]]), 0, 10_000),
  };
}

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

test("the scenario's own counters are known for the whole run", () => {
  assert.deepEqual(totalOf(run(), 'heard', 'all'), { count: 30, rate: 3 });
  assert.equal(totalOf(run(), 'heard', 'steady'), null);
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
  ] as const) {
    assert.deepEqual(judged.worst(metric, stat), { atMs: 5_000, during: 'slow_join' }, metric);
  }
  assert.equal(judged.worst('heartbeat_timeouts', 'rate'), null);
  assert.equal(judged.worst('join_duration', 'max'), null);
});

test('every trend, rate and counter of the catalogue can be asked for', () => {
  const judged = toMeasurements(run());
  for (const { name, kind } of METRICS) {
    if (kind === 'trend') assert.notEqual(judged.trend(name, 'all'), null, name);
    if (kind === 'rate' || kind === 'counter') assert.notEqual(judged.total(name, 'all'), null, name);
  }
});
