import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Mailbox } from './mailbox.ts';

test('keeps arrival order, length, high water and the oldest wait through any pushes and shifts', () => {
  const steps = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)), {
    maxLength: 2_000,
    size: 'max',
  });
  fc.assert(
    fc.property(steps, (script) => {
      const mailbox = new Mailbox();
      const model: Array<{ message: number; atMs: number }> = [];
      let highWater = 0;
      script.forEach((isPush, nowMs) => {
        if (isPush) {
          mailbox.push(nowMs, nowMs);
          model.push({ message: nowMs, atMs: nowMs });
        } else {
          assert.equal(mailbox.shift(), model.shift()?.message);
        }
        highWater = Math.max(highWater, model.length);
        assert.equal(mailbox.length, model.length);
        assert.equal(mailbox.highWater, highWater);
        assert.equal(mailbox.oldestWaitMs(nowMs), model.length === 0 ? 0 : nowMs - (model[0]?.atMs ?? 0));
      });
    }),
  );
});

test('grows to a million and gives every message back in order', () => {
  const mailbox = new Mailbox();
  for (let n = 0; n < 1_000_000; n += 1) mailbox.push(n, 0);
  assert.equal(mailbox.highWater, 1_000_000);
  for (let n = 0; n < 1_000_000; n += 1) if (mailbox.shift() !== n) assert.fail(`lost ${n}`);
  assert.equal(mailbox.shift(), undefined);
});

test('forgets everything when cleared and counts it', () => {
  const mailbox = new Mailbox();
  for (let n = 0; n < 10; n += 1) mailbox.push(n, 0);
  assert.equal(mailbox.clear(), 10);
  mailbox.push('next', 5);
  assert.equal(mailbox.shift(), 'next');
});
