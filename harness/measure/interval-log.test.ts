import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HistogramLogReader } from 'hdr-histogram-js';
import { Histogram } from './histogram.ts';
import { IntervalLog } from './interval-log.ts';

function of(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

test('opens in the reader of others, tag by tag', () => {
  let text = '';
  const log = new IntervalLog((part) => (text += part), 1_700_000_000_000);
  log.interval('push_duration', of([1_000, 2_000]), 0, 1);
  log.interval('push_duration{kind:other values, all}', of([5]), 0, 1);
  log.interval('push_duration', of([3_000]), 1, 2);
  const reader = new HistogramLogReader(text);
  const seen: [string, number, number][] = [];
  for (let next = reader.nextIntervalHistogram(); next; next = reader.nextIntervalHistogram()) {
    seen.push([next.tag, next.totalCount, next.maxValue]);
  }
  assert.deepEqual(
    seen.map(([tag, count]) => [tag, count]),
    [
      ['push_duration', 2],
      ['push_duration{kind:other_values__all}', 1],
      ['push_duration', 1],
    ],
  );
  assert.ok(Math.abs(seen[2]![2] - 3_000) <= 3);
});
