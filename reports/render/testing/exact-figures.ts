/** Percentiles and distributions of a list of samples, exactly: the sample run is small enough to sort. */

import type { Distribution, TrendMetric } from '../../../harness/record/run-record.ts';
import type { WindowTrend } from '../../../harness/record/timeline-line.ts';

/** Three significant digits, as the harness records them; keeps the sample's files small and stable. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** The smallest value at or above which at most `1 - quantile` of the sorted samples lie. */
export function quantileOf(sorted: readonly number[], quantile: number): number {
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * quantile) - 1));
  return rounded(sorted[index] ?? 0);
}

function ascending(samples: readonly number[]): number[] {
  return samples.toSorted((a, b) => a - b);
}

/** A second's percentiles. */
export function windowTrend(samples: readonly number[]): WindowTrend {
  const sorted = ascending(samples);
  return {
    count: sorted.length,
    p50: quantileOf(sorted, 0.5),
    p99: quantileOf(sorted, 0.99),
    p999: quantileOf(sorted, 0.999),
    max: quantileOf(sorted, 1),
  };
}

/** A whole run's metric. */
export function trendMetric(samples: readonly number[]): TrendMetric {
  const sorted = ascending(samples);
  return {
    count: sorted.length,
    min: quantileOf(sorted, 0),
    avg: rounded(sorted.reduce((sum, one) => sum + one, 0) / sorted.length),
    med: quantileOf(sorted, 0.5),
    p90: quantileOf(sorted, 0.9),
    p95: quantileOf(sorted, 0.95),
    p99: quantileOf(sorted, 0.99),
    p999: quantileOf(sorted, 0.999),
    max: quantileOf(sorted, 1),
  };
}

/** Lower edge of the log cell a value lies in, ten cells a decade. */
export function cellOf(ms: number): number {
  return rounded(10 ** (Math.floor(Math.log10(ms) * 10) / 10));
}

/** Counts by cell, rising. */
export function cellsOf(samples: readonly number[]): [number, number][] {
  const counts = new Map<number, number>();
  for (const ms of samples) counts.set(cellOf(ms), (counts.get(cellOf(ms)) ?? 0) + 1);
  return [...counts].toSorted(([a], [b]) => a - b);
}

/** Percentile curve and buckets for plotting. */
export function distributionOf(samples: readonly number[]): Distribution {
  const sorted = ascending(samples);
  const percentiles: [number, number][] = [];
  for (let step = 0; 10 ** (step / 10) <= sorted.length; step++) {
    const quantile = Number((1 - 10 ** (-step / 10)).toFixed(7));
    percentiles.push([quantile, quantileOf(sorted, quantile)]);
  }
  percentiles.push([1, quantileOf(sorted, 1)]);
  const buckets = cellsOf(samples).map(([from, count]): [number, number, number] => [
    from,
    rounded(from * 10 ** 0.1),
    count,
  ]);
  return { percentiles, buckets };
}
