/**
 * Measurements by name, for what is not known before a scenario is: metrics of
 * its own, and metrics of ours by tag (`push_duration{kind:search}`). A name may
 * be anything, `constructor` too, so these are maps.
 */
import type { Histogram } from './histogram.ts';

/** How often something was so, of how many times it was asked. */
export type Share = { count: number; of: number };

/** What a gauge was set to, last, least and most. */
export type Level = { value: number; min: number; max: number; atUs: number };

export type Series<Trend> = {
  counters: Map<string, number>;
  shares: Map<string, Share>;
  levels: Map<string, Level>;
  trends: Map<string, Trend>;
};

/** Without its trends, which are kept encoded. */
export type PlainSeries = Omit<Series<never>, 'trends'>;

export function emptySeries(): Series<Histogram> {
  return { counters: new Map(), shares: new Map(), levels: new Map(), trends: new Map() };
}

/** Adds up two; of a gauge the reading taken last is the last. `rename` admits or folds a name. */
export function addSeries(to: PlainSeries, part: PlainSeries, rename = (name: string) => name): void {
  for (const [key, count] of part.counters) {
    const name = rename(key);
    to.counters.set(name, (to.counters.get(name) ?? 0) + count);
  }
  for (const [key, share] of part.shares) {
    const name = rename(key);
    const sum = to.shares.get(name);
    to.shares.set(name, { count: share.count + (sum?.count ?? 0), of: share.of + (sum?.of ?? 0) });
  }
  for (const [key, level] of part.levels) {
    const name = rename(key);
    const known = to.levels.get(name);
    to.levels.set(name, known ? joinLevels(known, level) : level);
  }
}

function joinLevels(a: Level, b: Level): Level {
  const last = a.atUs > b.atUs ? a : b;
  return {
    value: last.value,
    atUs: last.atUs,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}
