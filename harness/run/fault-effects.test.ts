import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultSpan } from '../faults/schedule.ts';
import { mergeDeltas } from '../measure/merge.ts';
import { RunTotals } from '../measure/run-totals.ts';
import { Recorder } from '../measure/recorder.ts';
import type { BroadcastLine, WindowLine } from '../record/timeline-line.ts';
import { faultSpec } from '../scenario/fault.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import { effectsOf, recoveryMs, type RunSeries } from './fault-effects.ts';

function span(kind: string, appliedAtMs: number | null, liftedAtMs: number | null): FaultSpan {
  const fault = { kind, effects: faultSpec(kind)?.effects } as unknown as PlannedFault;
  return { fault, appliedAtMs, liftedAtMs, failure: null };
}

type Second = {
  joinMs?: number;
  pushMs?: number;
  joined?: number;
  mailboxes?: number;
  lastMs?: number;
  drops?: number;
};

/** A run of that many seconds, each as `at` says; one broadcast a second where it says when the last got it. */
function seriesOf(seconds: number, at: (second: number) => Second): RunSeries {
  const totals = new RunTotals();
  const windows: WindowLine[] = [];
  const broadcasts: BroadcastLine[] = [];
  for (let second = 0; second < seconds; second++) {
    const { joinMs, pushMs, joined = 100, mailboxes, lastMs, drops = 0 } = at(second);
    const recorder = new Recorder();
    if (joinMs !== undefined) recorder.trend('join_duration').record(joinMs * 1e3);
    if (pushMs !== undefined) recorder.trend('push_duration').record(pushMs * 1e3);
    totals.add(mergeDeltas(second, [recorder.takeDelta(second)]));
    const mailbox = mailboxes === undefined ? {} : { mailbox: { sum: mailboxes, max: mailboxes } };
    windows.push({ atMs: second * 1_000, clients: { joined }, drops, ...mailbox } as WindowLine);
    if (lastMs !== undefined)
      broadcasts.push({ atMs: second * 1_000, lastMs, missing: drops } as BroadcastLine);
  }
  return { totals, windows, broadcasts };
}

const near = (actual: number | null | undefined, wanted: number): void =>
  assert.ok(actual != null && Math.abs(actual - wanted) <= wanted / 100, `${actual}, wanted ${wanted}`);

test('tells before, during and after apart, to the second', () => {
  const slow = span('slow_join', 20_004, 30_003);
  const series = seriesOf(50, (second) => ({ joinMs: second >= 20 && second <= 30 ? 400 : 4 }));
  const [join] = effectsOf(slow, [slow], series, 5_000);
  assert.equal(join?.metric, 'join_duration p99');
  near(join?.before, 4);
  near(join?.during, 400);
  near(join?.after, 4);
});

test('the second in which a fault went on is not before it, even in a maximum', () => {
  const blocking = span('blocking_handler', 20_004, 30_003);
  const series = seriesOf(50, (second) => ({
    pushMs: second === 20 ? 900 : 3,
    mailboxes: second === 20 ? 500 : 1,
  }));
  const [push, mailboxes] = effectsOf(blocking, [blocking], series, 0);
  near(push?.before, 3);
  near(push?.during, 900);
  assert.deepEqual([mailboxes?.before, mailboxes?.during, mailboxes?.after], [1, 500, 1]);
});

test('before reaches neither into the ramp nor into another fault, after not into the next', () => {
  const first = span('slow_join', 12_000, 15_000);
  const second = span('slow_join', 18_000, 20_000);
  const third = span('slow_join', 24_000, 26_000);
  const all = [first, second, third];
  const bad = (at: number): boolean => at < 10 || (at >= 12 && at < 15) || (at >= 24 && at < 26);
  const series = seriesOf(40, (at) => ({ joinMs: bad(at) ? 1_000 : at >= 18 && at < 20 ? 200 : 4 }));
  near(effectsOf(first, all, series, 10_000)[0]?.before, 4);
  const [join] = effectsOf(second, all, series, 10_000);
  near(join?.before, 4);
  near(join?.during, 200);
  near(join?.after, 4);
});

test('says null where there was nothing to measure', () => {
  const early = span('slow_join', 5_000, 8_000);
  const series = seriesOf(8, () => ({}));
  const [join] = effectsOf(early, [early], series, 5_000);
  assert.deepEqual([join?.before, join?.during, join?.after], [null, null, null]);
  assert.deepEqual(effectsOf(span('slow_join', null, null), [], series, 0), []);
});

test('drops are told in clients, cuts, deliveries and latency', () => {
  const drop = span('network_drop', 20_000, 25_000);
  const series = seriesOf(40, (at) => ({
    joined: at >= 20 && at < 24 ? 88 : 100,
    drops: at === 20 ? 12 : 0,
    lastMs: 30,
    pushMs: 2,
  }));
  const effects = effectsOf(drop, [drop], series, 0);
  const figures = Object.fromEntries(
    effects.map(({ metric, before, during, after }) => [metric, [before, during, after]]),
  );
  assert.deepEqual(figures['clients joined, fewest'], [100, 88, 100]);
  assert.deepEqual(figures['drops'], [0, 12, 0]);
  assert.deepEqual(figures['deliveries missing'], [0, 12, 0]);
});

test('has recovered when its figure is as before for three seconds in a row', () => {
  const slow = span('slow_join', 20_000, 25_000);
  const recovering = (lastBad: number): RunSeries =>
    seriesOf(50, (at) => ({ joinMs: at >= 20 && at <= lastBad ? 400 : 4 }));
  assert.equal(recoveryMs(slow, [slow], recovering(24), 0), 0);
  assert.equal(recoveryMs(slow, [slow], recovering(28), 0), 4_000);
  assert.equal(recoveryMs(slow, [slow], recovering(49), 0), null);
  // Two good seconds among bad ones are no recovery.
  const relapse = seriesOf(50, (at) => ({ joinMs: (at >= 20 && at <= 26) || at === 29 ? 400 : 4 }));
  assert.equal(recoveryMs(slow, [slow], relapse, 0), 5_000);
});

test('the second of the lift counts where it is steady already', () => {
  const slow = span('slow_join', 20_000, 25_002);
  const slowUntil = (last: number): RunSeries =>
    seriesOf(50, (at) => ({ joinMs: (at >= 20 && at <= last) || at >= 28 ? 400 : 4 }));
  // Of what comes next in second 28 it is not the cause.
  assert.equal(recoveryMs(slow, [slow], slowUntil(24), 0), 0);
  assert.equal(recoveryMs(slow, [slow], slowUntil(25), 0), null);
});

test('clients must all be back, as many as were joined before', () => {
  const drop = span('network_drop', 20_000, 25_000);
  const series = seriesOf(50, (at) => ({ joined: at < 20 ? 100 : at < 31 ? 99 : 100 }));
  assert.equal(recoveryMs(drop, [drop], series, 0), 6_000);
});

test('nothing can be said of a fault that is still on, or had no before', () => {
  const series = seriesOf(50, () => ({ joinMs: 4 }));
  assert.equal(recoveryMs(span('slow_join', 20_000, null), [], series, 0), null);
  assert.equal(recoveryMs(span('slow_join', 20_000, 25_000), [], series, 19_900), null);
  assert.equal(recoveryMs(span('slow_join', null, null), [], series, 0), null);
});
