import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HistogramLogReader } from 'hdr-histogram-js';
import { Histogram, IntervalLog } from './histogram.ts';

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
  assert.ok(histogram.max >= HOUR_US);
  assert.ok(histogram.max <= HOUR_US * 1.001);
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
        decoded.addEncoded(histogram.encode(), histogram.sum);
      }
      for (const merged of [added, decoded]) {
        assert.deepEqual(read(merged), read(whole));
        assert.deepEqual([merged.count, merged.sum], [whole.count, whole.sum]);
        // The wire carries cells: the largest value comes back as the upper edge of its own.
        assert.ok(merged.max >= whole.max && merged.max <= whole.max * 1.001 + 1);
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

test('its log opens in the reader of others, tag by tag', () => {
  let text = '';
  const log = new IntervalLog((part) => (text += part), 1_700_000_000_000);
  of([1_000, 2_000]).logInterval(log, 'push_duration', 0, 1);
  of([5]).logInterval(log, 'join_duration', 0, 1);
  of([3_000]).logInterval(log, 'push_duration', 1, 2);
  const reader = new HistogramLogReader(text);
  const seen: [string, number, number][] = [];
  for (let next = reader.nextIntervalHistogram(); next; next = reader.nextIntervalHistogram()) {
    seen.push([next.tag, next.totalCount, next.maxValue]);
  }
  assert.deepEqual(
    seen.map(([tag, count]) => [tag, count]),
    [
      ['push_duration', 2],
      ['join_duration', 1],
      ['push_duration', 1],
    ],
  );
  assert.ok(Math.abs(seen[2]![2] - 3_000) <= 3);
});
