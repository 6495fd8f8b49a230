/** Broadcasts as the whole run saw them: the tallies of all workers, merged. */
import type { Tally } from './witness.ts';

type Row = Omit<Tally, 'changed'>;

/** One broadcast over all workers. Times are µs on the shared clock. */
export type BroadcastResult = {
  topic: string;
  event: string;
  publisher: number;
  sequence: number;
  dueUs: number;
  expected: number;
  received: number;
  missing: number;
  duplicate: number;
  reordered: number;
  /** Infinity and 0 when nobody received it. */
  firstUs: number;
  lastUs: number;
};

class Merged {
  readonly rows: (Row | undefined)[] = [];

  result(): BroadcastResult | null {
    let result: BroadcastResult | null = null;
    for (const row of this.rows) {
      if (!row) continue;
      result ??= {
        topic: row.topic,
        event: row.event,
        publisher: row.publisher,
        sequence: row.sequence,
        dueUs: row.dueUs,
        expected: 0,
        received: 0,
        missing: 0,
        duplicate: 0,
        reordered: 0,
        firstUs: Infinity,
        lastUs: 0,
      };
      result.expected += row.sure + row.unsureReceived;
      result.received += row.sureReceived + row.unsureReceived;
      result.missing += row.sure - row.sureReceived;
      result.duplicate += row.duplicate;
      result.reordered += row.reordered;
      result.firstUs = Math.min(result.firstUs, row.firstUs);
      result.lastUs = Math.max(result.lastUs, row.lastUs);
    }
    return result;
  }
}

export class Broadcasts {
  readonly #merged = new Map<string, Merged>();
  readonly #open = new Set<string>();

  /** Takes a worker's latest row of a broadcast in place of its former one. */
  add(worker: number, row: Row): void {
    const key = `${row.publisher} ${row.sequence} ${row.topic}`;
    let merged = this.#merged.get(key);
    if (!merged) {
      merged = new Merged();
      this.#merged.set(key, merged);
    }
    this.#open.add(key);
    merged.rows[worker] = row;
  }

  /** Broadcasts that every live worker knows and nobody waits for; each is handed out once per change. */
  takeSettled(liveWorkers: readonly number[]): BroadcastResult[] {
    const settled: BroadcastResult[] = [];
    for (const key of this.#open) {
      const merged = this.#merged.get(key)!;
      if (!liveWorkers.every((worker) => merged.rows[worker])) continue;
      const result = merged.result();
      if (!result || result.missing > 0) continue;
      this.#open.delete(key);
      settled.push(result);
    }
    return settled;
  }

  /** Those not settled yet. */
  open(): BroadcastResult[] {
    return [...this.#open].map((key) => this.#merged.get(key)!.result()).filter((result) => result !== null);
  }

  /** Those never settled: somebody still misses them, or a worker was lost. */
  takeRest(): BroadcastResult[] {
    const rest = this.open();
    this.#open.clear();
    return rest;
  }

  /** All broadcasts, as they stand now. */
  all(): BroadcastResult[] {
    return [...this.#merged.values()].map((merged) => merged.result()).filter((result) => result !== null);
  }
}
