/**
 * The histograms of a run, second by second, as HdrHistogram log V2: one tag
 * per metric, values in µs, the maximum column in ms. The one importer of
 * hdr-histogram-js.
 */
import { createRequire } from 'node:module';
import type { Histogram as HdrHistogram, HistogramLogWriter } from 'hdr-histogram-js';
import type { Histogram } from './histogram.ts';

type Hdr = typeof import('hdr-histogram-js');

/** What writes, and the histogram of theirs that ours is copied to. */
type Pen = { writer: HistogramLogWriter; copy: HdrHistogram };

export class IntervalLog {
  readonly #write: (text: string) => void;
  readonly #startedWallMs: number;
  #pen: Pen | null = null;

  constructor(write: (text: string) => void, startedWallMs: number) {
    this.#write = write;
    this.#startedWallMs = startedWallMs;
  }

  /** Its head is written with the first interval: until then the library need not be read, which delays every start. */
  #begin(): Pen {
    const hdr = createRequire(import.meta.url)('hdr-histogram-js') as Hdr;
    const writer = new hdr.HistogramLogWriter(this.#write);
    const started = this.#startedWallMs;
    writer.outputLogFormatVersion();
    writer.outputComment('values in microseconds');
    writer.outputComment(
      `[StartTime: ${(started / 1_000).toFixed(3)} (seconds since epoch), ${new Date(started).toISOString()}]`,
    );
    writer.outputLegend();
    const copy = hdr.build({
      bitBucketSize: 32,
      lowestDiscernibleValue: 1,
      highestTrackableValue: 3_600_000_000,
      numberOfSignificantValueDigits: 3,
    });
    return { writer, copy };
  }

  /** Writes a histogram as one interval of the metric of that name. */
  interval(name: string, histogram: Histogram, fromSec: number, toSec: number): void {
    this.#pen ??= this.#begin();
    const { writer, copy } = this.#pen;
    copy.reset();
    histogram.forEachCell((fromUs, _widthUs, count) => copy.recordValueWithCount(fromUs, count));
    // The format has commas and blanks between its fields.
    copy.tag = name.replaceAll(/[\s,]/g, '_');
    writer.outputIntervalHistogram(copy, fromSec, toSec, 1_000);
  }
}
