import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ManualClock } from '../base/clock.ts';
import { OwnLoad } from './own-load.ts';

/** A manual clock whose alarms can be held up, as a blocked event loop holds them up. */
class BlockedClock extends ManualClock {
  #held: (() => void)[] | null = null;
  override at(dueUs: number, run: () => void): { cancel(): void } {
    return super.at(dueUs, () => (this.#held ? this.#held.push(run) : run()));
  }
  block(us: number): void {
    this.#held = [];
    this.advanceUs(us);
    const held = this.#held;
    this.#held = null;
    for (const run of held) run();
  }
}

function collect(): {
  samples: Record<'loop_lag' | 'gc_pause', number[]>;
  trend: (name: 'loop_lag' | 'gc_pause') => { record(us: number): void };
} {
  const samples = { loop_lag: [] as number[], gc_pause: [] as number[] };
  return { samples, trend: (name) => ({ record: (us) => void samples[name].push(us) }) };
}

test('asks the event loop every 20 ms whether it is on time', () => {
  const clock = new ManualClock();
  const recorder = collect();
  const own = new OwnLoad(clock, recorder);
  own.start();
  clock.advanceUs(100_000);
  assert.deepEqual(recorder.samples.loop_lag, [0, 0, 0, 0, 0]);
  own.stop();
  clock.advanceUs(100_000);
  assert.equal(recorder.samples.loop_lag.length, 5);
});

test('a halt counts for every moment that fell due in it', () => {
  const clock = new BlockedClock();
  const recorder = collect();
  const own = new OwnLoad(clock, recorder);
  own.start();
  clock.block(110_000);
  assert.deepEqual(recorder.samples.loop_lag, [90_000, 70_000, 50_000, 30_000, 10_000]);
  clock.advanceUs(10_000);
  assert.equal(recorder.samples.loop_lag.at(-1), 0);
  own.stop();
});

test('counts CPU since the last look', () => {
  const own = new OwnLoad(new ManualClock(), collect());
  own.start();
  const from = process.cpuUsage();
  while (process.cpuUsage(from).user < 5_000);
  const spent = own.takeCpuUs();
  assert.ok(spent >= 5_000, String(spent));
  assert.ok(own.takeCpuUs() < spent);
  assert.ok(own.rssBytes() > 1e6);
  own.stop();
});

test('records the pauses of the garbage collector', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const { promise, resolve } = Promise.withResolvers<number>();
  const own = new OwnLoad(new ManualClock(), {
    trend: (name) => ({ record: (us) => name === 'gc_pause' && resolve(us) }),
  });
  own.start();
  collectGarbage();
  const pauseUs = await promise;
  assert.ok(pauseUs > 10 && pauseUs < 5e6, String(pauseUs));
  own.stop();
});
