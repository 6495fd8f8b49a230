import type { Timer } from '../otp/clock.ts';
import type { EndpointContext } from '../phoenix/context.ts';
import type { FaultOrder } from './fault.ts';
import { FAULT_KINDS } from './kinds.ts';

interface Active {
  /** Ours alone: kinds look at it whenever they have to decide. */
  readonly order: { -readonly [Field in keyof FaultOrder]: FaultOrder[Field] };
  readonly lift: () => void;
  timer: Timer | null;
}

/** The faults in force on one node. Each lifts itself when its time is over, whoever else is dead by then. */
export class Switchboard {
  private readonly target: EndpointContext;
  private readonly active = new Map<string, Active>();

  constructor(target: EndpointContext) {
    this.target = target;
  }

  /** Puts a checked fault in force; the same id again changes its share, and nothing else. */
  inject(asked: FaultOrder): void {
    if (this.setShare(asked.id, asked.share)) return;
    const order = { ...asked };
    const kind = FAULT_KINDS.find((known) => known.kind === order.kind);
    if (kind === undefined) throw new Error(`no fault is called ${order.kind}`);
    const lift = kind.inject(order, this.target);
    const timer = order.ttlMs === null ? null : this.liftAfter(order.id, order.ttlMs);
    this.active.set(order.id, { order, lift, timer });
  }

  /** From now on a fault hits that share: of a larger one all that it has hit, and more. False when it is not in force here. */
  setShare(id: string, share: number): boolean {
    const fault = this.active.get(id);
    if (fault === undefined) return false;
    fault.order.share = share;
    return true;
  }

  /** Gives a fault that much time from now; false when it is not in force here. */
  renew(id: string, ttlMs: number): boolean {
    const fault = this.active.get(id);
    if (fault === undefined) return false;
    fault.timer?.cancel();
    fault.timer = this.liftAfter(id, ttlMs);
    return true;
  }

  /** Takes a fault back; false when it is not in force here. */
  lift(id: string): boolean {
    const fault = this.active.get(id);
    if (fault === undefined) return false;
    this.active.delete(id);
    fault.timer?.cancel();
    fault.lift();
    return true;
  }

  /** Ids of the faults in force. */
  ids(): string[] {
    return [...this.active.keys()];
  }

  private liftAfter(id: string, ttlMs: number): Timer {
    return this.target.runtime.clock.after(ttlMs, () => this.lift(id));
  }
}
