import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import { Histogram } from './histogram.ts';

const HOUR_US = 3_600_000_000;
const durations = fc.array(fc.integer({ min: 1, max: 60_000_000 }), { minLength: 1, maxLength: 200 });

function of(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

const PERCENTILES = [0, 25, 50, 90, 99, 99.9, 100];
const read = (histogram: Histogram): number[] => PERCENTILES.map((p) => histogram.percentile(p));

test('an empty one says 0 to everything and calls back for no cell', () => {
  const empty = new Histogram();
  assert.deepEqual([empty.count, empty.sum, empty.mean, empty.min, empty.max], [0, 0, 0, 0, 0]);
  assert.deepEqual(
    read(empty),
    PERCENTILES.map(() => 0),
  );
  empty.forEachCell(() => assert.fail('no cell'));
});

test('what lies outside the range is clamped, never thrown away', () => {
  const histogram = of([-5, 0, 0.2, HOUR_US * 3, Infinity]);
  assert.equal(histogram.count, 5);
  assert.equal(histogram.min, 1);
  assert.equal(histogram.sum, 3 + 2 * HOUR_US);
  assert.equal(histogram.max, HOUR_US);
});

test('the sum is exact, and percentiles are within a thousandth', () => {
  fc.assert(
    fc.property(durations, (values) => {
      const histogram = of(values);
      const sorted = values.toSorted((a, b) => a - b);
      assert.equal(histogram.count, values.length);
      assert.equal(
        histogram.sum,
        values.reduce((a, b) => a + b, 0),
      );
      assert.equal(histogram.mean, histogram.sum / values.length);
      for (const p of PERCENTILES) {
        const exact = sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)]!;
        assert.ok(Math.abs(histogram.percentile(p) - exact) <= exact / 1_000 + 1, `p${p}`);
      }
    }),
  );
});

test('merged parts are the one histogram of all samples, added or sent over the wire', () => {
  fc.assert(
    fc.property(fc.array(durations, { minLength: 1, maxLength: 4 }), (parts) => {
      const whole = of(parts.flat());
      const added = new Histogram();
      const decoded = new Histogram();
      for (const part of parts) {
        const histogram = of(part);
        added.add(histogram);
        decoded.addEncoded(histogram.encode());
      }
      for (const merged of [added, decoded]) {
        assert.deepEqual(read(merged), read(whole));
        const exact = ({ count, sum, min, max }: Histogram): number[] => [count, sum, min, max];
        assert.deepEqual(exact(merged), exact(whole));
      }
    }),
    { numRuns: 40 },
  );
});

test('its cells hold every sample once, rising, each within its edges', () => {
  fc.assert(
    fc.property(durations, (values) => {
      let counted = 0;
      let edge = 0;
      of(values).forEachCell((fromUs, widthUs, count) => {
        assert.ok(fromUs >= edge);
        edge = fromUs + widthUs;
        assert.equal(values.filter((value) => value >= fromUs && value < edge).length, count);
        counted += count;
      });
      assert.equal(counted, values.length);
    }),
  );
});

test('a reset one starts over', () => {
  const histogram = of([5, 7_000]);
  histogram.reset();
  histogram.record(3);
  assert.deepEqual([histogram.count, histogram.sum, histogram.max], [1, 3, 3]);
});

test('its cells and percentiles are those of HdrHistogram', () => {
  const values = fc.array(fc.integer({ min: 0, max: HOUR_US }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, (samples) => {
      const histogram = new Histogram(0);
      const reference = build({
        bitBucketSize: 32,
        lowestDiscernibleValue: 1,
        highestTrackableValue: HOUR_US,
        numberOfSignificantValueDigits: 3,
      });
      for (const sample of samples) {
        histogram.record(sample);
        reference.recordValue(sample);
      }
      for (const p of [1, 25, 50, 90, 99, 99.9]) {
        // Ours is never above the largest value, theirs is the edge of its cell.
        assert.equal(histogram.percentile(p), Math.min(histogram.max, reference.getValueAtPercentile(p)));
      }
    }),
    { numRuns: 60 },
  );
});

test('what is below one is kept apart from one only where nought means something', () => {
  const histogram = new Histogram(0);
  for (const value of [0, 0, 1, -3, NaN]) histogram.record(value);
  assert.deepEqual([histogram.count, histogram.sum, histogram.percentile(50)], [5, 1, 0]);
});

test('an encoded one takes bytes for what it holds, not for what it could', () => {
  const histogram = of(Array.from({ length: 1_000 }, (_, i) => 500 + i * 3));
  assert.ok(histogram.encode().length < 24 + 2 * 1_000 + 10);
  assert.equal(of([]).encode().length, 24);
});
