/** Bucket i holds durations of up to 2^i microseconds; the last one whatever is longer. */
const FINITE_BUCKETS = 27;

/** Upper bounds of the finite buckets in microseconds, 1 µs to 67 s. */
export const BUCKET_BOUNDS_US: readonly number[] = Array.from({ length: FINITE_BUCKETS }, (_, i) => 2 ** i);

/** What a histogram holds: its buckets side by side, not summed up. */
export interface DurationCounts {
  readonly count: number;
  readonly sum_ms: number;
  readonly buckets: readonly number[];
}

/** Durations in buckets that double; noting one allocates nothing. */
export class DurationHistogram {
  count = 0;
  sumMs = 0;
  private readonly buckets = new Float64Array(FINITE_BUCKETS + 1);

  /** Counts one duration in milliseconds. */
  note(durationMs: number): void {
    this.count += 1;
    // A duration that is no number is counted, where it does no harm.
    if (durationMs > 0) this.sumMs += durationMs;
    const index = bucketOf(durationMs);
    this.buckets[index] = (this.buckets[index] ?? 0) + 1;
  }

  counts(): DurationCounts {
    return { count: this.count, sum_ms: this.sumMs, buckets: [...this.buckets] };
  }
}

/** The bucket of a duration: the first whose bound is not below it. */
export function bucketOf(durationMs: number): number {
  const us = durationMs * 1_000;
  // Not `us <= 1`: that would let NaN pass.
  if (!(us > 1)) return 0;
  if (us > 2 ** (FINITE_BUCKETS - 1)) return FINITE_BUCKETS;
  return 32 - Math.clz32(Math.ceil(us) - 1);
}

/** Two histograms as one, for the figures of several nodes. */
export function addCounts(a: DurationCounts, b: DurationCounts): DurationCounts {
  return {
    count: a.count + b.count,
    sum_ms: a.sum_ms + b.sum_ms,
    buckets: a.buckets.map((count, index) => count + (b.buckets[index] ?? 0)),
  };
}
