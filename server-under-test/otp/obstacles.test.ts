import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from './manual-clock.ts';
import { Obstacles } from './obstacles.ts';

test('where none stands nobody waits; one that takes no time is met all the same', () => {
  const obstacles = new Obstacles<string>();
  assert.deepEqual([obstacles.any, obstacles.meet('a')], [false, null]);
  const met: unknown[] = [];
  const clear = obstacles.add((subject, detail) => {
    met.push([subject, detail]);
    return null;
  });
  assert.deepEqual([obstacles.any, obstacles.meet('b', 'c'), met], [true, null, [['b', 'c']]]);
  clear();
  assert.deepEqual([obstacles.any, obstacles.meet('d'), met.length], [false, null, 1]);
});

test('several are met one after the other, and one that is cleared meanwhile is met no more', async () => {
  const clock = new ManualClock();
  const obstacles = new Obstacles<string>();
  const took: string[] = [];
  const slow = (ms: number) => () =>
    new Promise<void>((resolve) => {
      clock.after(ms, () => {
        took.push(`${ms} until ${clock.nowMs()}`);
        resolve();
      });
    });
  obstacles.add(slow(10));
  obstacles.add(() => null);
  obstacles.add(slow(30));
  let passed = false;
  void obstacles.meet('a')?.then(() => (passed = true));
  await clock.advance(39);
  assert.deepEqual([took, passed], [['10 until 10'], false]);
  await clock.advance(1);
  assert.deepEqual([took, passed], [['10 until 10', '30 until 40'], true]);
});
