import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkNodes } from './check.ts';
import { cutOffFrom } from './cut-off.ts';
import { pickNodes } from './pick-nodes.ts';

const nodes = fc
  .integer({ min: 1, max: 20 })
  .map((count) => Array.from({ length: count }, (_, index) => ({ index })));

test('a seed picks the same nodes whoever else is there, and more of them are the same and others', () => {
  fc.assert(
    fc.property(nodes, fc.nat(), fc.nat(25), (all, seed, count) => {
      const picked = pickNodes(all, count, seed);
      assert.equal(new Set(picked).size, Math.min(count, all.length));
      assert.deepEqual(pickNodes(all.toReversed(), count, seed), picked);
      assert.deepEqual(pickNodes(all, count + 1, seed).slice(0, count), picked);
      const without = all.filter((node) => node !== picked[0]);
      assert.deepEqual(pickNodes(without, count, seed).slice(0, Math.max(0, count - 1)), picked.slice(1));
    }),
  );
});

test('different seeds pick different nodes', () => {
  const all = Array.from({ length: 4 }, (_, index) => ({ index }));
  const firsts = Array.from({ length: 50 }, (_, seed) => pickNodes(all, 1, seed)[0]?.index);
  assert.deepEqual(new Set(firsts), new Set([0, 1, 2, 3]));
});

test('whom a node is cut off from is cut off from it, and one split parts two sides and nobody else', () => {
  const sides = fc.array(fc.uniqueArray(fc.nat(5)).map((side) => new Set(side)));
  const all = [0, 1, 2, 3, 4, 5];
  fc.assert(
    fc.property(sides, (splits) => {
      const cuts = new Map(all.map((node) => [node, cutOffFrom(node, all, splits)]));
      for (const [node, others] of cuts) {
        assert.ok(!others.includes(node));
        for (const other of others) assert.ok(cuts.get(other)?.includes(node));
      }
      const [only] = splits;
      if (only === undefined || splits.length > 1) return;
      for (const node of all) {
        assert.deepEqual(
          cuts.get(node),
          all.filter((other) => only.has(other) !== only.has(node)),
        );
      }
    }),
  );
});

test('an order for more nodes than there are is refused with what would do', () => {
  const wanted = (kind: string, count: number, there: number): string | undefined =>
    checkNodes({ kind, params: { nodes: count }, share: 1, seed: 0, ttlMs: null }, there)[0]?.wanted;
  assert.equal(wanted('node_kill', 2, 2), undefined);
  assert.equal(wanted('node_kill', 3, 2), '1 to 2 of its 2 nodes');
  assert.equal(wanted('netsplit', 2, 3), undefined);
  assert.equal(wanted('netsplit', 2, 2), '1 of its 2 nodes');
  assert.equal(wanted('netsplit', 1, 1), 'a server of 2 nodes or more');
  assert.equal(wanted('slow_join', 9, 1), undefined);
});
