import { Exit, type ExitReason } from './exit-reason.ts';
import { Process, type ProcessKind } from './process.ts';
import type { Runtime } from './runtime.ts';
import { Down } from './signals.ts';

class Bucket<E extends RegistryEntry> {
  readonly key: string;
  readonly entries: E[];

  constructor(key: string, first: E) {
    this.key = key;
    // A literal of one: most keys never hold a second.
    this.entries = [first];
  }
}

/** One registration: who, under which key. Values are the fields of subclasses. */
export class RegistryEntry {
  readonly owner: Process;
  /** Set by the partition; null before and after. */
  bucket: Bucket<RegistryEntry> | null = null;
  index = 0;

  constructor(owner: Process) {
    this.owner = owner;
  }

  /** The key as the registry keeps it: one string for all its entries. */
  get key(): string {
    return this.bucket?.key ?? '';
  }
}

/** All entries of one owner; most have one. */
export type Registrations = RegistryEntry | Set<RegistryEntry>;

/** A process of a kind there are many of: it keeps its entries in a field, and calls `ownerEnded` when it dies. */
export interface Registrant extends Process {
  /** Starts as null; the registry alone writes it. */
  registered: Registrations | null;
}

function isRegistrant(owner: Process): owner is Registrant {
  return 'registered' in owner;
}

/**
 * The process that owns a share of a registry's entries, as its ETS tables (phoenix-semantics 3.8).
 *
 * It is linked to every owner, but the links are the entries themselves: that costs no memory, an owner's death takes its
 * entries away when the partition comes to it in its mailbox, and the partition's death ends every owner.
 */
export class RegistryPartition<E extends RegistryEntry> extends Process {
  /** Entries, those of dead owners included until their exit is handled. */
  size = 0;
  private buckets = new Map<string, Bucket<E>>();
  private readonly keepsInOwners: boolean;
  /** What owners without a field for it have registered; made with the first. */
  private others: Map<Process, Registrations> | null = null;

  constructor(runtime: Runtime, keepsInOwners: boolean) {
    super(runtime);
    this.keepsInOwners = keepsInOwners;
  }

  override get kind(): ProcessKind {
    return 'registry';
  }

  override inspectState(): unknown {
    return { keys: this.buckets.size, entries: this.size };
  }

  /** Adds an entry. Throws `noproc` when this partition is dead: a caller in that window crashes. */
  add(key: string, entry: E): void {
    if (!this.alive) throw new Exit('noproc');
    const bucket = this.buckets.get(key);
    if (bucket === undefined) {
      const first = new Bucket(key, entry);
      this.buckets.set(key, first);
      entry.bucket = first;
      entry.index = 0;
    } else {
      entry.bucket = bucket;
      entry.index = bucket.entries.push(entry) - 1;
    }
    this.size += 1;
    this.remember(entry);
  }

  /** Takes one entry away, now. One that is not here any more is no error. */
  remove(entry: E): void {
    if (entry.bucket === null) return;
    this.take(entry);
    const { owner } = entry;
    const held = this.heldBy(owner);
    if (held instanceof Set) held.delete(entry);
    if (held === entry || (held instanceof Set && held.size === 0)) this.forget(owner);
  }

  /** Takes all entries of an owner under a key away, now. */
  removeAll(owner: Process, key: string): void {
    const held = this.heldBy(owner);
    for (const entry of held instanceof Set ? [...held] : [held]) {
      if (entry?.key === key) this.remove(entry as E);
    }
  }

  /** The entries of a key, in no promised order; do not keep it. */
  entriesOf(key: string): readonly E[] | undefined {
    return this.buckets.get(key)?.entries;
  }

  protected override receive(message: unknown): void {
    if (message instanceof Down) this.ownerGone(message.process);
    else if (message instanceof Process) this.ownerGone(message);
  }

  protected override ended(reason: ExitReason): void {
    const owners = new Set<Process>();
    for (const { entries } of this.buckets.values()) {
      for (const entry of entries) {
        entry.bucket = null;
        owners.add(entry.owner);
      }
    }
    this.buckets = new Map();
    this.size = 0;
    for (const owner of owners) this.forget(owner);
    for (const owner of owners) this.runtime.exits.push(owner, this, reason);
  }

  private ownerGone(owner: Process): void {
    const held = this.heldBy(owner);
    if (held === null) return;
    if (held instanceof Set) for (const entry of held) this.take(entry as E);
    else this.take(held as E);
    this.forget(owner);
  }

  private take(entry: E): void {
    const bucket = entry.bucket as Bucket<E> | null;
    if (bucket === null) return;
    entry.bucket = null;
    this.size -= 1;
    const last = bucket.entries.pop();
    if (last !== undefined && last !== entry) {
      bucket.entries[entry.index] = last;
      last.index = entry.index;
    }
    if (bucket.entries.length === 0) this.buckets.delete(bucket.key);
  }

  private heldBy(owner: Process): Registrations | null {
    if (this.keepsInOwners && isRegistrant(owner)) return owner.registered;
    return this.others?.get(owner) ?? null;
  }

  private remember(entry: E): void {
    const { owner } = entry;
    const held = this.heldBy(owner);
    if (held instanceof Set) held.add(entry);
    else this.keep(owner, held === null ? entry : new Set([held, entry]), held === null);
  }

  private keep(owner: Process, registrations: Registrations, isFirst: boolean): void {
    if (this.keepsInOwners && isRegistrant(owner)) {
      owner.registered = registrations;
      // Linking to a dead process brings its exit at once.
      if (!owner.alive) this.send(owner);
    } else {
      (this.others ??= new Map()).set(owner, registrations);
      if (isFirst) owner.monitoredBy(this);
    }
  }

  private forget(owner: Process): void {
    if (this.keepsInOwners && isRegistrant(owner)) owner.registered = null;
    else if (this.others?.delete(owner) === true) owner.demonitoredBy(this);
  }
}
