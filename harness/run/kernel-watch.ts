/**
 * What the kernel counts against a run, second by second: for all programs of
 * the machine, ours among them. A run that has a network of its own is counted
 * against there as well: each network of a machine has counters of its own.
 */
import type { WindowLine } from '../record/timeline-line.ts';
import {
  countedBetween,
  countedTogether,
  readConntrackCount,
  readKernelCounters,
  type KernelCounters,
} from '../target/kernel-counters.ts';

/** Where the readings come from. */
export type KernelReader = { counters(): KernelCounters | null; conntrack(): number | null };

const KERNEL: KernelReader = { counters: readKernelCounters, conntrack: readConntrackCount };

/** One network: what it had counted at first, and when it was last looked at. */
class CountedPlace {
  readonly #read: () => KernelCounters | null;
  #first: KernelCounters | null = null;
  #last: KernelCounters | null = null;

  constructor(read: () => KernelCounters | null) {
    this.#read = read;
  }

  begin(): void {
    this.#first = this.#last = this.#read();
  }

  take(): KernelCounters | null {
    const now = this.#read();
    const counted = countedBetween(this.#last, now);
    this.#last = now ?? this.#last;
    return counted;
  }

  total(): KernelCounters | null {
    return countedBetween(this.#first, this.#last);
  }
}

export class KernelWatch {
  readonly #reader: KernelReader;
  readonly #places: CountedPlace[];
  #mostConntrack: number | null = null;

  constructor(reader: KernelReader = KERNEL) {
    this.#reader = reader;
    this.#places = [new CountedPlace(() => reader.counters())];
  }

  /** Counts what is read there with the rest; told before `begin`. */
  include(read: () => KernelCounters | null): void {
    this.#places.push(new CountedPlace(read));
  }

  /** What the run is counted from. */
  begin(): void {
    for (const place of this.#places) place.begin();
    this.#mostConntrack = this.#reader.conntrack();
  }

  /** Since the last call; null where the kernel does not tell. */
  take(): NonNullable<WindowLine['kernel']> | null {
    const counted = countedTogether(this.#places.map((place) => place.take()));
    const conntrack = this.#reader.conntrack();
    if (conntrack !== null) this.#mostConntrack = Math.max(conntrack, this.#mostConntrack ?? 0);
    if (!counted) return null;
    const { tcpSynRetrans, listenDrops, listenOverflows, tcpTimeouts } = counted;
    return { synRetransmits: tcpSynRetrans, listenDrops, listenOverflows, tcpTimeouts, conntrack };
  }

  /** From `begin` to the last `take`. */
  total(): KernelCounters | null {
    return countedTogether(this.#places.map((place) => place.total()));
  }

  /** The most entries of the connection table that were seen; null where there is none. */
  get mostConntrack(): number | null {
    return this.#mostConntrack;
  }
}
