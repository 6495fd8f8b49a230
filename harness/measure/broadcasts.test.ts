import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Broadcasts } from './broadcasts.ts';

type Row = Parameters<Broadcasts['add']>[1];

function row(changes: Partial<Row> = {}): Row {
  return {
    topic: 'lobby',
    event: 'shout',
    publisher: 0,
    sequence: 0,
    dueUs: 1_000,
    sure: 10,
    sureReceived: 10,
    unsureReceived: 0,
    duplicate: 0,
    reordered: 0,
    firstUs: 2_000,
    lastUs: 5_000,
    ...changes,
  };
}

test('adds up what the workers saw: first of the firsts, last of the lasts', () => {
  const broadcasts = new Broadcasts();
  broadcasts.add(0, row({ sureReceived: 8, unsureReceived: 1, duplicate: 2, firstUs: 3_000 }));
  broadcasts.add(1, row({ sure: 5, sureReceived: 5, reordered: 1, firstUs: 1_500, lastUs: 9_000 }));
  assert.deepEqual(broadcasts.all(), [
    {
      topic: 'lobby',
      event: 'shout',
      publisher: 0,
      sequence: 0,
      dueUs: 1_000,
      expected: 16,
      received: 14,
      missing: 2,
      duplicate: 2,
      reordered: 1,
      firstUs: 1_500,
      lastUs: 9_000,
    },
  ]);
});

test('the latest row of a worker takes the place of its former one', () => {
  const broadcasts = new Broadcasts();
  broadcasts.add(0, row({ sureReceived: 1 }));
  broadcasts.add(0, row({ sureReceived: 9 }));
  assert.deepEqual(
    broadcasts.all().map(({ received, missing }) => [received, missing]),
    [[9, 1]],
  );
});

test('settles when every live worker knows it and nobody waits, once', () => {
  const broadcasts = new Broadcasts();
  broadcasts.add(0, row());
  assert.deepEqual(broadcasts.takeSettled([0, 1]), []);
  broadcasts.add(1, row({ sureReceived: 9 }));
  assert.deepEqual(broadcasts.takeSettled([0, 1]), []);
  assert.equal(broadcasts.open().length, 1);
  broadcasts.add(1, row());
  assert.equal(broadcasts.takeSettled([0, 1])[0]?.received, 20);
  assert.deepEqual(broadcasts.takeSettled([0, 1]), []);
  // A double after it had settled is a change, and told again.
  broadcasts.add(1, row({ duplicate: 1 }));
  assert.equal(broadcasts.takeSettled([0, 1])[0]?.duplicate, 1);
  assert.deepEqual(broadcasts.takeRest(), []);
  assert.equal(broadcasts.all().length, 1);
});

test('a lost worker holds up no broadcast it never knew, but what its clients miss stays missing', () => {
  const broadcasts = new Broadcasts();
  broadcasts.add(0, row({ sequence: 1 }));
  assert.equal(broadcasts.takeSettled([0]).length, 1);
  broadcasts.add(0, row({ sequence: 2 }));
  broadcasts.add(1, row({ sequence: 2, sureReceived: 4 }));
  assert.deepEqual(broadcasts.takeSettled([0]), []);
  assert.deepEqual(
    broadcasts.takeRest().map(({ sequence, missing }) => [sequence, missing]),
    [[2, 6]],
  );
  assert.deepEqual(broadcasts.takeRest(), []);
});

test('publisher, sequence and topic together tell broadcasts apart', () => {
  const broadcasts = new Broadcasts();
  for (const change of [{}, { publisher: 1 }, { sequence: 1 }, { topic: 'room:1' }])
    broadcasts.add(0, row(change));
  assert.equal(broadcasts.all().length, 4);
});

test('nobody reached: first is Infinity and last is 0', () => {
  const broadcasts = new Broadcasts();
  broadcasts.add(0, row({ sureReceived: 0, firstUs: Infinity, lastUs: 0 }));
  assert.deepEqual(
    broadcasts.all().map(({ firstUs, lastUs }) => [firstUs, lastUs]),
    [[Infinity, 0]],
  );
});
