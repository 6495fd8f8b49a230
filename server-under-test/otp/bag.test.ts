import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addTo, holds, itemsOf, removeFrom, type Bag } from './bag.ts';

interface Item {
  readonly n: number;
}

test('holds each item as often as it was added and not taken out again', () => {
  const items: readonly Item[] = Array.from({ length: 14 }, (_, n) => ({ n }));
  const step = fc.record({ adds: fc.boolean(), n: fc.nat(13) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      let bag: Bag<Item> = null;
      const model = items.map(() => 0);
      for (const { adds, n } of steps) {
        const item = items[n];
        if (item === undefined) continue;
        bag = adds ? addTo(bag, item) : removeFrom(bag, item);
        model[n] = Math.max(0, (model[n] ?? 0) + (adds ? 1 : -1));
        const counted = items.map((one) => itemsOf(bag).filter((other) => other === one).length);
        assert.deepEqual(counted, model);
        assert.deepEqual(
          items.map((one) => holds(bag, one)),
          model.map((count) => count > 0),
        );
        if (counted.every((count) => count === 0)) assert.equal(bag, null);
      }
    }),
  );
});

test('is the item itself while it holds one', () => {
  const item = { n: 1 };
  assert.equal(addTo(null, item), item);
  assert.equal(removeFrom(addTo<Item>(item, { n: 2 }), { n: 3 }) === item, false);
  assert.equal(removeFrom([item, { n: 2 }], item) === item, false);
});
