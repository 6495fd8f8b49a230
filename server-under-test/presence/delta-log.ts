import { joinSlices, sliceSize, type Slice } from './slice.ts';

/** Largest delta worth keeping; beyond it the whole state is sent (phoenix-semantics 5.2). */
const MAX_LOG_SIZE = 10_000;

/** The last deltas of this replica, for a node that missed a few. */
export class DeltaLog {
  private readonly maxSize: number;
  private deltas: Slice[] = [];
  private size = 0;

  constructor(maxSize = MAX_LOG_SIZE) {
    this.maxSize = maxSize;
  }

  /** Notes the next delta; it begins where the last one ended. */
  push(delta: Slice): void {
    this.deltas.push(delta);
    this.size += sliceSize(delta);
    let dropped = 0;
    for (const old of this.deltas) {
      // A delta of removals that all fell into its own period weighs nothing; the count bounds those.
      if (this.size <= this.maxSize && this.deltas.length - dropped <= this.maxSize) break;
      this.size -= sliceSize(old);
      dropped += 1;
    }
    if (dropped > 0) this.deltas = this.deltas.slice(dropped);
  }

  /** Everything after `clock` in one slice; null when the log does not reach back so far. */
  since(clock: number): Slice | null {
    const first = this.deltas.findIndex((delta) => delta.to > clock);
    const start = this.deltas[first];
    if (start === undefined || start.from > clock) return null;
    let joined: Slice | null = start;
    for (const delta of this.deltas.slice(first + 1)) {
      joined = joined === null ? null : joinSlices(joined, delta);
    }
    return joined;
  }
}
