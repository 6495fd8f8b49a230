import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from './clock.ts';
import { Condition } from './condition.ts';

test('holds at once without waiting for an event', async () => {
  assert.equal(await new Condition(new ManualClock()).until(() => true, 1_000), true);
});

test('is looked at again after each event, by everybody who waits', async () => {
  const condition = new Condition(new ManualClock());
  let count = 0;
  const first = condition.until(() => count >= 1, 1_000);
  const second = condition.until(() => count >= 2, 1_000);
  count = 1;
  condition.wake();
  assert.equal(await first, true);
  count = 2;
  condition.wake();
  assert.equal(await second, true);
});

test('gives up at its deadline and says so', async () => {
  const clock = new ManualClock();
  const waiting = new Condition(clock).until(() => false, 1_000);
  clock.advanceUs(1_000_000);
  assert.equal(await waiting, false);
});
