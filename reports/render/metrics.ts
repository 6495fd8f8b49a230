/** Metrics by name and shape, and the unit each is read in. */

import type {
  CountMetric,
  GaugeMetric,
  Metric,
  Summary,
  TrendMetric,
} from '../../harness/record/run-record.ts';
import type { Unit } from './figures.ts';

/** A metric of durations. */
export function isTrend(metric: Metric): metric is TrendMetric {
  return 'p99' in metric;
}

/** A rate or a counter. */
export function isCount(metric: Metric): metric is CountMetric {
  return 'rate' in metric;
}

function lookUp(summary: Summary, name: string): Metric | null {
  return Object.hasOwn(summary.metrics, name) ? (summary.metrics[name] ?? null) : null;
}

/** The duration metric of that name; null when it is absent or has no samples. */
export function trendOf(summary: Summary, name: string): TrendMetric | null {
  const metric = lookUp(summary, name);
  return metric && isTrend(metric) && metric.count > 0 ? metric : null;
}

/** The rate or counter of that name. */
export function countOf(summary: Summary, name: string): CountMetric | null {
  const metric = lookUp(summary, name);
  return metric && isCount(metric) ? metric : null;
}

/** The gauge of that name. */
export function gaugeOf(summary: Summary, name: string): GaugeMetric | null {
  const metric = lookUp(summary, name);
  return metric && !isCount(metric) && !isTrend(metric) ? metric : null;
}

/** The name without its tags: `push_timeouts` of `push_timeouts{cause:push}`. */
export function bareName(name: string): string {
  const brace = name.indexOf('{');
  return brace < 0 ? name : name.slice(0, brace);
}

/** True for the rates whose `rate` is a share of operations; other counters have `rate` per second. */
export function isShareRate(name: string): boolean {
  const bare = bareName(name);
  return bare === 'errors' || bare === 'clients_joined' || bare.endsWith('_timeouts');
}

/** The unit a gauge is read in, by its name. */
export function gaugeUnit(name: string): Unit {
  const bare = bareName(name);
  if (/(_memory|_bytes|_rss)$/.test(bare)) return 'bytes';
  if (/(_wait|_lag|_lateness|_duration|_latency)$/.test(bare)) return 'ms';
  if (bare.endsWith('_cpu')) return 'cores';
  if (bare === 'server_connect_rate') return 'perSecond';
  return 'count';
}
