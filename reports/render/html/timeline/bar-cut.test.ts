import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { barTop } from './bar-cut.ts';

test('cuts bars at three times the middle one when one is more than four times as long', () => {
  assert.deepEqual(barTop([0.9, 1, 1, 2.1, 15.1]), { top: 3, isCut: true });
  assert.deepEqual(barTop([100, 100, 400.1]), { top: 300, isCut: true });
});

test('shows all of the longest bar when it flattens none', () => {
  assert.deepEqual(barTop([100, 100, 400]), { top: 400, isCut: false });
  assert.deepEqual(barTop([0.9, 1, 2.1]), { top: 3, isCut: false });
});

test('cuts nothing where the middle one is no measure', () => {
  assert.deepEqual(barTop([]), { top: 1, isCut: false });
  assert.deepEqual(barTop([0, 0, 5]), { top: 6, isCut: false });
});

test('says that a bar is cut exactly when one is longer than the top, and never cuts the middle one', () => {
  const length = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e6, noNaN: true }));
  const lengths = fc.array(length, { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(lengths, (values) => {
      const { top, isCut } = barTop(values);
      const sorted = values.toSorted((a, b) => a - b);
      const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
      assert.equal((sorted.at(-1) ?? 0) > top * (1 + 1e-9), isCut);
      assert.ok(middle <= top * (1 + 1e-9));
    }),
  );
});
