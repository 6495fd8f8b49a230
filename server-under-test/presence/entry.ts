import type { Replica } from './replica.ts';

/** What a presence carries; never changed once it is tracked. */
export type Meta = Readonly<Record<string, unknown>>;

// Measured: the entry, its places in the maps and lists, its link; texts and meta come on top.
const ENTRY_BYTES = 240;
const WORD_BYTES = 8;

/** One presence of one key on one topic, known by its tag: the replica that tracked it and that replica's clock then. */
export class Entry {
  readonly list: EntryList;
  readonly key: string;
  readonly meta: Meta;
  readonly replica: Replica;
  readonly clock: number;
  /** Neighbours on the same topic. */
  previous: Entry | null = null;
  next: Entry | null = null;

  constructor(list: EntryList, key: string, meta: Meta, replica: Replica, clock: number) {
    this.list = list;
    this.key = key;
    this.meta = meta;
    this.replica = replica;
    this.clock = clock;
  }

  get topic(): string {
    return this.list.topic;
  }
}

/** The entries of one topic, oldest first; any of them leaves in O(1). */
export class EntryList {
  readonly topic: string;
  private first: Entry | null = null;
  private last: Entry | null = null;

  constructor(topic: string) {
    this.topic = topic;
  }

  get empty(): boolean {
    return this.first === null;
  }

  append(entry: Entry): void {
    entry.previous = this.last;
    if (this.last === null) this.first = entry;
    else this.last.next = entry;
    this.last = entry;
  }

  remove(entry: Entry): void {
    if (entry.previous === null) this.first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === null) this.last = entry.previous;
    else entry.next.previous = entry.previous;
    entry.previous = entry.next = null;
  }

  /** Entries of replicas that are up. */
  online(): Entry[] {
    const entries: Entry[] = [];
    for (let entry = this.first; entry !== null; entry = entry.next) {
      if (entry.replica.up) entries.push(entry);
    }
    return entries;
  }
}

/** About how many bytes an entry takes, its meta included; the same for the same entry at any time. */
export function weighEntry(entry: Entry): number {
  return ENTRY_BYTES + entry.key.length + weigh(entry.meta);
}

function weigh(value: unknown): number {
  if (typeof value === 'string') return 2 * WORD_BYTES + value.length;
  if (typeof value !== 'object' || value === null) return WORD_BYTES;
  let bytes = 3 * WORD_BYTES;
  for (const inner of Object.values(value)) bytes += WORD_BYTES + weigh(inner);
  return bytes;
}
