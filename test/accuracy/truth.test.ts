// The judge must be right before it judges.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from '../../harness/measure/histogram.ts';
import type { PushRow } from './truth-log.ts';
import { compare, duesOf, isPossible, isTrue, quantileOf, sortedMs, type Quantile } from './truth.ts';

const PERCENTILES: Readonly<Record<Quantile, number>> = { p50: 50, p99: 99, 'p99.9': 99.9, max: 100 };

function row(client: number, sequence: number, readUs: number): PushRow {
  return { topic: 'prompt:0', client, sequence, readUs, writtenUs: readUs, seenUs: readUs };
}

suite('the truth', () => {
  test('ranks values as HdrHistogram does, to its three digits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 3_000 }),
        (us) => {
          const histogram = new Histogram();
          for (const one of us) histogram.record(one);
          const sorted = sortedMs(us);
          for (const [quantile, percentile] of Object.entries(PERCENTILES) as [Quantile, number][]) {
            const exactUs = quantileOf(sorted, quantile) * 1e3;
            const gotUs = histogram.percentile(percentile);
            assert.ok(
              gotUs >= exactUs - 0.001 && gotUs <= exactUs * 1.001 + 1,
              `${quantile}: ${gotUs} of ${exactUs}`,
            );
          }
        },
      ),
    );
  });

  test('counts due times on from the first that had not passed, however late a push is read', () => {
    const plan = { intervalMs: 50, phaseMs: (client: number) => client };
    // Read 0.4 ms after the third due time, then after a freeze.
    const rows = [row(7, 0, 1_107_400), row(7, 1, 3_000_000), row(7, 2, 3_000_001)];
    assert.deepEqual([...duesOf(rows, plan, 1_000_000).values()], [1_107_000, 1_157_000, 1_207_000]);
  });

  test('a hole in the count of a client is no truth at all', () => {
    const plan = { intervalMs: 50, phaseMs: () => 0 };
    assert.throws(() => duesOf([row(0, 0, 10), row(0, 2, 20)], plan, 0), /client 0 has no push 1/);
  });

  test('a figure below the truth is impossible, as is one beyond what can have been read', () => {
    const trend = { count: 1, min: 0, avg: 0, med: 9.9, p90: 0, p95: 0, p99: 104, p999: 104.2, max: 100.5 };
    const ms = [10, 10, 100];
    const rows = compare('case', { ms, leastMs: ms, mostMs: [10, 13, 104] }, trend);
    assert.deepEqual(rows.map(isTrue), [true, false, false, true]);
    assert.deepEqual(rows.map(isPossible), [false, true, false, true]);
  });
});
