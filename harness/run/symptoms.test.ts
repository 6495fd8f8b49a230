import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeDeltas } from '../measure/merge.ts';
import { RunTotals } from '../measure/run-totals.ts';
import { Recorder } from '../measure/recorder.ts';
import type { WindowLine } from '../record/timeline-line.ts';
import { symptomsOf, type Surroundings } from './symptoms.ts';

const around: Surroundings = { workers: 2, cores: 2, kernel: null, conntrack: null, isLocal: true };

function windowsOf(busiest: readonly number[], serverCpu: number | null = 0.5): WindowLine[] {
  return busiest.map((busiestCpu, second) => {
    const driver = {
      cpu: 2 * busiestCpu,
      busiestCpu,
      workers: 2,
      latenessP99Ms: busiestCpu > 0.9 ? 80 : 1,
    };
    return { atMs: second * 1e3, driver, server: { cpu: serverCpu } } as unknown as WindowLine;
  });
}

test('the busiest worker counts over its busiest ten seconds', () => {
  const calm = Array.from({ length: 20 }, () => 0.2);
  const busy = Array.from({ length: 10 }, () => 0.95);
  const symptoms = symptomsOf(new RunTotals(), windowsOf([...calm, ...busy, ...calm]), around);
  assert.ok(Math.abs(symptoms.busiestWorkerCpu - 0.95) < 1e-9);
  assert.ok(Math.abs(symptoms.driverCpu - 1.9) < 1e-9);
  assert.equal(symptoms.serverCpu, 0.5);
  assert.equal(symptoms.lateSeconds, 10);
  const peak = symptomsOf(new RunTotals(), windowsOf([...calm, 1, ...calm]), around);
  assert.ok(Math.abs(peak.busiestWorkerCpu - 0.28) < 1e-9);
});

test('what the cores did is told of the late seconds, however few they are', () => {
  const calm = Array.from({ length: 20 }, () => 0.2);
  const herd = windowsOf([...calm, 0.6, 0.6, ...calm]);
  for (const line of herd.slice(20, 22)) line.driver.loopLagP99Ms = 300;
  const symptoms = symptomsOf(new RunTotals(), herd, around);
  assert.deepEqual([symptoms.driverCpu, symptoms.serverCpu, symptoms.lateSeconds], [1.2, 0.5, 0]);
  const sends = symptomsOf(new RunTotals(), windowsOf([...calm, 0.95, ...calm]), around);
  assert.deepEqual([sends.driverCpu, sends.lateSeconds], [1.9, 1]);
});

test('a run shorter than ten seconds counts whole, an empty one as nothing', () => {
  const short = symptomsOf(new RunTotals(), windowsOf([0.4, 0.6], null), around);
  assert.ok(Math.abs(short.busiestWorkerCpu - 0.5) < 1e-9);
  assert.equal(short.serverCpu, null);
  const none = symptomsOf(new RunTotals(), [], around);
  assert.deepEqual([none.busiestWorkerCpu, none.driverCpu, none.gc.share, none.loopLagP99Ms], [0, 0, 0, 0]);
});

test('pauses of the garbage collector are a share of the time of all workers', () => {
  const recorder = new Recorder();
  for (const us of [100_000, 200_000]) recorder.trend('gc_pause').record(us);
  const totals = new RunTotals();
  totals.add(mergeDeltas(0, [recorder.takeDelta(0)]));
  const { gc } = symptomsOf(totals, windowsOf([0.1, 0.1, 0.1]), around);
  assert.equal(gc.pauses, 2);
  assert.ok(Math.abs(gc.share - 0.05) < 1e-6, String(gc.share));
  assert.ok(Math.abs(gc.longestMs - 200) < 1, String(gc.longestMs));
});
