import { FaultRefused, type FaultOrder } from '../faults/fault.ts';
import { FAULT_KINDS } from '../faults/kinds.ts';
import type { NodeRequest } from '../node-protocol.ts';
import type { Clock, Timer } from '../otp/clock.ts';
import type { ClusterHands, Lift } from './fault.ts';
import { CLUSTER_FAULT_KINDS } from './kinds.ts';

/** What the book needs of the cluster. */
export interface FaultBookParts {
  readonly clock: Clock;
  readonly hands: ClusterHands;
  readonly log: (line: string) => void;
  /** Asks every node that has booted; rejects when one that is awake does not obey. */
  askAll(request: NodeRequest): Promise<void>;
}

interface Entry {
  order: FaultOrder;
  readonly lift: Lift;
  /** The nodes carry it out, each with a clock of its own; else we do. */
  readonly isOnNodes: boolean;
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
  async inject(order: Omit<FaultOrder, 'id'>): Promise<string> {
    this.last += 1;
    const fault = { ...order, id: `f${this.last}` };
    const kind = CLUSTER_FAULT_KINDS.find((known) => known.kind === order.kind);
    if (kind === undefined) await this.injectOnNodes(fault);
    else this.enter(fault, await kind.inject(fault, this.parts.hands), false);
    return fault.id;
  }

  /** Gives a fault that much time from now; false when there is none of that id, or it is being lifted. */
  async renew(id: string, ttlMs: number): Promise<boolean> {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.lifting !== null) return false;
    entry.order = { ...entry.order, ttlMs };
    this.wind(entry);
    if (entry.isOnNodes) await this.parts.askAll({ op: 'renew', id, ttlMs });
    return true;
  }

  /** From now on a fault within nodes hits that share; false as in `renew`. A fault on whole nodes has none: FaultRefused. */
  async setShare(id: string, share: number): Promise<boolean> {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.lifting !== null) return false;
    if (!entry.isOnNodes) throw new FaultRefused(`${entry.order.kind} hits no share of anything`);
    entry.order = { ...entry.order, share };
    await this.parts.askAll({ op: 'share', id, share });
    return true;
  }

  /** Lifts a fault; false when there is none of that id. One whose lift fails stays, to be lifted again. */
  async lift(id: string): Promise<boolean> {
    const entry = this.entries.get(id);
    if (entry === undefined) return false;
    entry.lifting ??= this.end(entry);
    await entry.lifting;
    return true;
  }

  /** What is in force. */
  orders(): FaultOrder[] {
    return [...this.entries.values()].map(({ order }) => order);
  }

  /** What a node that was away must hear of: what is in force on the others, for as long as it is there. */
  ordersOnNodes(): FaultOrder[] {
    const nowMs = this.parts.clock.nowMs();
    return [...this.entries.values()]
      .filter(({ order, isOnNodes, lifting }) => isOnNodes && lifting === null && !isOnce(order))
      .map(({ order, endMs }) => ({ ...order, ttlMs: endMs === null ? null : Math.max(0, endMs - nowMs) }));
  }

  /** The server ends, and every fault with it. */
  close(): void {
    for (const { timer } of this.entries.values()) timer?.cancel();
    this.entries.clear();
  }

  private async injectOnNodes(fault: FaultOrder): Promise<void> {
    const { id } = fault;
    this.enter(fault, () => this.parts.askAll({ op: 'lift', id }), true);
    try {
      await this.parts.askAll({ op: 'inject', order: fault });
    } catch (error) {
      // Half a fault is none.
      await this.lift(id).catch(() => {});
      throw error;
    }
  }

  private enter(order: FaultOrder, lift: Lift, isOnNodes: boolean): void {
    const entry: Entry = { order, lift, isOnNodes, timer: null, endMs: null, lifting: null };
    this.entries.set(order.id, entry);
    this.wind(entry);
  }

  private wind(entry: Entry): void {
    const { clock } = this.parts;
    const { ttlMs } = entry.order;
    entry.timer?.cancel();
    entry.timer = ttlMs === null ? null : clock.after(ttlMs, () => this.timeIsOver(entry));
    entry.endMs = ttlMs === null ? null : clock.nowMs() + ttlMs;
  }

  private timeIsOver({ order: { id, kind }, isOnNodes }: Entry): void {
    if (isOnNodes) return void this.entries.delete(id);
    this.lift(id).catch((error: unknown) =>
      this.parts.log(`${kind} (${id}) was not lifted: ${String(error)}`),
    );
  }

  private async end(entry: Entry): Promise<void> {
    try {
      await entry.lift();
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
