import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ringShare, type Stretch } from './ring-share.ts';

function held(stretches: readonly Stretch[]): number[] {
  return stretches.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

test('holds the share of all, each once, wherever the ring is cut', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 300 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(),
      (count, share, seed) => {
        const positions = held(ringShare(count, share, seed, 'x'));
        const wanted = count === 0 || share === 0 ? 0 : Math.max(1, Math.round(count * share));
        assert.equal(positions.length, wanted);
        assert.equal(new Set(positions).size, wanted);
        assert.ok(positions.every((position) => position >= 0 && position < count));
      },
    ),
  );
});

test('is the same for the same seed and name, and elsewhere for another', () => {
  assert.deepEqual(ringShare(1_000, 0.1, 7, 'partition-1'), ringShare(1_000, 0.1, 7, 'partition-1'));
  const firsts = new Set(
    Array.from({ length: 20 }, (_, seed) => ringShare(1_000, 0.1, seed, 'partition-1')[0]?.[0]),
  );
  assert.ok(firsts.size > 15, [...firsts].join());
});

test('wraps into two stretches, and all is one', () => {
  assert.deepEqual(ringShare(10, 1, 3, 'x'), [[0, 9]]);
  const wrapped = Array.from({ length: 50 }, (_, seed) => ringShare(10, 0.5, seed, 'x')).find(
    (stretches) => stretches.length === 2,
  );
  assert.equal(wrapped?.[0]?.[1], 9);
  assert.equal(wrapped?.[1]?.[0], 0);
});
