// Chunks start small because most mailboxes that overflow do so by one or two.
const FIRST_CHUNK = 4;
const LARGEST_CHUNK = 64;

class Chunk {
  /** Message and arrival time side by side: slot 2i and 2i + 1. */
  readonly slots: unknown[] = [];
  next: Chunk | null = null;

  constructor(capacity: number) {
    this.slots.length = capacity * 2;
  }
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
}

/**
 * An unbounded FIFO that never drops and never refuses (phoenix-semantics 3.2).
 * One message sits inline; only a second one allocates. All figures are O(1).
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

  /** How long the oldest message has waited, in milliseconds. */
  oldestWaitMs(nowMs: number): number {
    return this.length === 0 ? 0 : Math.max(0, nowMs - this.firstAtMs);
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
