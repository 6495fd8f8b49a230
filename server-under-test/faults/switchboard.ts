import type { Timer } from '../otp/clock.ts';
import type { EndpointContext } from '../phoenix/context.ts';
import type { FaultKind, FaultOrder, Standing } from './fault.ts';
import type { Hits } from './hits.ts';
import { FAULT_KINDS } from './kinds.ts';

interface Active {
  /** Ours alone: kinds look at it whenever they have to decide. */
  readonly order: { -readonly [Field in keyof FaultOrder]: FaultOrder[Field] };
  readonly kind: FaultKind;
  readonly standing: Standing;
  timer: Timer | null;
}

/** The faults in force on one node. Each lifts itself when its time is over, whoever else is dead by then. */
export class Switchboard {
  private readonly target: EndpointContext;
  private readonly active = new Map<string, Active>();

  constructor(target: EndpointContext) {
    this.target = target;
  }

  /** Puts a checked fault in force; the same id again changes its share, and nothing else. What was done at once is hit by now. */
  inject(asked: FaultOrder): Hits {
    const there = this.setShare(asked.id, asked.share);
    if (there !== null) return there;
    const order = { ...asked };
    const kind = FAULT_KINDS.find((known) => known.kind === order.kind);
    if (kind === undefined) throw new Error(`no fault is called ${order.kind}`);
    const standing = kind.inject(order, this.target);
    const timer = order.ttlMs === null ? null : this.liftAfter(order.id, order.ttlMs);
    const fault = { order, kind, standing, timer };
    this.active.set(order.id, fault);
    return hitsOf(fault);
  }

  /** From now on a fault hits that share: of a larger one all that it has hit, and more. Null when it is not in force here. */
  setShare(id: string, share: number): Hits | null {
    const fault = this.active.get(id);
    if (fault === undefined) return null;
    fault.order.share = share;
    return hitsOf(fault);
  }

  /** Gives a fault that much time from now; null when it is not in force here. */
  renew(id: string, ttlMs: number): Hits | null {
    const fault = this.active.get(id);
    if (fault === undefined) return null;
    fault.timer?.cancel();
    fault.timer = this.liftAfter(id, ttlMs);
    return hitsOf(fault);
  }

  /** How many a fault has hit by now; null when it is not in force here. */
  hits(id: string): Hits | null {
    const fault = this.active.get(id);
    return fault === undefined ? null : hitsSeen(fault);
  }

  /** Takes a fault back; how many it had hit, null when it is not in force here. */
  lift(id: string): Hits | null {
    const fault = this.active.get(id);
    if (fault === undefined) return null;
    // Before: with the lift some of them are gone.
    const hits = hitsSeen(fault);
    this.active.delete(id);
    fault.timer?.cancel();
    fault.standing.lift();
    return hits;
  }

  /** Ids of the faults in force. */
  ids(): string[] {
    return [...this.active.keys()];
  }

  private liftAfter(id: string, ttlMs: number): Timer {
    return this.target.runtime.clock.after(ttlMs, () => this.lift(id));
  }
}

/** Asked every few seconds all through a run: nobody looks at a hundred thousand channels for that. */
function hitsOf({ kind, standing }: Active): Hits {
  return { count: standing.count(), of: standing.of?.() ?? null, what: kind.hits };
}

function hitsSeen(fault: Active): Hits {
  const { look } = fault.standing;
  return look === undefined ? hitsOf(fault) : { ...hitsOf(fault), of: look() };
}
