import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RefTable } from './ref-table.ts';

class Entry {
  ref: number;
  nextOfBucket: Entry | null = null;
  constructor(ref: number) {
    this.ref = ref;
  }
}

test('does what a map does, whatever comes and goes', () => {
  // Few numbers, so that the same ref comes again; some so far apart that they share a bucket.
  const ref = fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.constantFrom(1, 129, 257, 2 ** 33 + 1, 2 ** 53 - 1),
  );
  const step = fc.record({ take: fc.boolean(), ref });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const table = new RefTable<Entry>();
      const map = new Map<number, Entry>();
      for (const { take, ref: key } of steps) {
        if (take) {
          assert.equal(table.take(key), map.get(key) ?? null);
          map.delete(key);
        } else if (!map.has(key)) {
          const entry = new Entry(key);
          table.add(entry);
          map.set(key, entry);
        }
        assert.equal(table.size, map.size);
        assert.equal(table.get(key), map.get(key) ?? null);
      }
      for (const [key, entry] of map) assert.equal(table.get(key), entry);
    }),
  );
});

test('grows beyond its first buckets and finds all of them', () => {
  const table = new RefTable<Entry>();
  for (let ref = 1; ref < 2_000; ref += 2) table.add(new Entry(ref));
  assert.equal(table.size, 1_000);
  for (let ref = 1; ref < 2_000; ref += 2) assert.equal(table.get(ref)?.ref, ref);
  assert.equal(table.get(2), null);
});

test('an entry that was taken leads to no other', () => {
  const table = new RefTable<Entry>();
  // All in one bucket.
  for (const ref of [1, 129, 257]) table.add(new Entry(ref));
  for (const ref of [129, 257, 1]) assert.equal(table.take(ref)?.nextOfBucket, null);
  assert.equal(table.size, 0);
});
