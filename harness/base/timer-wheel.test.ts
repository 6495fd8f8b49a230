import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from './clock.ts';
import { TimerWheel, WheelTimer } from './timer-wheel.ts';

class Probe extends WheelTimer {
  firedUs: number[] = [];
  then: (() => void) | undefined;
  expire(nowUs: number): void {
    this.firedUs.push(nowUs);
    this.then?.();
  }
}

test('fires once, at its due time and within a tick after it', () => {
  const clock = new ManualClock(5_000_000);
  const wheel = new TimerWheel(clock);
  const probe = new Probe();
  wheel.arm(probe, 5_010_300);
  clock.advanceUs(10_200);
  assert.deepEqual(probe.firedUs, []);
  clock.advanceUs(1_000);
  assert.deepEqual(probe.firedUs, [5_011_000]);
  clock.advanceUs(60_000_000);
  assert.equal(probe.firedUs.length, 1);
});

test('a due time beyond the wheel waits its rounds', () => {
  const clock = new ManualClock();
  const wheel = new TimerWheel(clock);
  const probe = new Probe();
  wheel.arm(probe, 100_000_000);
  clock.advanceUs(99_999_000);
  assert.deepEqual(probe.firedUs, []);
  clock.advanceUs(1_000);
  assert.deepEqual(probe.firedUs, [100_000_000]);
});

test('a timer cancelled by one that fires in the same tick does not fire', () => {
  const clock = new ManualClock();
  const wheel = new TimerWheel(clock);
  const first = new Probe();
  const second = new Probe();
  wheel.arm(first, 2_000);
  wheel.arm(second, 2_000);
  first.then = () => wheel.cancel(second);
  second.then = () => wheel.cancel(first);
  clock.advanceUs(10_000);
  assert.equal(first.firedUs.length + second.firedUs.length, 1);
  assert.equal(wheel.size, 0);
});

test('a poke runs what is due without waiting for the alarm', () => {
  const clock = new ManualClock();
  const wheel = new TimerWheel(clock);
  const probe = new Probe();
  wheel.arm(probe, 1_000);
  wheel.poke(900);
  assert.equal(probe.firedUs.length, 0);
  wheel.poke(7_000);
  assert.deepEqual(probe.firedUs, [7_000]);
});

test('any set of timers fires each exactly once, never early, however they are moved or cancelled', () => {
  const op = fc.record({
    dueMs: fc.integer({ min: 0, max: 90_000 }),
    moveMs: fc.option(fc.integer({ min: 0, max: 90_000 }), { nil: undefined }),
    cancelled: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(op, { maxLength: 40 }), (ops) => {
      const clock = new ManualClock();
      const wheel = new TimerWheel(clock);
      const probes = ops.map((o) => {
        const probe = new Probe();
        wheel.arm(probe, o.dueMs * 1_000);
        if (o.moveMs !== undefined) wheel.arm(probe, o.moveMs * 1_000);
        if (o.cancelled) wheel.cancel(probe);
        return { probe, o };
      });
      clock.advanceUs(200_000_000);
      for (const { probe, o } of probes) {
        const dueUs = Math.max(1, o.moveMs ?? o.dueMs) * 1_000;
        assert.deepEqual(probe.firedUs, o.cancelled ? [] : [dueUs]);
      }
      assert.equal(wheel.size, 0);
    }),
    { numRuns: 50 },
  );
});
