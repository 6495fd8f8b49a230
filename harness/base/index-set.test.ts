import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IndexSet } from './index-set.ts';

test('holds what a set of the same numbers holds, far apart as they may be', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200_000 })), fc.nat(200_000), (indices, other) => {
      const [ours, theirs] = [new IndexSet(), new Set(indices)];
      for (const index of indices) ours.add(index);
      assert.equal(ours.size, theirs.size);
      for (const index of [...indices, other]) assert.equal(ours.has(index), theirs.has(index));
    }),
  );
});
