import type { Process } from './process.ts';
import { RegistryPartition, type RegistryEntry } from './registry-partition.ts';
import type { Runtime } from './runtime.ts';
import { spread, spreadText } from './spread.ts';

/** How a registry is made. */
export interface RegistryOptions {
  /** One living owner per key, or any number of entries per key, several of one owner included. */
  readonly keys: 'unique' | 'duplicate';
  readonly partitions: number;
  /** Owners with a `registered` field keep their entries there; one registry of a node may say so. */
  readonly keepsInOwners?: boolean;
}

/**
 * Elixir's Registry: entries by key, held by processes that die apart from it (phoenix-semantics 3.8, 5.1).
 *
 * Duplicate keys are spread over the partitions by owner, unique ones by key.
 */
export class Registry<E extends RegistryEntry> {
  readonly partitions: ReadonlyArray<RegistryPartition<E>>;
  private readonly living: Array<RegistryPartition<E>>;
  private readonly runtime: Runtime;
  private readonly options: RegistryOptions;

  constructor(runtime: Runtime, options: RegistryOptions) {
    this.runtime = runtime;
    this.options = options;
    this.living = Array.from({ length: options.partitions }, () => this.open());
    this.partitions = this.living;
  }

  /** The partition of that number, or a new and empty one in place of a dead one: what a supervisor starts. */
  startPartition(index: number): RegistryPartition<E> {
    let partition = this.living[index];
    if (partition?.alive !== true) this.living[index] = partition = this.open();
    return partition;
  }

  /** Entries of all partitions. */
  get size(): number {
    return this.partitions.reduce((sum, partition) => sum + partition.size, 0);
  }

  /** Adds an entry. Null, or the living process that has the unique key. Throws `noproc` while the partition is down. */
  register(key: string, entry: E): Process | null {
    const partition = this.home(key, entry.owner);
    if (this.options.keys === 'unique') {
      const holder = partition.entriesOf(key)?.[0];
      if (holder?.owner.alive === true) return holder.owner;
      // Its owner is dead and the partition does not know yet: the key is free all the same.
      if (holder !== undefined) partition.remove(holder);
    }
    partition.add(key, entry);
    return null;
  }

  /** Takes one entry away, now. */
  unregister(entry: E): void {
    if (entry.bucket !== null) this.home(entry.key, entry.owner).remove(entry);
  }

  /** Takes all entries of an owner under a key away, now. */
  unregisterAll(owner: Process, key: string): void {
    this.home(key, owner).removeAll(owner, key);
  }

  /** The entry of a unique key whose owner lives. */
  lookup(key: string): E | null {
    const entry = this.partitions[spreadText(key, this.partitions.length)]?.entriesOf(key)?.[0];
    return entry?.owner.alive === true ? entry : null;
  }

  /** For the `ended` of owners that keep their entries in a field: the partition takes them away in its turn. */
  ownerEnded(owner: Process): void {
    this.partitions[spread(owner.id, this.partitions.length)]?.send(owner);
  }

  private home(key: string, owner: Process): RegistryPartition<E> {
    const ways = this.living.length;
    const index = this.options.keys === 'unique' ? spreadText(key, ways) : spread(owner.id, ways);
    const partition = this.living[index];
    if (partition === undefined) throw new RangeError('a registry has one partition at least');
    return partition;
  }

  private open(): RegistryPartition<E> {
    return new RegistryPartition(this.runtime, this.options.keepsInOwners ?? false);
  }
}
