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

test('gives back any message in its place, whatever was taken out of turn', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant('push' as const) },
    { weight: 2, arbitrary: fc.constant('shift' as const) },
    { weight: 1, arbitrary: fc.nat(700) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1_500, size: 'max' }), (steps) => {
      const mailbox = new Mailbox();
      const model: Buffer[] = [];
      steps.forEach((does, n) => {
        if (does === 'push') {
          const message = Buffer.alloc(n % 7);
          mailbox.push(message, n);
          model.push(message);
        } else if (does === 'shift') {
          assert.equal(mailbox.shift(), model.shift());
        } else {
          const wanted = model[does];
          assert.equal(
            mailbox.takeOut((message) => message === wanted),
            wanted,
          );
          if (wanted !== undefined) model.splice(does, 1);
        }
        assert.equal(mailbox.length, model.length);
      });
      assert.equal(
        mailbox.bytes,
        model.reduce((sum, message) => sum + message.byteLength, 0),
      );
      for (const message of model) assert.equal(mailbox.shift(), message);
      assert.equal(mailbox.shift(), undefined);
    }),
    { numRuns: 40 },
  );
});

test('weighs bytes, texts and what knows its bytes, nothing else', () => {
  const mailbox = new Mailbox();
  const bytes = (message: unknown): number => (mailbox.clear(), mailbox.push(message, 0), mailbox.bytes);
  const messages = [
    Buffer.alloc(7),
    new Uint8Array(9),
    'abc',
    { bytes: 5 },
    { bytes: '5' },
    17,
    null,
    undefined,
  ];
  assert.deepEqual(messages.map(bytes), [7, 9, 3, 5, 0, 0, 0, 0]);
});

test('weighs a long mailbox by an even sample that looks at few messages', () => {
  const mailbox = new Mailbox();
  let looks = 0;
  const message = {
    get bytes(): number {
      looks += 1;
      return 10;
    },
  };
  for (let n = 0; n < 1_000_000; n += 1) mailbox.push(message, 0);
  assert.equal(mailbox.bytes, 10_000_000);
  assert.ok(looks <= 20_000, `${looks} messages were looked at`);
});
