/**
 * Windows of all workers become one: histograms are added, counters summed,
 * never an average of percentiles.
 */
import { Histogram } from './histogram.ts';
import { COUNTERS, TRENDS, zeroCounters, type Counters, type TrendName } from './names.ts';
import type { Delta } from './recorder.ts';
import { addSeries, emptySeries, type Series } from './series.ts';
import { admitMetric, TagSet } from './tag-set.ts';

/** One second of the whole run. */
export type MergedWindow = {
  window: number;
  counters: Counters;
  trends: Partial<Record<TrendName, Histogram>>;
  /** Metrics of the scenario's own, and those of ours by tag. */
  own: Series<Histogram>;
};

/** Adds up the deltas of one window; `tags` are those of the run so far, for each worker knows only its own. */
export function mergeDeltas(window: number, deltas: readonly Delta[], tags = new TagSet()): MergedWindow {
  const counters = zeroCounters();
  const own = emptySeries();
  const trends: MergedWindow['trends'] = {};
  for (const delta of deltas) {
    for (const name of COUNTERS) counters[name] += delta.counters[name];
    for (const name of TRENDS) {
      const part = delta.trends[name];
      if (part) (trends[name] ??= new Histogram()).addEncoded(part);
    }
    addSeries(own, delta.own, (name) => admitMetric(tags, name));
    for (const [key, part] of delta.own.trends) addTrend(own.trends, admitMetric(tags, key), part);
  }
  return { window, counters, trends, own };
}

function addTrend(trends: Map<string, Histogram>, name: string, part: Buffer): void {
  let histogram = trends.get(name);
  if (!histogram) {
    histogram = new Histogram(0);
    trends.set(name, histogram);
  }
  histogram.addEncoded(part);
}

/** Every trend of a window with its name. */
export function* trendsOf(merged: MergedWindow): Generator<[string, Histogram]> {
  for (const name of TRENDS) {
    const histogram = merged.trends[name];
    if (histogram) yield [name, histogram];
  }
  yield* merged.own.trends;
}
