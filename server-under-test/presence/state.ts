import { DeltaLog } from './delta-log.ts';
import { Entry, EntryList, weighEntry, type Meta } from './entry.ts';
import { Replica } from './replica.ts';
import type { Slice, SliceValue } from './slice.ts';

/** Entries that appeared and vanished, for those who look at replicas that are up. */
export interface Diff {
  readonly joins: readonly Entry[];
  readonly leaves: readonly Entry[];
}

/** How far a node knows each replica: everything up to that clock. */
export type Clocks = ReadonlyArray<readonly [replica: string, clock: number]>;

/**
 * An add-wins observed-remove set of presences, replicated by deltas (phoenix-semantics 5.2).
 *
 * A removal names the tags it saw, so an entry tracked again meanwhile has a new tag and stays. Knows no process and no time.
 */
export class PresenceState {
  /** Entries held, those of replicas that are down included. */
  rows = 0;
  bytes = 0;
  private readonly own: Replica;
  private readonly replicas = new Map<string, Replica>();
  private readonly topics = new Map<string, EntryList>();
  private readonly log = new DeltaLog();
  /** Where the next delta begins, what was tracked since, and which older entries have left since. */
  private deltaFrom = 0;
  private fresh: Entry[] = [];
  private gone: number[] = [];

  constructor(replica: string) {
    this.own = new Replica(replica);
    this.replicas.set(replica, this.own);
  }

  /** Name of this replica. */
  get replica(): string {
    return this.own.name;
  }

  /** Entries of a topic whose replicas are up, oldest first. */
  list(topic: string): Entry[] {
    return this.topics.get(topic)?.online() ?? [];
  }

  join(topic: string, key: string, meta: Meta): Entry {
    const clock = this.tick();
    const entry = this.insert(this.own, clock, topic, key, meta);
    this.fresh.push(entry);
    return entry;
  }

  /** Removes an entry of this replica. */
  leave(entry: Entry): void {
    this.drop(entry);
    if (entry.clock <= this.deltaFrom) this.gone.push(entry.clock);
    this.tick();
  }

  /**
   * Leave, then join: two events. Were it one, who lost it and later heard of the end of what it added would take the event
   * for known, and never miss the leave.
   */
  replace(entry: Entry, meta: Meta): Entry {
    this.leave(entry);
    return this.join(entry.topic, entry.key, meta);
  }

  /** What happened here since the last call; null when nothing did. */
  takeDelta(): Slice | null {
    const { own, deltaFrom: from, gone: removed } = this;
    const to = own.seen.upTo;
    if (to === from) return null;
    const alive = this.fresh.filter((entry) => own.entries.get(entry.clock) === entry);
    const delta: Slice = { replica: own.name, from, to, removed, values: alive.map(toValue) };
    this.deltaFrom = to;
    this.fresh = [];
    this.gone = [];
    this.log.push(delta);
    return delta;
  }

  /** The context: how far each known replica is known. */
  clocks(): Clocks {
    return Array.from(this.replicas.values(), (replica) => [replica.name, replica.seen.upTo] as const);
  }

  /** What `requester`, who knows `clocks`, is missing; nothing of replicas it does not know, nor of itself. */
  slicesFor(requester: string, clocks: Clocks): Slice[] {
    const slices: Slice[] = [];
    for (const [name, clock] of clocks) {
      const replica = this.replicas.get(name);
      if (replica === undefined || name === requester) continue;
      // What happened since the last delta is in the next one.
      if (replica === this.own && clock >= this.deltaFrom) continue;
      const recent = replica === this.own ? this.log.since(clock) : null;
      if (recent !== null) slices.push(recent);
      else slices.push(...wholeOf(replica, clock));
    }
    return slices;
  }

