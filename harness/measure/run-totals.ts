/**
 * All seconds of a run, and what can be asked of any part of it. Every second
 * stays at hand, its histograms encoded.
 */
import { Histogram } from './histogram.ts';
import { trendsOf, type MergedWindow } from './merge.ts';
import { COUNTERS, zeroCounters, type Counters } from './names.ts';
import { addSeries, emptySeries, type PlainSeries } from './series.ts';

type Second = { counters: Counters; trends: Map<string, Buffer>; own: PlainSeries };

/** Accepts the seconds of a part of the run. */
export type Within = (window: number) => boolean;

export class RunTotals {
  readonly counters: Counters = zeroCounters();
  /** The scenario's own metrics and those of ours by tag, over the whole run. */
  readonly own: PlainSeries = emptySeries();
  readonly #trends = new Map<string, Histogram>();
  readonly #seconds = new Map<number, Second>();
  /** What was counted of seconds that have not been merged yet. */
  readonly #early = new Map<number, { name: string; count: number }[]>();

  add(merged: MergedWindow): void {
    addCounters(this.counters, merged.counters);
    addSeries(this.own, merged.own);
    const trends = new Map<string, Buffer>();
    for (const [name, histogram] of trendsOf(merged)) {
      let sum = this.#trends.get(name);
      if (!sum) {
        sum = new Histogram();
        this.#trends.set(name, sum);
      }
      sum.add(histogram);
      trends.set(name, histogram.encode());
    }
    const { counters, own } = merged;
    this.#seconds.set(merged.window, { counters, trends, own });
    for (const { name, count } of this.#early.get(merged.window) ?? []) addTo(own, name, count);
    this.#early.delete(merged.window);
  }

  /** Adds to a counter of one second what is known of it only now. */
  addCount(name: string, window: number, count: number): void {
    addTo(this.own, name, count);
    const second = this.#seconds.get(window);
    const early = this.#early.get(window);
    if (second) addTo(second.own, name, count);
    else if (early) early.push({ name, count });
    else this.#early.set(window, [{ name, count }]);
  }

  /** Whole seconds that have been merged, rising. */
  windows(): number[] {
    return [...this.#seconds.keys()].toSorted((a, b) => a - b);
  }

  /** Every trend that holds a sample. */
  trendNames(): IterableIterator<string> {
    return this.#trends.keys();
  }

  /** A metric over the whole run, or over the seconds that `within` accepts. */
  trend(name: string, within?: Within): Histogram {
    if (!within) return this.#trends.get(name) ?? new Histogram();
    const histogram = new Histogram();
    for (const [window, { trends }] of this.#seconds) {
      const part = trends.get(name);
      if (part && within(window)) histogram.addEncoded(part);
    }
    return histogram;
  }

  /** A metric in one second. */
  trendIn(name: string, window: number): Histogram {
    const histogram = new Histogram();
    const part = this.#seconds.get(window)?.trends.get(name);
    if (part) histogram.addEncoded(part);
    return histogram;
  }

  /** Counters over the seconds that `within` accepts. */
  countersWithin(within: Within): Counters {
    const sum = zeroCounters();
    for (const [window, { counters }] of this.#seconds) if (within(window)) addCounters(sum, counters);
    return sum;
  }

  /** The scenario's own metrics and those by tag over the seconds that `within` accepts. */
  ownWithin(within: Within): PlainSeries {
    const sum = emptySeries();
    for (const [window, { own }] of this.#seconds) if (within(window)) addSeries(sum, own);
    return sum;
  }

  /** Counters of one second. */
  countersIn(window: number): Counters {
    return this.#seconds.get(window)?.counters ?? zeroCounters();
  }

  /** The scenario's own metrics and those by tag in one second. */
  ownIn(window: number): PlainSeries {
    return this.#seconds.get(window)?.own ?? emptySeries();
  }
}

function addTo({ counters }: PlainSeries, name: string, count: number): void {
  counters.set(name, (counters.get(name) ?? 0) + count);
}

function addCounters(to: Counters, part: Counters): void {
  for (const name of COUNTERS) to[name] += part[name];
}
