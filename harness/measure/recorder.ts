/** What one worker has measured since its last window: histograms and counters. */
import { Histogram } from './histogram.ts';
import { COUNTERS, TRENDS, zeroCounters, type CounterName, type Counters, type TrendName } from './names.ts';
import { emptySeries, type Series } from './series.ts';
import { TagSet } from './tag-set.ts';

/** One window of one worker, ready to travel; histograms are encoded. */
export type Delta = {
  /** Whole seconds since the first arrival; the last one of a run may be cut short. */
  window: number;
  counters: Counters;
  trends: Partial<Record<TrendName, Buffer>>;
  /** Metrics of the scenario's own, and those of ours by tag. */
  own: Series<Buffer>;
};

/** Metrics of ours that carry one tag. */
type Tagged = { trends: Map<TrendName, Histogram>; counters: Map<CounterName, number> };

export class Recorder {
  readonly counters: Counters = zeroCounters();
  readonly tags = new TagSet();
  readonly #trends: Record<TrendName, Histogram>;
  readonly #byTag = new Map<string, Tagged>();
  #own = emptySeries();

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

  /** The histogram of what carries a tag (`kind:search`, from `tags`). */
  tagged(name: TrendName, tag: string): Histogram {
    const { trends } = this.#tagged(tag);
    let histogram = trends.get(name);
    if (!histogram) {
      histogram = new Histogram();
      trends.set(name, histogram);
    }
    return histogram;
  }

  /** Counts one more of what carries a tag. */
  countTagged(name: CounterName, tag: string): void {
    const { counters } = this.#tagged(tag);
    counters.set(name, (counters.get(name) ?? 0) + 1);
  }

  #tagged(tag: string): Tagged {
    let tagged = this.#byTag.get(tag);
    if (!tagged) {
      tagged = { trends: new Map(), counters: new Map() };
      this.#byTag.set(tag, tagged);
    }
    return tagged;
  }

  /** Adds to a counter of the scenario's own, and to that of each tag. */
  count(metric: string, by: number, tags: readonly string[] | null = null): void {
    const { counters } = this.#own;
    counters.set(metric, (counters.get(metric) ?? 0) + by);
    for (const tag of tags ?? []) this.count(`${metric}{${tag}}`, by);
  }

  /** Records whether something was so, for a rate of the scenario's own. */
  check(metric: string, isSo: boolean, tags: readonly string[] | null = null): void {
    const { shares } = this.#own;
    const share = shares.get(metric) ?? { count: 0, of: 0 };
    share.count += isSo ? 1 : 0;
    share.of += 1;
    shares.set(metric, share);
    for (const tag of tags ?? []) this.check(`${metric}{${tag}}`, isSo);
  }

  /** Sets a gauge of the scenario's own. */
  level(metric: string, value: number, atUs: number, tags: readonly string[] | null = null): void {
    const { levels } = this.#own;
    const { min, max } = levels.get(metric) ?? { min: value, max: value };
    levels.set(metric, { value, atUs, min: Math.min(min, value), max: Math.max(max, value) });
    for (const tag of tags ?? []) this.level(`${metric}{${tag}}`, value, atUs);
  }

  /** Records a value of a trend of the scenario's own, in µs when it is in ms, else as it is. */
  record(metric: string, value: number, tags: readonly string[] | null = null): void {
    const { trends } = this.#own;
    let histogram = trends.get(metric);
    if (!histogram) {
      histogram = new Histogram(0);
      trends.set(metric, histogram);
    }
    histogram.record(value);
    for (const tag of tags ?? []) this.record(`${metric}{${tag}}`, value);
  }

  /** Takes everything since the last call, and starts over. */
  takeDelta(window: number): Delta {
    const trends: Delta['trends'] = {};
    for (const name of TRENDS) {
      const encoded = take(this.#trends[name]);
      if (encoded) trends[name] = encoded;
    }
    const counters = { ...this.counters };
    for (const name of COUNTERS) this.counters[name] = 0;
    return { window, counters, trends, own: this.#takeOwn() };
  }

  #takeOwn(): Series<Buffer> {
    const { counters, shares, levels, trends } = this.#own;
    const taken = new Map<string, Buffer>();
    for (const [name, histogram] of trends) takeInto(taken, name, histogram);
    // The histograms stay, empty: the next second has the same names.
    this.#own = { ...emptySeries(), trends };
    for (const [tag, tagged] of this.#byTag) {
      for (const [name, histogram] of tagged.trends) takeInto(taken, `${name}{${tag}}`, histogram);
      for (const [name, count] of tagged.counters) counters.set(`${name}{${tag}}`, count);
      tagged.counters.clear();
    }
    return { counters, shares, levels, trends: taken };
  }
}

function takeInto(taken: Map<string, Buffer>, name: string, histogram: Histogram): void {
  const encoded = take(histogram);
  if (encoded) taken.set(name, encoded);
}

function take(histogram: Histogram): Buffer | null {
  if (histogram.count === 0) return null;
  const encoded = histogram.encode();
  histogram.reset();
  return encoded;
}
