/** What the kernel counts against a run, second by second: for all programs of the machine, ours among them. */
import type { WindowLine } from '../record/timeline-line.ts';
import {
  countedBetween,
  readConntrackCount,
  readKernelCounters,
  type KernelCounters,
} from '../target/kernel-counters.ts';

/** Where the readings come from. */
export type KernelReader = { counters(): KernelCounters | null; conntrack(): number | null };

const KERNEL: KernelReader = { counters: readKernelCounters, conntrack: readConntrackCount };

export class KernelWatch {
  readonly #reader: KernelReader;
  #first: KernelCounters | null = null;
  #last: KernelCounters | null = null;
  #mostConntrack: number | null = null;

  constructor(reader: KernelReader = KERNEL) {
    this.#reader = reader;
  }

  /** What the run is counted from. */
  begin(): void {
    this.#first = this.#last = this.#reader.counters();
    this.#mostConntrack = this.#reader.conntrack();
  }

  /** Since the last call; null where the kernel does not tell. */
  take(): NonNullable<WindowLine['kernel']> | null {
    const now = this.#reader.counters();
    const counted = countedBetween(this.#last, now);
    this.#last = now ?? this.#last;
    const conntrack = this.#reader.conntrack();
    if (conntrack !== null) this.#mostConntrack = Math.max(conntrack, this.#mostConntrack ?? 0);
    if (!counted) return null;
    const { tcpSynRetrans, listenDrops, listenOverflows, tcpTimeouts } = counted;
    return { synRetransmits: tcpSynRetrans, listenDrops, listenOverflows, tcpTimeouts, conntrack };
  }

  /** From `begin` to the last `take`. */
  total(): KernelCounters | null {
    return countedBetween(this.#first, this.#last);
  }

  /** The most entries of the connection table that were seen; null where there is none. */
  get mostConntrack(): number | null {
    return this.#mostConntrack;
  }
}
