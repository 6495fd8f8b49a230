import { FaultRefused, type FaultOrder } from '../faults/fault.ts';
import { sumHits, type Hits } from '../faults/hits.ts';
import { FAULT_KINDS } from '../faults/kinds.ts';
import type { NodeRequest } from '../node-protocol.ts';
import type { Clock, Timer } from '../otp/clock.ts';
import type { ClusterHands, ClusterStanding } from './fault.ts';
import { CLUSTER_FAULT_KINDS } from './kinds.ts';

/** How long a node may take to say how many a fault has hit there; a silent one has said it before. */
const HITS_MS = 600;

/** A fault by its id, and how many it has hit; null when no node has said. */
export interface FaultWord {
  readonly id: string;
  readonly hits: Hits | null;
}

/** What the book needs of the cluster. */
export interface FaultBookParts {
  readonly clock: Clock;
  readonly hands: ClusterHands;
  readonly log: (line: string) => void;
  /** Asks every node that has booted, and tells what each of them says; rejects when one that is awake does not obey. */
  askAll(
    request: NodeRequest,
    hear: (node: object, answer: unknown) => void,
    timeoutMs?: number,
  ): Promise<void>;
}

interface Entry {
  order: FaultOrder;
  /** How we carry it out; null where the nodes do, each with a clock of its own. */
  readonly standing: ClusterStanding | null;
  /** What each node process last said of it: one that has died has said it. */
  readonly said: Map<object, Hits>;
  timer: Timer | null;
  /** Null: not by itself. */
  endMs: number | null;
  lifting: Promise<void> | null;
}

/** Every fault in force, within nodes or on whole nodes; each lifts itself when its time is over. */
export class FaultBook {
  private readonly parts: FaultBookParts;
  private readonly entries = new Map<string, Entry>();
  private last = 0;

  constructor(parts: FaultBookParts) {
    this.parts = parts;
  }

  /** Puts a checked fault in force before it resolves with the id. */
  async inject(order: Omit<FaultOrder, 'id'>): Promise<FaultWord> {
    this.last += 1;
    const fault = { ...order, id: `f${this.last}` };
    const kind = CLUSTER_FAULT_KINDS.find((known) => known.kind === order.kind);
    if (kind === undefined) return this.injectOnNodes(fault);
    return this.word(this.enter(fault, await kind.inject(fault, this.parts.hands)));
  }

  /** Gives a fault that much time from now; null when there is none of that id, or it is being lifted. */
  async renew(id: string, ttlMs: number): Promise<FaultWord | null> {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.lifting !== null) return null;
    entry.order = { ...entry.order, ttlMs };
    this.wind(entry);
    if (entry.standing === null) await this.ask(entry, { op: 'renew', id, ttlMs });
    return this.word(entry);
  }

  /** From now on a fault within nodes hits that share; null as in `renew`. A fault on whole nodes has none: FaultRefused. */
  async setShare(id: string, share: number): Promise<FaultWord | null> {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.lifting !== null) return null;
    if (entry.standing !== null) throw new FaultRefused(`${entry.order.kind} hits no share of anything`);
    entry.order = { ...entry.order, share };
    await this.ask(entry, { op: 'share', id, share });
    return this.word(entry);
  }

  /** Lifts a fault; null when there is none of that id. One whose lift fails stays, to be lifted again. */
  async lift(id: string): Promise<FaultWord | null> {
    const entry = this.entries.get(id);
    if (entry === undefined) return null;
    entry.lifting ??= this.end(entry);
    await entry.lifting;
    return this.word(entry);
  }

  /** How many each fault in force has hit by now. */
  async words(): Promise<FaultWord[]> {
    const entries = [...this.entries.values()];
    const asked = entries.filter(({ standing }) => standing === null);
    await Promise.allSettled(
      asked.map((entry) => this.ask(entry, { op: 'hits', id: entry.order.id }, HITS_MS)),
    );
    return entries.map((entry) => this.word(entry));
  }

  /** What is in force. */
  orders(): FaultOrder[] {
    return [...this.entries.values()].map(({ order }) => order);
  }

  /** What a node that was away must hear of: what is in force on the others, for as long as it is there. */
  ordersOnNodes(): FaultOrder[] {
    const nowMs = this.parts.clock.nowMs();
    return [...this.entries.values()]
      .filter(({ order, standing, lifting }) => standing === null && lifting === null && !isOnce(order))
      .map(({ order, endMs }) => ({ ...order, ttlMs: endMs === null ? null : Math.max(0, endMs - nowMs) }));
  }

  /** The server ends, and every fault with it. */
  close(): void {
    for (const { timer } of this.entries.values()) timer?.cancel();
    this.entries.clear();
  }

  private async injectOnNodes(fault: FaultOrder): Promise<FaultWord> {
    const entry = this.enter(fault, null);
    try {
      await this.ask(entry, { op: 'inject', order: fault });
    } catch (error) {
      // Half a fault is none.
      await this.lift(fault.id).catch(() => {});
      throw error;
    }
    return this.word(entry);
  }

  private enter(order: FaultOrder, standing: ClusterStanding | null): Entry {
    const entry: Entry = { order, standing, said: new Map(), timer: null, endMs: null, lifting: null };
    this.entries.set(order.id, entry);
    this.wind(entry);
    return entry;
  }

  private ask({ said }: Entry, request: NodeRequest, timeoutMs?: number): Promise<void> {
    const hear = (node: object, answer: unknown): void => {
      // One that has it no more, or came later, says nothing.
      if (answer !== null) said.set(node, answer as Hits);
    };
    return this.parts.askAll(request, hear, timeoutMs);
  }

  private word({ order: { id }, standing, said }: Entry): FaultWord {
    if (standing === null) return { id, hits: sumHits([...said.values()]) };
    const { length } = this.parts.hands.nodes;
    return { id, hits: { count: standing.count(), of: length, what: 'nodes' } };
  }

  private wind(entry: Entry): void {
    const { clock } = this.parts;
    const { ttlMs } = entry.order;
    entry.timer?.cancel();
    entry.timer = ttlMs === null ? null : clock.after(ttlMs, () => this.timeIsOver(entry));
    entry.endMs = ttlMs === null ? null : clock.nowMs() + ttlMs;
  }

  private timeIsOver({ order: { id, kind }, standing }: Entry): void {
    if (standing === null) return void this.entries.delete(id);
    this.lift(id).catch((error: unknown) =>
      this.parts.log(`${kind} (${id}) was not lifted: ${String(error)}`),
    );
  }

  private async end(entry: Entry): Promise<void> {
    try {
      if (entry.standing === null) await this.ask(entry, { op: 'lift', id: entry.order.id });
      else await entry.standing.lift();
    } catch (error) {
      entry.lifting = null;
      throw error;
    }
    entry.timer?.cancel();
    this.entries.delete(entry.order.id);
  }
}

/** What is done when it is ordered is not done again to a node that comes later. */
function isOnce({ kind }: FaultOrder): boolean {
  return FAULT_KINDS.find((known) => known.kind === kind)?.once === true;
}
