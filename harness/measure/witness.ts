/**
 * The delivery witness of one worker: which stamped broadcasts reached which of
 * its subscribers, once, twice, late or out of order.
 *
 * A broadcast is expected by every subscriber that had joined before it was due
 * and has not left. One that joins in that very moment may or may not get it, and
 * so may one that leaves while it is under way: for those it counts as expected
 * only when it came. A subscriber whose connection is lost still wants its
 * broadcasts: what it misses until it is back is missing.
 *
 * State is 16 bytes per subscriber and publisher (highest sequence seen and a
 * window of the 64 before it), plus 8 bytes per subscriber.
 */

import { PublisherColumn } from './publisher-column.ts';

/** The stamp a published payload carries under this key: `[publisher, sequence, dueUs]`. */
export const STAMP_KEY = 'fd';

/** How one broadcast fared with the subscribers of one worker. Times are µs on the shared clock. */
export type Tally = {
  topic: string;
  event: string;
  publisher: number;
  sequence: number;
  dueUs: number;
  /** Subscribers that had joined before it was due, without those who left before it came. */
  sure: number;
  /** Of those, reached at least once. */
  sureReceived: number;
  /** Reached though they had not surely joined before. */
  unsureReceived: number;
  duplicate: number;
  reordered: number;
  firstUs: number;
  lastUs: number;
  /** Changed since it was last taken. */
  changed: boolean;
};

/** Slots a topic begins with: most rooms are small. */
const FIRST_SLOTS = 8;
/** Who leaves so soon after a broadcast was due may have left before it came. */
const UNDER_WAY_US = 10e6;

export class TopicWitness {
  readonly topic: string;
  /** When the subscriber of each slot joined; Infinity for a slot without one. */
  #joinedUs = new Float64Array(FIRST_SLOTS).fill(Infinity);
  #slots = 0;
  /** Slots whose subscriber has left, for the next ones. */
  readonly #free: number[] = [];
  readonly #columns = new Map<number, PublisherColumn<Tally>>();
  #lastPublisher = -1;
  #lastColumn: PublisherColumn<Tally> | null = null;
  /** Broadcasts that may still be under way, as they became known. */
  #recent: Tally[] = [];
  readonly #tallies: Tally[];
  readonly #onChange: (tally: Tally) => void;

  constructor(topic: string, tallies: Tally[], onChange: (tally: Tally) => void) {
    this.topic = topic;
    this.#tallies = tallies;
    this.#onChange = onChange;
  }

