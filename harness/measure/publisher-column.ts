/**
 * What each subscriber of a topic has seen of one publisher: the highest
 * sequence, and which of the 64 before it; 16 bytes a subscriber.
 */

const EMPTY = 0xffff_ffff;
/** One row a subscriber, so that a delivery touches one cache line: highest sequence, window of 64 below it. */
const ROW = 4;
const WINDOW_LOW = 1;
const WINDOW_HIGH = 2;

export class PublisherColumn<Tally> {
  #rows: Uint32Array;
  /** Its broadcasts by sequence. */
  readonly tallies = new Map<number, Tally>();

  constructor(slots: number) {
    this.#rows = emptyRows(slots);
  }

  grow(slots: number): void {
    const rows = emptyRows(slots);
    rows.set(this.#rows);
    this.#rows = rows;
  }

  get bytes(): number {
    return this.#rows.byteLength;
  }

  /** Forgets what a slot has seen: it has another subscriber. */
  clear(slot: number): void {
    this.#rows.fill(0, slot * ROW, (slot + 1) * ROW);
    this.#rows[slot * ROW] = EMPTY;
  }

  /** True when the sequence has come to that slot, or is so old that nobody can tell. */
  has(slot: number, sequence: number): boolean {
    const at = slot * ROW;
    const high = this.#rows[at]!;
    if (high === EMPTY || sequence >= high) return sequence === high;
    const below = high - sequence;
    if (below > 64) return true;
    return (this.#rows[at + (below <= 32 ? WINDOW_LOW : WINDOW_HIGH)]! & (1 << ((below - 1) & 31))) !== 0;
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
