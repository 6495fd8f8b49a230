import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linearTicks, logTicks, roundTop, timeTicks } from './ticks.ts';

test('tops an axis at a round number', () => {
  assert.equal(roundTop(41_880, 2), 50_000);
  assert.equal(roundTop(100_000, 2), 100_000);
  assert.equal(roundTop(2.6, 3), 3);
  assert.equal(roundTop(0), 1);
});

test('places few linear ticks from 0 to the top', () => {
  assert.deepEqual(linearTicks(50_000, 2), [0, 25_000, 50_000]);
  assert.deepEqual(linearTicks(3, 3), [0, 1, 2, 3]);
  assert.deepEqual(linearTicks(0.3, 3), [0, 0.1, 0.2, 0.3]);
});

test('reaches any top in at most a handful of ticks, the last one being the top', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (largest) => {
      const top = roundTop(largest, 3);
      const ticks = linearTicks(top, 3);
      assert.ok(top >= largest * (1 - 1e-9));
      assert.ok(ticks.length >= 2 && ticks.length <= 5, `${largest}: ${ticks.join(' ')}`);
      assert.ok(Math.abs((ticks.at(-1) ?? 0) - top) <= top * 1e-6);
    }),
  );
});

test('places log ticks on powers of ten, thinned around 1', () => {
  assert.deepEqual(logTicks(0.1, 1_000), [0.1, 1, 10, 100, 1_000]);
  assert.deepEqual(logTicks(0.01, 100_000, 4), [0.01, 1, 100, 10_000]);
  assert.ok(logTicks(1e-3, 1e300).length <= 6);
});

test('marks time in steps a clock knows', () => {
  assert.deepEqual(timeTicks(180_000), [0, 30_000, 60_000, 90_000, 120_000, 150_000, 180_000]);
  assert.deepEqual(timeTicks(3_000), [0, 1_000, 2_000, 3_000]);
  assert.equal(timeTicks(600_000).at(1), 120_000);
  assert.ok(timeTicks(1e15).length <= 8);
});
