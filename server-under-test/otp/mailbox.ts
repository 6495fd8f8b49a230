import { messageBytes } from './weight.ts';

// Chunks start small because most mailboxes that overflow do so by one or two.
const FIRST_CHUNK = 4;
const LARGEST_CHUNK = 512;
// So many messages are weighed one by one; of a longer mailbox an even sample is.
const WEIGHED = 16_384;

class Chunk {
  /** Message and arrival time side by side: slot 2i and 2i + 1. */
  readonly slots: unknown[] = [];
  next: Chunk | null = null;

  constructor(capacity: number) {
    this.slots.length = capacity * 2;
  }
}

interface Place {
  readonly chunk: Chunk;
  readonly slot: number;
}

class Overflow {
  head: Chunk;
  tail: Chunk;
  headIndex = 0;
  tailIndex = 0;

  constructor() {
    this.head = this.tail = new Chunk(FIRST_CHUNK);
  }

  push(message: unknown, atMs: number): void {
    if (this.tailIndex === this.tail.slots.length) {
      // Slots are two per message: the next chunk holds twice as many.
      const chunk = new Chunk(Math.min(LARGEST_CHUNK, this.tail.slots.length));
      this.tail.next = chunk;
      this.tail = chunk;
      this.tailIndex = 0;
    }
    this.tail.slots[this.tailIndex] = message;
    this.tail.slots[this.tailIndex + 1] = atMs;
    this.tailIndex += 2;
  }

  find(matches: (message: unknown) => boolean): Place | null {
    let slot = this.headIndex;
    for (let chunk: Chunk | null = this.head; chunk !== null; chunk = chunk.next) {
      const until = chunk === this.tail ? this.tailIndex : chunk.slots.length;
      for (; slot < until; slot += 2) if (matches(chunk.slots[slot])) return { chunk, slot };
      slot = 0;
    }
    return null;
  }

  /** Takes what is at `place`; everything before it moves one place back, and `message` becomes the head. */
  replaceUpTo(place: Place, message: unknown, atMs: number): unknown {
    let carried = message;
    let carriedAtMs: unknown = atMs;
    let slot = this.headIndex;
    for (let chunk: Chunk | null = this.head; chunk !== null; chunk = chunk.next) {
      for (; slot < chunk.slots.length; slot += 2) {
        const here = chunk.slots[slot];
        const hereAtMs = chunk.slots[slot + 1];
        chunk.slots[slot] = carried;
        chunk.slots[slot + 1] = carriedAtMs;
        if (chunk === place.chunk && slot === place.slot) return here;
        carried = here;
        carriedAtMs = hereAtMs;
      }
      slot = 0;
    }
    return undefined;
  }
}

/**
 * An unbounded FIFO that never drops and never refuses (phoenix-semantics 3.2).
 * One message sits inline; only a second one allocates. All figures but `bytes` are O(1).
 */
export class Mailbox {
  length = 0;
  /** The longest this mailbox has ever been. */
  highWater = 0;
  private first: unknown = undefined;
  private firstAtMs = 0;
  private overflow: Overflow | null = null;

  /** Adds a message that arrived at `atMs`, a monotonic millisecond. */
  push(message: unknown, atMs: number): void {
    // Whole milliseconds stay small integers: no heap number per message.
    const at = Math.floor(atMs);
    if (this.length === 0) {
      this.first = message;
      this.firstAtMs = at;
    } else {
      this.overflow ??= new Overflow();
      this.overflow.push(message, at);
    }
    this.length += 1;
    if (this.length > this.highWater) this.highWater = this.length;
  }

  /** Takes the oldest message; undefined when empty. */
  shift(): unknown {
    if (this.length === 0) return undefined;
    const message = this.first;
    this.length -= 1;
    if (this.length === 0) {
      this.first = undefined;
      this.overflow = null;
    } else {
      this.refill();
    }
    return message;
  }

  /** When the oldest message came, in whole monotonic milliseconds. */
  get oldestAtMs(): number {
    return this.firstAtMs;
  }

  /** How long the oldest message has waited, in milliseconds. */
  oldestWaitMs(nowMs: number): number {
    return this.length === 0 ? 0 : Math.max(0, nowMs - this.firstAtMs);
  }

  /**
   * Bytes of what waits, counted when asked: a count kept with every push and shift would cost each message more than it is
   * worth. Exact up to 16,384 messages; beyond, the mean of every n-th chunk, so that nobody waits for the answer.
   */
  get bytes(): number {
    if (this.length === 0) return 0;
    const { overflow } = this;
    const own = messageBytes(this.first);
    if (overflow === null) return own;
    const stride = Math.ceil(this.length / WEIGHED);
    let bytes = 0;
    let weighed = 0;
    let nth = 0;
    let from = overflow.headIndex;
    for (let chunk: Chunk | null = overflow.head; chunk !== null; chunk = chunk.next) {
      const until = chunk === overflow.tail ? overflow.tailIndex : chunk.slots.length;
      if (nth % stride === 0) {
        for (let slot = from; slot < until; slot += 2) bytes += messageBytes(chunk.slots[slot]);
        weighed += (until - from) / 2;
      }
      nth += 1;
      from = 0;
    }
    return own + (weighed === 0 ? 0 : Math.round((bytes / weighed) * (this.length - 1)));
  }

  /** Takes the oldest message that `matches`, wherever it stands; undefined when none does. What stood before it moves up. */
  takeOut(matches: (message: unknown) => boolean): unknown {
    if (this.length === 0) return undefined;
    if (matches(this.first)) return this.shift();
    const { overflow } = this;
    if (overflow === null) return undefined;
    const found = overflow.find(matches);
    if (found === null) return undefined;
    const message = overflow.replaceUpTo(found, this.first, this.firstAtMs);
    this.length -= 1;
    this.refill();
    if (this.length === 1) this.overflow = null;
    return message;
  }

  /** Forgets everything and says how many messages that were. */
  clear(): number {
    const dropped = this.length;
    this.length = 0;
    this.first = undefined;
    this.overflow = null;
    return dropped;
  }

  private refill(): void {
    const overflow = this.overflow;
    if (overflow === null) return;
    if (overflow.headIndex === overflow.head.slots.length && overflow.head.next !== null) {
      overflow.head = overflow.head.next;
      overflow.headIndex = 0;
    }
    const { slots } = overflow.head;
    const index = overflow.headIndex;
    this.first = slots[index];
    this.firstAtMs = slots[index + 1] as number;
    slots[index] = undefined;
    overflow.headIndex = index + 2;
  }
}
