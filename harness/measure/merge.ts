/**
 * Windows of all workers become one: histograms are added, counters summed,
 * never an average of percentiles. Every second stays at hand, encoded, so that
 * any part of the run can be looked at afterwards.
 */
import { Histogram } from './histogram.ts';
import { COUNTERS, TRENDS, zeroCounters, type Counters, type TrendName } from './names.ts';
import type { Delta } from './recorder.ts';

type Encoded = { encoded: string; sumUs: number };

/** One second of the whole run. */
export type MergedWindow = {
  window: number;
  counters: Counters;
  custom: Record<string, number>;
  trends: Partial<Record<TrendName, Histogram>>;
};

/** Adds up the deltas of one window. */
export function mergeDeltas(window: number, deltas: readonly Delta[]): MergedWindow {
  const counters = zeroCounters();
  const custom: Record<string, number> = {};
  const trends: MergedWindow['trends'] = {};
  for (const delta of deltas) {
    for (const name of COUNTERS) counters[name] += delta.counters[name];
    for (const [name, count] of Object.entries(delta.custom)) custom[name] = (custom[name] ?? 0) + count;
    for (const name of TRENDS) {
      const part = delta.trends[name];
      if (!part) continue;
      const histogram = (trends[name] ??= new Histogram());
      histogram.addEncoded(part.encoded, part.sumUs);
    }
  }
  return { window, counters, custom, trends };
}

/** All seconds of a run, and what can be asked of any part of it. */
export class RunTotals {
  readonly counters: Counters = zeroCounters();
  readonly custom: Record<string, number> = {};
  readonly #trends: Partial<Record<TrendName, Histogram>> = {};
  readonly #seconds = new Map<number, { counters: Counters; trends: Partial<Record<TrendName, Encoded>> }>();

  add(merged: MergedWindow): void {
    for (const name of COUNTERS) this.counters[name] += merged.counters[name];
    for (const [name, count] of Object.entries(merged.custom)) {
      this.custom[name] = (this.custom[name] ?? 0) + count;
    }
    const encoded: Partial<Record<TrendName, Encoded>> = {};
    for (const name of TRENDS) {
      const histogram = merged.trends[name];
      if (!histogram) continue;
      (this.#trends[name] ??= new Histogram()).add(histogram);
      encoded[name] = { encoded: histogram.encode(), sumUs: histogram.sum };
    }
    this.#seconds.set(merged.window, { counters: merged.counters, trends: encoded });
  }

  /** Whole seconds that have been merged, rising. */
  windows(): number[] {
    return [...this.#seconds.keys()].toSorted((a, b) => a - b);
  }

  /** A metric over the whole run, or over the seconds that `within` accepts. */
  trend(name: TrendName, within?: (window: number) => boolean): Histogram {
    if (!within) return this.#trends[name] ?? new Histogram();
    const histogram = new Histogram();
    for (const [window, second] of this.#seconds) {
      const part = second.trends[name];
      if (part && within(window)) histogram.addEncoded(part.encoded, part.sumUs);
    }
    return histogram;
  }

  /** Counters over the seconds that `within` accepts. */
  countersWithin(within: (window: number) => boolean): Counters {
    const sum = zeroCounters();
    for (const [window, second] of this.#seconds) {
      if (within(window)) for (const name of COUNTERS) sum[name] += second.counters[name];
    }
    return sum;
  }
}
