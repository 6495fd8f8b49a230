/** What one worker has measured since its last window: histograms and counters. */
import { Histogram } from './histogram.ts';
import { COUNTERS, TRENDS, zeroCounters, type Counters, type TrendName } from './names.ts';

/** One window of one worker, ready to travel. */
export type Delta = {
  /** Whole seconds since the first arrival; the last one of a run may be cut short. */
  window: number;
  counters: Counters;
  /** Counters of the scenario's own. */
  custom: Record<string, number>;
  trends: Partial<Record<TrendName, { encoded: string; sumUs: number }>>;
};

export class Recorder {
  readonly counters: Counters = zeroCounters();
  readonly #trends: Record<TrendName, Histogram>;
  #custom: Record<string, number> = {};

  constructor() {
    this.#trends = Object.fromEntries(TRENDS.map((name) => [name, new Histogram()])) as Record<
      TrendName,
      Histogram
    >;
  }

  /** The histogram of a metric, for hot paths that record into one of them. */
  trend(name: TrendName): Histogram {
    return this.#trends[name];
  }

  /** Adds to a counter of the scenario's own. */
  count(metric: string, by: number): void {
    this.#custom[metric] = (this.#custom[metric] ?? 0) + by;
  }

  /** Takes everything since the last call, and starts over. */
  takeDelta(window: number): Delta {
    const trends: Delta['trends'] = {};
    for (const name of TRENDS) {
      const histogram = this.#trends[name];
      if (histogram.count === 0) continue;
      trends[name] = { encoded: histogram.encode(), sumUs: histogram.sum };
      histogram.reset();
    }
    const counters = { ...this.counters };
    for (const name of COUNTERS) this.counters[name] = 0;
    const custom = this.#custom;
    this.#custom = {};
    return { window, counters, custom, trends };
  }
}
