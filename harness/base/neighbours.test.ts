import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearHint, neighbours, suggest } from './neighbours.ts';

test('counts a swap of two letters as one slip', () => {
  assert.equal(editDistance('push', 'puhs'), 1);
  assert.equal(editDistance('join', 'joint'), 1);
  assert.equal(editDistance('', 'abc'), 3);
});

test('has the same distance in both directions, and none to itself', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(editDistance(a, b), editDistance(b, a));
      assert.equal(editDistance(a, a), 0);
      assert.equal(editDistance(a, b) === 0, a === b);
    }),
  );
});

test('offers the nearest name first', () => {
  const known = ['push_duration', 'push_service_duration', 'join_duration', 'mailbox_max'];
  assert.equal(neighbours('push_durations', known)[0], 'push_duration');
  assert.equal(neighbours('pushDuration', known)[0], 'push_duration');
  assert.deepEqual(neighbours('zzzzzzzzzz', known), []);
});

test('has no hint where none is near and all are shown already', () => {
  assert.deepEqual(nearHint('banana', ['ramp', 'hold']), {});
  assert.deepEqual(nearHint('rammp', ['ramp', 'hold']), { hint: 'did you mean ramp?' });
});

test('lists all names when none is near', () => {
  assert.equal(suggest('banana', ['ramp', 'hold']), 'known: ramp, hold');
  assert.equal(suggest('rammp', ['ramp', 'hold']), 'did you mean ramp?');
});
