import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { TimerWheel } from '../base/timer-wheel.ts';
import { Recorder } from '../measure/recorder.ts';
import type { Scenario } from '../scenario/api.ts';
import { scheduleOf } from '../scenario/schedule.ts';
import type { SocketWorld } from '../wire/phoenix-socket.ts';
import type { WorkerPlan } from './orders.ts';
import { RepeatedAction } from './repeated-action.ts';
import { WorkerRuntime } from './worker-runtime.ts';

const START_US = 50_000_000;

type Scene = {
  clock: ManualClock;
  runtime: WorkerRuntime;
  actor: { index: number; isOver: boolean };
  thrown: unknown[];
};

function scene(endMs: number): Scene {
  const clock = new ManualClock(START_US - 100_000);
  const thrown: unknown[] = [];
  const world = { clock, wheel: new TimerWheel(clock) } as unknown as SocketWorld;
  const plan = { rate: null, clients: 1, seed: 1 } as unknown as WorkerPlan;
  const runtime = new WorkerRuntime(plan, {} as Scenario, world, new Recorder(), (error) =>
    thrown.push(error),
  );
  runtime.startUs = START_US;
  runtime.endUs = START_US + endMs * 1e3;
  const actor = {
    index: 0,
    isOver: false,
  };
  return { clock, runtime, actor, thrown };
}

type Repeated = { dueMs: number[]; ranMs: number[]; finished: number };

/** Writes down when the action ran, and when it was due; both from the start. */
function repeat(
  at: Scene,
  intervalMs: number,
  phaseMs: number,
  action = (): unknown => undefined,
  times = Infinity,
): Repeated {
  const seen: Repeated = { dueMs: [], ranMs: [], finished: 0 };
  const note = (): unknown => {
    seen.dueMs.push((at.runtime.dueUs() - START_US) / 1e3);
    seen.ranMs.push((at.clock.nowUs() - START_US) / 1e3);
    return action();
  };
  const finished = (): void => void (seen.finished += 1);
  const due = scheduleOf(intervalMs * 1e3, { phaseUs: phaseMs * 1e3, times }, 1, 0);
  new RepeatedAction(at.runtime, at.actor, due, note, finished).begin();
  return seen;
}

test('is due at start + phase + k intervals, and never drifts', () => {
  const at = scene(10_000);
  const seen = repeat(at, 333.3, 100);
  at.clock.advanceUs(20_000_000);
  const wanted = Array.from({ length: 30 }, (_, k) => 100 + k * 333.3).filter((ms) => ms < 10_000);
  assert.equal(seen.dueMs.length, wanted.length);
  seen.dueMs.forEach((ms, k) => assert.ok(Math.abs(ms - wanted[k]!) < 1e-3));
  // Never early, and at most a tick of the wheel late.
  seen.ranMs.forEach((ms, k) => assert.ok(ms >= seen.dueMs[k]! && ms < seen.dueMs[k]! + 1));
});

test('stops at the end: what is due then or later never runs', () => {
  const at = scene(300);
  const seen = repeat(at, 100, 0);
  at.clock.advanceUs(5_000_000);
  assert.deepEqual(seen.dueMs, [0, 100, 200]);
  // Nothing resolves for a script once the plan is over.
  assert.equal(seen.finished, 0);
});

test('finishes after so many times, and only then', () => {
  const at = scene(10_000);
  const seen = repeat(at, 100, 0, undefined, 3);
  at.clock.advanceUs(100_000 + 150_000);
  assert.equal(seen.finished, 0);
  at.clock.advanceUs(5_000_000);
  assert.deepEqual([seen.dueMs, seen.finished], [[0, 100, 200], 1]);
});

test('a client that arrives late begins with the first due time that has not passed', () => {
  const at = scene(1_000);
  at.clock.advanceUs(100_000 + 250_000);
  const seen = repeat(at, 100, 20);
  at.clock.advanceUs(300_000);
  assert.deepEqual(seen.dueMs, [320, 420, 520]);
});

test('one that is due this very moment is not skipped', () => {
  const at = scene(1_000);
  at.clock.advanceUs(100_000 + 220_000);
  const seen = repeat(at, 100, 20);
  at.clock.advanceUs(50_000);
  assert.deepEqual(seen.dueMs, [220]);
});

test('after a pause of ours every missed one runs at once, each with its own due time', () => {
  const at = scene(2_000);
  let blocked = false;
  const seen = repeat(at, 100, 0, () => {
    if (blocked) return;
    blocked = true;
    // The process stands still: time goes by, and no timer of it runs.
    at.clock.advanceUs(550_000);
  });
  at.clock.advanceUs(100_000 + 700_000);
  assert.deepEqual(seen.dueMs.slice(0, 8), [0, 100, 200, 300, 400, 500, 600, 700]);
  assert.ok(seen.ranMs[1]! >= 550);
  assert.ok(seen.ranMs[5]! < 600);
});

test('runs no more once its client is over', () => {
  const at = scene(10_000);
  const seen = repeat(at, 100, 0, () => {
    at.actor.isOver = seen.dueMs.length === 3;
  });
  at.clock.advanceUs(5_000_000);
  assert.deepEqual([seen.dueMs, seen.finished], [[0, 100, 200], 0]);
});

test('what an action throws, now or later, is told and does not stop the others', async () => {
  const at = scene(250);
  const seen = repeat(at, 100, 0, () => {
    if (seen.dueMs.length === 1) throw new Error('now');
    return Promise.reject(new Error('later'));
  });
  at.clock.advanceUs(1_000_000);
  await Promise.resolve();
  assert.deepEqual(seen.dueMs, [0, 100, 200]);
  assert.deepEqual(
    at.thrown.map((error) => (error as Error).message),
    ['now', 'later', 'later'],
  );
  assert.equal(at.runtime.dueUs(), at.clock.nowUs());
});
