/**
 * The delivery witness of one worker: which stamped broadcasts reached which of
 * its subscribers, once, twice, late or out of order.
 *
 * A broadcast is expected by every subscriber that had joined before it was due
 * and had not left. One that joins in that very moment may or may not get it;
 * it counts as expected only when it did. A subscriber whose connection is lost
 * still wants its broadcasts: what it misses until it is back is missing.
 *
 * State is 16 bytes per subscriber and publisher (highest sequence seen and a
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
/** One row a subscriber, so that a delivery touches one cache line: highest sequence, window of 64 below it. */
const ROW = 4;
const WINDOW_LOW = 1;
const WINDOW_HIGH = 2;

/** What each subscriber of a topic has seen of one publisher. */
class PublisherColumn {
  #rows: Uint32Array;
  readonly tallies = new Map<number, Tally>();

  constructor(slots: number) {
    this.#rows = emptyRows(slots);
  }

  grow(slots: number): void {
    const rows = emptyRows(slots);
    rows.set(this.#rows);
    this.#rows = rows;
  }

  /** Notes a sequence at a slot: 'first', 'reordered' (first, but late) or 'duplicate'. */
  note(slot: number, sequence: number): 'first' | 'reordered' | 'duplicate' {
    const rows = this.#rows;
    const at = slot * ROW;
    const high = rows[at]!;
    if (high === EMPTY || sequence > high) {
      this.#advance(at, high, sequence);
      return 'first';
    }
    const below = high - sequence;
    if (below === 0) return 'duplicate';
    // Beyond the window nobody can tell a late one from a double; the books would show it.
    if (below > 64) return 'reordered';
    const word = at + (below <= 32 ? WINDOW_LOW : WINDOW_HIGH);
    const bit = 1 << ((below - 1) & 31);
    if ((rows[word]! & bit) !== 0) return 'duplicate';
    rows[word] = (rows[word]! | bit) >>> 0;
    return 'reordered';
  }

  #advance(at: number, high: number, sequence: number): void {
    const rows = this.#rows;
    rows[at] = sequence;
    if (high === EMPTY) return;
    const shift = sequence - high;
    let low = rows[at + WINDOW_LOW]!;
    let upper = rows[at + WINDOW_HIGH]!;
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
    if (shift <= 32) low |= 1 << (shift - 1);
    else if (shift <= 64) upper |= 1 << (shift - 33);
    rows[at + WINDOW_LOW] = low >>> 0;
    rows[at + WINDOW_HIGH] = upper >>> 0;
  }
}

function emptyRows(slots: number): Uint32Array {
  const rows = new Uint32Array(slots * ROW);
  for (let at = 0; at < rows.length; at += ROW) rows[at] = EMPTY;
  return rows;
}

export class TopicWitness {
  readonly topic: string;
  /** When each slot joined and left, side by side. */
  #spans = new Float64Array(128);
  #slots = 0;
  readonly #columns = new Map<number, PublisherColumn>();
  #lastPublisher = -1;
  #lastColumn: PublisherColumn | null = null;
  readonly #tallies: Tally[];
  readonly #onChange: (tally: Tally) => void;

  constructor(topic: string, tallies: Tally[], onChange: (tally: Tally) => void) {
    this.topic = topic;
    this.#tallies = tallies;
    this.#onChange = onChange;
  }

  /** A subscriber that has just joined for the first time; returns its slot. */
  subscribe(nowUs: number): number {
    if (this.#slots * 2 === this.#spans.length) {
      const spans = new Float64Array(this.#spans.length * 2);
      spans.set(this.#spans);
      this.#spans = spans;
      for (const column of this.#columns.values()) column.grow(spans.length / 2);
    }
    const slot = this.#slots++;
    this.#spans[slot * 2] = nowUs;
    this.#spans[slot * 2 + 1] = Infinity;
    return slot;
  }

  /** The subscriber has left for good: what is due from now on it does not expect. */
  unsubscribe(slot: number, nowUs: number): void {
    this.#spans[slot * 2 + 1] = nowUs;
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
    return this.#spans[slot * 2]! <= dueUs && dueUs < this.#spans[slot * 2 + 1]!;
  }

  #column(publisher: number): PublisherColumn {
    if (publisher === this.#lastPublisher && this.#lastColumn) return this.#lastColumn;
    let column = this.#columns.get(publisher);
    if (!column) {
      column = new PublisherColumn(this.#spans.length / 2);
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
