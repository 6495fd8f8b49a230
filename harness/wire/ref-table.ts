/**
 * Entries by their ref, linked into their bucket. A `Map` that changes all the
 * time is the wrong thing here: each time V8 makes a new table for it, the old
 * one keeps a pointer to the new one and to all its entries, and once one of
 * them has grown old every later one is kept with it. A quarter of all that a
 * worker allocated outlived its time that way.
 */

/** What is kept: its ref stays the same while it is in a table. */
export type Referred<Self> = { ref: number; nextOfBucket: Self | null };

/** Refs of one table are odd or even, so half of them would never use every other bucket. */
const bucketOf = (ref: number, buckets: number): number => (ref >>> 1) & (buckets - 1);

const FIRST_BUCKETS = 64;

export class RefTable<Entry extends Referred<Entry>> {
  #buckets: (Entry | null)[] = emptyBuckets(FIRST_BUCKETS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an entry whose ref is not in the table. */
  add(entry: Entry): void {
    if (this.#size === this.#buckets.length) this.#grow();
    this.#link(entry);
    this.#size += 1;
  }

  get(ref: number): Entry | null {
    let entry = this.#buckets[bucketOf(ref, this.#buckets.length)] ?? null;
    while (entry && entry.ref !== ref) entry = entry.nextOfBucket;
    return entry;
  }

  /** Removes and returns the entry of a ref, or null. */
  take(ref: number): Entry | null {
    const bucket = bucketOf(ref, this.#buckets.length);
    let before: Entry | null = null;
    let entry = this.#buckets[bucket] ?? null;
    while (entry && entry.ref !== ref) {
      before = entry;
      entry = entry.nextOfBucket;
    }
    if (!entry) return null;
    if (before) before.nextOfBucket = entry.nextOfBucket;
    else this.#buckets[bucket] = entry.nextOfBucket;
    entry.nextOfBucket = null;
    this.#size -= 1;
    return entry;
  }

  #link(entry: Entry): void {
    const bucket = bucketOf(entry.ref, this.#buckets.length);
    entry.nextOfBucket = this.#buckets[bucket] ?? null;
    this.#buckets[bucket] = entry;
  }

  #grow(): void {
    const old = this.#buckets;
    this.#buckets = emptyBuckets(2 * old.length);
    for (const first of old) {
      for (let entry = first; entry;) {
        const next: Entry | null = entry.nextOfBucket;
        this.#link(entry);
        entry = next;
      }
    }
  }
}

function emptyBuckets<Entry>(count: number): (Entry | null)[] {
  return Array.from({ length: count }, () => null);
}
