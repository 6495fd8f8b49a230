/**
 * The delivery witness of one worker: which stamped broadcasts reached which of
 * its subscribers, once, twice, late or out of order.
 *
 * A broadcast is expected by every subscriber that had joined before it was due
 * and had not left. One that joins in that very moment may or may not get it;
 * it counts as expected only when it did. A subscriber whose connection is lost
 * still wants its broadcasts: what it misses until it is back is missing.
 *
 * State is 12 bytes per subscriber and publisher (highest sequence seen and a
 * window of the 64 before it), plus 16 bytes per subscriber.
 */

/** The stamp a published payload carries under this key: `[publisher, sequence, dueUs]`. */
export const STAMP_KEY = 'fd';

/** How one broadcast fared with the subscribers of one worker. Times are µs on the shared clock. */
export type Tally = {
  topic: string;
  event: string;
  publisher: number;
  sequence: number;
  dueUs: number;
  /** Subscribers that had joined before it was due. */
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

const EMPTY = 0xffff_ffff;

class PublisherColumn {
  high: Uint32Array;
  windowLow: Uint32Array;
  windowHigh: Uint32Array;
  readonly tallies = new Map<number, Tally>();

  constructor(slots: number) {
    this.high = new Uint32Array(slots).fill(EMPTY);
    this.windowLow = new Uint32Array(slots);
    this.windowHigh = new Uint32Array(slots);
  }

  grow(slots: number): void {
    const high = new Uint32Array(slots).fill(EMPTY);
    high.set(this.high);
    this.high = high;
    this.windowLow = widen(this.windowLow, slots);
    this.windowHigh = widen(this.windowHigh, slots);
  }

  /** Notes a sequence at a slot: 'first', 'reordered' (first, but late) or 'duplicate'. */
  note(slot: number, sequence: number): 'first' | 'reordered' | 'duplicate' {
    const high = this.high[slot]!;
    if (high === EMPTY || sequence > high) {
      const shift = high === EMPTY ? 64 : sequence - high;
      let low = this.windowLow[slot]!;
      let upper = this.windowHigh[slot]!;
      if (shift >= 64) {
        low = 0;
        upper = 0;
      } else if (shift >= 32) {
        upper = shift === 32 ? low : low << (shift - 32);
        low = 0;
      } else {
        upper = (upper << shift) | (low >>> (32 - shift));
        low <<= shift;
      }
      // The former highest stands `shift` places below the new one.
      if (high !== EMPTY && shift <= 32) low |= 1 << (shift - 1);
      else if (high !== EMPTY && shift <= 64) upper |= 1 << (shift - 33);
      this.windowLow[slot] = low >>> 0;
      this.windowHigh[slot] = upper >>> 0;
      this.high[slot] = sequence;
      return 'first';
    }
    const below = high - sequence;
    if (below === 0) return 'duplicate';
    // Beyond the window nobody can tell a late one from a double; the books would show it.
    if (below > 64) return 'reordered';
    if (below <= 32) {
      const bit = 1 << (below - 1);
      if ((this.windowLow[slot]! & bit) !== 0) return 'duplicate';
      this.windowLow[slot] = (this.windowLow[slot]! | bit) >>> 0;
    } else {
      const bit = 1 << (below - 33);
      if ((this.windowHigh[slot]! & bit) !== 0) return 'duplicate';
      this.windowHigh[slot] = (this.windowHigh[slot]! | bit) >>> 0;
    }
    return 'reordered';
  }
}

function widen(array: Uint32Array, length: number): Uint32Array {
  const wider = new Uint32Array(length);
  wider.set(array);
  return wider;
}

export class TopicWitness {
  readonly topic: string;
  #joinedUs = new Float64Array(64);
  #leftUs = new Float64Array(64);
  #slots = 0;
  readonly #columns = new Map<number, PublisherColumn>();
  readonly #tallies: Tally[];
  readonly #onChange: (tally: Tally) => void;

  constructor(topic: string, tallies: Tally[], onChange: (tally: Tally) => void) {
    this.topic = topic;
    this.#tallies = tallies;
    this.#onChange = onChange;
  }

  /** A subscriber that has just joined for the first time; returns its slot. */
  subscribe(nowUs: number): number {
    if (this.#slots === this.#joinedUs.length) {
      const length = this.#slots * 2;
      const joined = new Float64Array(length);
      joined.set(this.#joinedUs);
      this.#joinedUs = joined;
      const left = new Float64Array(length);
      left.set(this.#leftUs);
      this.#leftUs = left;
      for (const column of this.#columns.values()) column.grow(length);
    }
    const slot = this.#slots++;
    this.#joinedUs[slot] = nowUs;
    this.#leftUs[slot] = Infinity;
    return slot;
  }

  /** The subscriber has left for good: what is due from now on it does not expect. */
  unsubscribe(slot: number, nowUs: number): void {
    this.#leftUs[slot] = nowUs;
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
    this.#onChange(tally);
    return tally;
  }

  /** A delivery at a slot; returns false when it was a duplicate. */
  receive(tally: Tally, slot: number, nowUs: number): boolean {
    if (!tally.changed) {
      tally.changed = true;
      this.#onChange(tally);
    }
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
    return this.#joinedUs[slot]! <= dueUs && dueUs < this.#leftUs[slot]!;
  }

  #column(publisher: number): PublisherColumn {
    let column = this.#columns.get(publisher);
    if (!column) {
      column = new PublisherColumn(this.#joinedUs.length);
      this.#columns.set(publisher, column);
    }
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
