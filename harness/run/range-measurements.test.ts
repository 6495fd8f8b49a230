import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownSpecs } from '../base/own-metrics.ts';
import { METRICS } from '../base/metrics.ts';
import type { FaultSpan } from '../faults/schedule.ts';
import type { BroadcastResult } from '../measure/broadcasts.ts';
import { mergeDeltas } from '../measure/merge.ts';
import { Recorder } from '../measure/recorder.ts';
import { RunTotals } from '../measure/run-totals.ts';
import type { WindowLine } from '../record/timeline-line.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import type { MeasuredRun } from './measurements.ts';
import { RunParts } from './parts.ts';
import { rangeMeasurements } from './range-measurements.ts';

const START_US = 3_000_000;

/** Twenty seconds, each with its own figures; a fault from 4 s to 6 s. */
function run(changes: Partial<MeasuredRun> = {}): MeasuredRun {
  const totals = new RunTotals();
  const windows: WindowLine[] = [];
  for (let second = 0; second < 20; second++) {
    const recorder = new Recorder();
    const { counters } = recorder;
    counters.push_sent = second === 15 ? 0 : 10;
    counters.push_timeout = second === 15 ? 2 : second;
    counters.drops = second;
    recorder.trend('push_duration').record(1_000 * (second + 1));
    recorder.tagged('push_duration', 'kind:search').record(500 * (second + 1));
    recorder.count('heard', second);
    recorder.level('depth', second, second);
    if (second < 10) recorder.check('so', true);
    totals.add(mergeDeltas(second, [recorder.takeDelta(second)]));
    const mailbox = { sum: second, max: 2 * second, oldestWaitMs: 0, top: [] };
    windows.push({ atMs: second * 1_000, mailbox, driver: { cpu: 1 } } as unknown as WindowLine);
  }
  const span: FaultSpan = {
    fault: { kind: 'slow_join' } as PlannedFault,
    appliedAtMs: 4_000,
    liftedAtMs: 6_000,
    failure: null,
  };
  return {
    totals,
    windows,
    broadcasts: [],
    recoveriesMs: [1_000],
    startUs: START_US,
    own: ownSpecs({ heard: 'counter', so: 'rate', depth: 'gauge' }),
    parts: new RunParts([span], new Map([[span, 0]]), 0, 20_000),
    ...changes,
  };
}

function broadcast(dueMs: number, missing: number): BroadcastResult {
  const dueUs = START_US + dueMs * 1e3;
  return {
    topic: 'lobby',
    event: 'shout',
    publisher: 0,
    sequence: dueMs,
    dueUs,
    expected: 10,
    received: 10 - missing,
    missing,
    duplicate: 0,
    reordered: 0,
    firstUs: dueUs + 1_000,
    lastUs: dueUs + 4_000,
  };
}

test('every kind of metric is of those seconds only, whatever part is asked for', () => {
  const range = rangeMeasurements(run(), 8_000, 12_000);
  for (const during of ['all', 'steady', 'slow_join']) {
    const push = range.trend('push_duration', during);
    assert.equal(push?.count, 4);
    assert.ok(Math.abs(push.min - 9) < 0.1 && Math.abs(push.max - 12) < 0.1);
    assert.equal(range.trend('push_duration{kind:search}', during)?.count, 4);
    assert.deepEqual(range.total('push_timeouts', during), { count: 38, rate: 38 / 40 });
    assert.deepEqual(range.total('drops', during), { count: 38, rate: 9.5 });
    assert.deepEqual(range.total('heard', during), { count: 38, rate: 9.5 });
    assert.deepEqual(range.total('so', during), { count: 2, rate: 1 });
    assert.deepEqual(range.gauge('mailbox_max', during), { value: 22, min: 16, max: 22 });
    assert.deepEqual(range.gauge('depth', during), { value: 11, min: 8, max: 11 });
  }
});

test('a second counts when all of it is within', () => {
  const count = (from: number, until: number): number | undefined =>
    rangeMeasurements(run(), from, until).trend('push_duration', 'all')?.count;
  assert.deepEqual(
    [count(8_000, 9_000), count(7_999, 9_001), count(8_001, 9_999), count(8_001, 10_000)],
    [1, 1, 0, 1],
  );
  assert.equal(rangeMeasurements(run(), 30_000, 40_000).total('drops', 'all'), null);
  assert.equal(rangeMeasurements(run(), 30_000, 40_000).gauge('mailbox_max', 'all'), null);
});

test('a rate of nothing is not nought, and one of what was sent before is whole', () => {
  const measured = run();
  assert.equal(rangeMeasurements(measured, 12_000, 14_000).total('so', 'all'), null);
  assert.equal(rangeMeasurements(measured, 12_000, 14_000).total('heartbeat_timeouts', 'all'), null);
  assert.deepEqual(rangeMeasurements(measured, 15_000, 16_000).total('push_timeouts', 'all'), {
    count: 2,
    rate: 1,
  });
});

test('the worst second is one of the range, with the fault that was on in it', () => {
  const measured = run();
  assert.deepEqual(rangeMeasurements(measured, 2_000, 5_000).worst('push_duration', 'p(99)'), {
    atMs: 4_000,
    during: 'slow_join',
  });
  assert.equal(rangeMeasurements(measured, 2_000, 4_000).worst('push_duration', 'max')?.atMs, 3_000);
});

test('a delivery that is on its way is not missing, an old one is', () => {
  const broadcasts = [broadcast(9_000, 0), broadcast(12_000, 3), broadcast(17_000, 4)];
  const missing = (from: number, until: number): number | undefined =>
    rangeMeasurements(run({ broadcasts }), from, until).total('delivery_missing', 'all')?.count;
  assert.equal(missing(8_000, 20_000), 3);
  assert.equal(missing(16_000, 20_000), 0);
  const spread = rangeMeasurements(run({ broadcasts }), 8_000, 20_000).trend('broadcast_spread', 'all');
  assert.equal(spread?.count, 2);
});

test('broadcasts are merged only for those who ask for them', () => {
  let merged = 0;
  const measured = run();
  Object.defineProperty(measured, 'broadcasts', {
    get() {
      merged += 1;
      return [];
    },
  });
  const range = rangeMeasurements(measured, 8_000, 12_000);
  range.trend('push_duration', 'all');
  range.total('drops', 'all');
  assert.equal(merged, 0);
  range.total('delivery_missing', 'all');
  assert.equal(merged, 1);
});

test('what no second has is not measured', () => {
  const range = rangeMeasurements(run(), 0, 20_000);
  assert.equal(range.trend('recovery_duration', 'all')?.count, 0);
  for (const { name } of METRICS) {
    // None of the catalogue throws, known in this range or not.
    range.trend(name, 'all');
    range.total(name, 'all');
    range.gauge(name, 'all');
  }
});