  /** Takes in deltas or states; says what changed among the entries that show. */
  merge(slices: readonly Slice[]): Diff {
    const joins: Entry[] = [];
    const leaves: Entry[] = [];
    for (const slice of slices) {
      const replica = this.replicas.get(slice.replica);
      if (replica === undefined || replica === this.own) continue;
      const left = this.removeUnsaid(replica, slice);
      const joined = this.addUnseen(replica, slice.values);
      replica.seen.add(slice.from, slice.to);
      for (const clock of slice.removed) replica.seen.add(clock - 1, clock);
      if (!replica.up) continue;
      for (const entry of left) leaves.push(entry);
      for (const entry of joined) joins.push(entry);
    }
    return { joins, leaves };
  }

  /** Makes a replica known, or its entries show again: those are returned. */
  replicaUp(name: string): Entry[] {
    const known = this.replicas.get(name);
    if (known === undefined) this.replicas.set(name, new Replica(name));
    if (known === undefined || known.up) return [];
    known.up = true;
    return [...known.entries.values()];
  }

  /** Hides the entries of a replica; those that showed are returned. */
  replicaDown(name: string): Entry[] {
    const replica = this.replicas.get(name);
    if (replica === undefined || replica === this.own || !replica.up) return [];
    replica.up = false;
    return [...replica.entries.values()];
  }

  /** Forgets a replica for good: what others still say of it falls on deaf ears. Bring it down first. */
  forget(name: string): void {
    const replica = this.replicas.get(name);
    if (replica === undefined || replica === this.own) return;
    for (const entry of replica.entries.values()) this.drop(entry);
    this.replicas.delete(name);
  }

  private tick(): number {
    const { seen } = this.own;
    return (seen.upTo += 1);
  }

  private removeUnsaid(replica: Replica, slice: Slice): Entry[] {
    const said = new Set(slice.values.map(([clock]) => clock));
    const leaves: Entry[] = [];
    const check = (entry: Entry | undefined): void => {
      if (entry === undefined || said.has(entry.clock)) return;
      this.drop(entry);
      leaves.push(entry);
    };
    for (const clock of slice.removed) check(replica.entries.get(clock));
    const { from, to } = slice;
    // Whichever is shorter: the period of a delta, or the entries held when a state spans them all.
    if (to - from < replica.entries.size) {
      for (let clock = from + 1; clock <= to; clock += 1) check(replica.entries.get(clock));
    } else {
      for (const entry of replica.entries.values()) if (from < entry.clock && entry.clock <= to) check(entry);
    }
    return leaves;
  }

  private addUnseen(replica: Replica, values: readonly SliceValue[]): Entry[] {
    const joins: Entry[] = [];
    for (const [clock, topic, key, meta] of values) {
      if (!replica.seen.has(clock)) joins.push(this.insert(replica, clock, topic, key, meta));
    }
    return joins;
  }

  private insert(replica: Replica, clock: number, topic: string, key: string, meta: Meta): Entry {
    let list = this.topics.get(topic);
    if (list === undefined) this.topics.set(topic, (list = new EntryList(topic)));
    const entry = new Entry(list, key, meta, replica, clock);
    list.append(entry);
    replica.entries.set(clock, entry);
    this.rows += 1;
    this.bytes += weighEntry(entry);
    return entry;
  }

  private drop(entry: Entry): void {
    const { list, replica } = entry;
    replica.entries.delete(entry.clock);
    list.remove(entry);
    if (list.empty) this.topics.delete(list.topic);
    this.rows -= 1;
    this.bytes -= weighEntry(entry);
  }
}

function toValue(entry: Entry): SliceValue {
  return [entry.clock, entry.topic, entry.key, entry.meta];
}

/** All that is known of a replica, unless `clock` covers it. */
function wholeOf(replica: Replica, clock: number): Slice[] {
  const spans = replica.seen.spans();
  if ((spans.at(-1)?.to ?? 0) <= clock) return [];
  const entries = [...replica.entries.values()];
  return spans.map((span) => ({
    ...span,
    replica: replica.name,
    removed: [],
    values: entries.filter((entry) => span.from < entry.clock && entry.clock <= span.to).map(toValue),
  }));
}
