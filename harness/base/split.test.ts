import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { split } from './split.ts';

test('shares 100 over 3 as 34, 33, 33', () => {
  assert.deepEqual(split(100, 3), [34, 33, 33]);
  assert.deepEqual(split(2, 4), [1, 1, 0, 0]);
  assert.deepEqual(split(0, 2), [0, 0]);
});

test('loses none, and no two parts differ by more than one', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 64 }), (total, parts) => {
      const shares = split(total, parts);
      assert.equal(shares.length, parts);
      assert.equal(
        shares.reduce((a, b) => a + b, 0),
        total,
      );
      assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
    }),
  );
});
