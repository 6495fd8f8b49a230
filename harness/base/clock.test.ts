import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ManualClock, realClock, sleepMs } from './clock.ts';

test('a manual clock runs what falls due in order of due time, then of asking', () => {
  const clock = new ManualClock(100);
  const ran: string[] = [];
  clock.at(300, () => ran.push(`b ${clock.nowUs()}`));
  clock.at(200, () => ran.push(`a ${clock.nowUs()}`));
  clock.at(300, () => ran.push(`c ${clock.nowUs()}`));
  clock.advanceUs(99);
  assert.deepEqual(ran, []);
  clock.advanceUs(501);
  assert.deepEqual(ran, ['a 200', 'b 300', 'c 300']);
  assert.equal(clock.nowUs(), 700);
  assert.equal(clock.wallMs(), 0.7);
});

test('a time in the past means soon, never now', () => {
  const clock = new ManualClock(1_000);
  let ran = 0;
  clock.at(5, () => (ran += 1));
  assert.equal(ran, 0);
  clock.advanceUs(0);
  assert.equal(ran, 1);
});

test('one that runs may ask for more, which run in the same advance when due', () => {
  const clock = new ManualClock();
  const ranAt: number[] = [];
  const again = (): void => {
    ranAt.push(clock.nowUs());
    clock.at(clock.nowUs() + 10, again);
  };
  clock.at(10, again);
  clock.advanceUs(35);
  assert.deepEqual(ranAt, [10, 20, 30]);
});

test('a cancelled alarm stays silent, before and after its time', () => {
  const clock = new ManualClock();
  let ran = 0;
  const first = clock.at(10, () => (ran += 1));
  const second = clock.at(20, () => (ran += 1));
  first.cancel();
  first.cancel();
  clock.advanceUs(50);
  second.cancel();
  assert.equal(ran, 1);
});

test('sleeping takes its time on the clock it is given', async () => {
  const clock = new ManualClock();
  let awake = false;
  const asleep = sleepMs(clock, 5).then(() => (awake = true));
  clock.advanceUs(4_999);
  await Promise.resolve();
  assert.equal(awake, false);
  clock.advanceUs(1);
  await asleep;
  assert.equal(awake, true);
});

test('the real clock calls back at or after the due time, and not once it was cancelled', async () => {
  const dueUs = realClock.nowUs() + 3_000;
  const cancelled = realClock.at(dueUs, () => assert.fail('was cancelled'));
  cancelled.cancel();
  const calledUs = await new Promise<number>((resolve) => {
    realClock.at(dueUs, () => resolve(realClock.nowUs()));
  });
  assert.ok(calledUs >= dueUs);
});

test('processes of one host share the origin of the real clock', () => {
  const clock = fileURLToPath(new URL('./clock.ts', import.meta.url));
  const script = `const { realClock } = await import(${JSON.stringify(clock)}); console.log(realClock.nowUs());`;
  const beforeUs = realClock.nowUs();
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const afterUs = realClock.nowUs();
  // A reading in between, to within the millisecond that reading the origin itself takes.
  assert.ok(Number(stdout) > beforeUs - 1_000 && Number(stdout) < afterUs + 1_000, stdout);
});
