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

/** A counter that a scenario without declarations counts under. */
export const FREE_COUNTER: OwnSpec = { kind: 'counter', unit: 'count' };

/** What a metric of one's own may be called. */
export const OWN_NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** The declared ones, or, where none is, the names that were counted under. */
export function ownOrCounted(
  declared: ReadonlyMap<string, OwnSpec>,
  counted: Iterable<string>,
): ReadonlyMap<string, OwnSpec> {
  if (declared.size > 0) return declared;
  const names = [...counted].filter((name) => OWN_NAME.test(name));
  return new Map(names.map((name) => [name, FREE_COUNTER]));
}

/** Units a trend is recorded in for one of its own: milliseconds are kept as microseconds. */
export function trendScale(unit: MetricUnit): number {
  return unit === 'ms' ? 1e3 : 1;
}