  /** Bytes of everything that is kept for each subscriber. */
  get bytes(): number {
    let bytes = this.#joinedUs.byteLength;
    for (const column of this.#columns.values()) bytes += column.bytes;
    return bytes;
  }

  /** A subscriber that has just joined for the first time; returns its slot. */
  subscribe(nowUs: number): number {
    const slot = this.#free.pop() ?? this.#slots++;
    if (slot === this.#joinedUs.length) {
      const joinedUs = new Float64Array(slot * 2).fill(Infinity);
      joinedUs.set(this.#joinedUs);
      this.#joinedUs = joinedUs;
      for (const column of this.#columns.values()) column.grow(joinedUs.length);
    }
    this.#joinedUs[slot] = nowUs;
    return slot;
  }

  /** The subscriber has left for good; what was under way to it is not expected any more. */
  unsubscribe(slot: number, nowUs: number): void {
    for (const tally of this.#recent) {
      if (tally.dueUs < nowUs - UNDER_WAY_US || !this.#isSure(slot, tally.dueUs)) continue;
      if (this.#column(tally.publisher).has(slot, tally.sequence)) continue;
      tally.sure -= 1;
      this.#changed(tally);
    }
    this.#joinedUs[slot] = Infinity;
    for (const column of this.#columns.values()) column.clear(slot);
    this.#free.push(slot);
  }

  /** The tally of a broadcast, made on first sight; its due time must have passed. */
  tallyOf(publisher: number, sequence: number, event: string, dueUs: number): Tally {
    const column = this.#column(publisher);
    const known = column.tallies.get(sequence);
    if (known) return known;
    let sure = 0;
    for (let slot = 0; slot < this.#slots; slot++) if (this.#isSure(slot, dueUs)) sure += 1;
    const tally: Tally = {
      topic: this.topic,
      event,
      publisher,
      sequence,
      dueUs,
      sure,
      sureReceived: 0,
      unsureReceived: 0,
      duplicate: 0,
      reordered: 0,
      firstUs: Infinity,
      lastUs: 0,
      changed: true,
    };
    column.tallies.set(sequence, tally);
    this.#tallies.push(tally);
    this.#remember(tally);
    this.#onChange(tally);
    return tally;
  }

  #remember(tally: Tally): void {
    this.#recent.push(tally);
    const oldest = this.#recent[this.#recent.length >> 1];
    // When half of them are old: then each is moved but once.
    if (!oldest || oldest.dueUs >= tally.dueUs - UNDER_WAY_US) return;
    this.#recent = this.#recent.filter(({ dueUs }) => dueUs >= tally.dueUs - UNDER_WAY_US);
  }

  #changed(tally: Tally): void {
    if (tally.changed) return;
    tally.changed = true;
    this.#onChange(tally);
  }

  /** A delivery at a slot; returns false when it was a duplicate. */
  receive(tally: Tally, slot: number, nowUs: number): boolean {
    this.#changed(tally);
    const how = this.#column(tally.publisher).note(slot, tally.sequence);
    if (how === 'duplicate') {
      tally.duplicate += 1;
      return false;
    }
    if (how === 'reordered') tally.reordered += 1;
    if (this.#isSure(slot, tally.dueUs)) tally.sureReceived += 1;
    else tally.unsureReceived += 1;
    if (nowUs < tally.firstUs) tally.firstUs = nowUs;
    if (nowUs > tally.lastUs) tally.lastUs = nowUs;
    return true;
  }

  #isSure(slot: number, dueUs: number): boolean {
    return this.#joinedUs[slot]! <= dueUs;
  }

  #column(publisher: number): PublisherColumn<Tally> {
    if (publisher === this.#lastPublisher && this.#lastColumn) return this.#lastColumn;
    let column = this.#columns.get(publisher);
    if (!column) {
      column = new PublisherColumn<Tally>(this.#joinedUs.length);
      this.#columns.set(publisher, column);
    }
    this.#lastPublisher = publisher;
    this.#lastColumn = column;
    return column;
  }
}

export class Witness {
  readonly #topics = new Map<string, TopicWitness>();
  readonly #tallies: Tally[] = [];
  #changed: Tally[] = [];

  topic(topic: string): TopicWitness {
    let witness = this.#topics.get(topic);
    if (!witness) {
      witness = new TopicWitness(topic, this.#tallies, (tally) => this.#changed.push(tally));
      this.#topics.set(topic, witness);
    }
    return witness;
  }

  /** Learns of a broadcast that was published, so that it is expected even if nobody gets it. */
  learn(topic: string, event: string, publisher: number, sequence: number, dueUs: number): void {
    this.topic(topic).tallyOf(publisher, sequence, event, dueUs);
  }

  /** Tallies changed since the last call. */
  takeChanged(): Tally[] {
    const changed = this.#changed;
    for (const tally of changed) tally.changed = false;
    this.#changed = [];
    return changed;
  }

  /** Broadcasts due at or after the given time that some subscriber still waits for. */
  waiting(sinceUs: number): number {
    let waiting = 0;
    for (let i = this.#tallies.length - 1; i >= 0; i--) {
      const tally = this.#tallies[i]!;
      if (tally.dueUs >= sinceUs && tally.sureReceived < tally.sure) waiting += 1;
    }
    return waiting;
  }
}
