import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashSeeded, isSelected } from './selection.ts';

test('a share of 0 picks nobody, of 1 everybody, and a larger share keeps those already picked', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (name, seed, share) => {
      assert.equal(isSelected(name, 0, seed), false);
      assert.equal(isSelected(name, 1, seed), true);
      if (isSelected(name, share / 2, seed)) assert.equal(isSelected(name, share, seed), true);
    }),
  );
});

test('picks about its share of consecutive names, differently for each seed', () => {
  const picked = (seed: number): string[] =>
    Array.from({ length: 10_000 }, (_, n) => `room:${n}`).filter((name) => isSelected(name, 0.1, seed));
  const [first, second] = [picked(1), picked(2)];
  for (const { length } of [first, second]) assert.ok(length > 850 && length < 1_150, `picked ${length}`);
  const both = first.filter((name) => second.includes(name)).length;
  assert.ok(both < 200, `${both} names were picked by both seeds`);
});

test('is the same function everywhere and always', () => {
  assert.deepEqual(
    [
      hashSeeded('', 0),
      hashSeeded('room:1', 0),
      hashSeeded('room:1', 7),
      hashSeeded('pokój:ż', 4_294_967_295),
    ],
    FIXED,
  );
});

const FIXED = [1234692987, 882343118, 804378432, 1823415033];
