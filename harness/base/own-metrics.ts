/** The metrics a scenario declares as its own, as those who judge and write them down know metrics. */
import type { MetricKind, MetricUnit } from './metrics.ts';

/** How a scenario writes one. */
export type DeclaredMetric = MetricKind | { kind: 'trend' | 'gauge'; unit: 'ms' | 'count' | 'bytes' };

export type OwnSpec = { kind: MetricKind; unit: MetricUnit };

const UNITS: Readonly<Record<MetricKind, MetricUnit>> = {
  trend: 'ms',
  rate: 'share',
  counter: 'count',
  gauge: 'count',
};

/** The declared ones by name. */
export function ownSpecs(
  declared: Readonly<Record<string, DeclaredMetric>> = {},
): ReadonlyMap<string, OwnSpec> {
  return new Map(
    Object.entries(declared).map(([name, metric]) => [
      name,
      typeof metric === 'string' ? { kind: metric, unit: UNITS[metric] } : metric,
    ]),
  );
}

/** Units a trend is recorded in for one of its own: milliseconds are kept as microseconds. */
export function trendScale(unit: MetricUnit): number {
  return unit === 'ms' ? 1e3 : 1;
}
