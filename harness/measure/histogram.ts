/**
 * Latency histograms: microseconds, three significant digits, up to an hour.
 * The one importer of hdr-histogram-js; what lies outside the range is clamped,
 * never thrown away.
 */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  HistogramLogWriter,
  type JsHistogram,
} from 'hdr-histogram-js';

/** Largest value kept apart, in µs. */
const HIGHEST_US = 3_600_000_000;

function buildHistogram(): JsHistogram {
  return build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
  }) as JsHistogram;
}

export class Histogram {
  readonly #inner = buildHistogram();
  #sum = 0;

  /** Records one duration in µs; below 1 counts as 1, above an hour as an hour. */
  record(us: number): void {
    const value = us < 1 ? 1 : us > HIGHEST_US ? HIGHEST_US : Math.round(us);
    this.#inner.recordValue(value);
    this.#sum += value;
  }

  get count(): number {
    return this.#inner.totalCount;
  }

  /** Mean in µs; 0 when empty. */
  get mean(): number {
    return this.count === 0 ? 0 : this.#sum / this.count;
  }

  /** Sum of all values in µs, which an encoded histogram does not carry exactly. */
  get sum(): number {
    return this.#sum;
  }

  get min(): number {
    return this.count === 0 ? 0 : this.#inner.getValueAtPercentile(0);
  }

  get max(): number {
    return this.count === 0 ? 0 : this.#inner.maxValue;
  }

  /** The value in µs that `percentile` (0..100) of the samples do not exceed; 0 when empty. */
  percentile(percentile: number): number {
    return this.count === 0 ? 0 : this.#inner.getValueAtPercentile(percentile);
  }

  /** HdrHistogram V2, compressed, base64: what `add` and the log format read. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#inner);
  }

  /** Adds an encoded histogram; `sumUs` is the exact sum that goes with it. */
  addEncoded(encoded: string, sumUs: number): void {
    this.#inner.add(decodeFromCompressedBase64(encoded, 32) as JsHistogram);
    this.#sum += sumUs;
  }

  add(other: Histogram): void {
    this.#inner.add(other.#inner);
    this.#sum += other.#sum;
  }

  reset(): void {
    this.#inner.reset();
    this.#sum = 0;
  }

  /** Calls back for each cell that holds samples, rising: lower edge and width in µs, count. */
  forEachCell(visit: (fromUs: number, widthUs: number, count: number) => void): void {
    if (this.count === 0) return;
    const inner = this.#inner;
    const last = inner.countsArrayIndex(inner.maxValue);
    for (let index = inner.countsArrayIndex(Math.max(1, this.min)); index <= last; index++) {
      const count = inner.getCountAtIndex(index);
      if (count === 0) continue;
      const from = inner.valueFromIndex(index);
      visit(from, inner.sizeOfEquivalentValueRange(from), count);
    }
  }

  /** Writes the histogram as one tagged interval of a log. */
  logInterval(log: IntervalLog, tag: string, fromSec: number, toSec: number): void {
    this.#inner.tag = tag;
    log.writer.outputIntervalHistogram(this.#inner, fromSec, toSec, 1_000);
  }
}

/** HdrHistogram log V2, one tag per metric; values in µs, the maximum column in ms. */
export class IntervalLog {
  readonly writer: HistogramLogWriter;

  constructor(write: (text: string) => void, startedWallMs: number) {
    this.writer = new HistogramLogWriter(write);
    this.writer.outputLogFormatVersion();
    this.writer.outputComment('values in microseconds');
    this.writer.outputComment(
      `[StartTime: ${(startedWallMs / 1_000).toFixed(3)} (seconds since epoch), ${new Date(startedWallMs).toISOString()}]`,
    );
    this.writer.outputLegend();
  }
}
