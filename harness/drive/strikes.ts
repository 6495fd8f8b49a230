/**
 * The faults on the links of one worker: which are on, when each is over by
 * itself, and what they mean for a client that connects meanwhile.
 */
import { WheelTimer } from '../base/timer-wheel.ts';
import { LINK_FAULTS } from '../faults/link/catalogue.ts';
import type { LinkTarget, Strike } from '../faults/link/link-fault.ts';
import { RoughLink, type RoughLinks } from '../wire/rough-link.ts';
import type { StageTime } from '../wire/stage.ts';
import type { Order } from './orders.ts';

/** How long after its time a fault stays on when nobody lifts it. */
const SELF_LIFT_MS = 5_000;

/** Clients that are hit between two looks at the timers: about a millisecond of work. */
const HIT_AT_ONCE = 64;

/** Lifts its fault when it falls due. */
class Ending extends WheelTimer {
  readonly #lift: () => void;
  constructor(lift: () => void) {
    super();
    this.#lift = lift;
  }
  expire(): void {
    this.#lift();
  }
}

export class Strikes {
  readonly #time: StageTime;
  readonly #on = new Map<string, { strike: Strike; ending: Ending }>();
  readonly #links: RoughLinks = new Set();

  constructor(time: StageTime) {
    this.#time = time;
  }

  /** Puts a fault on; returns how many clients it has hit. */
  begin(order: Extract<Order, { type: 'strike' }>, targets: Iterable<LinkTarget>): number {
    const { id, kind, params, forMs, seed } = order;
    const fault = LINK_FAULTS.get(kind);
    if (!fault) throw new Error(`no link fault ${kind}`);
    const { clock, wheel } = this.#time;
    const strike = fault({ clock, wheel, forMs, seed, links: this.#links }, params);
    const ending = new Ending(() => this.lift(id));
    // First: who connects while others are being hit is not forgotten.
    this.#on.set(id, { strike, ending });
    wheel.arm(ending, clock.nowUs() + (forMs + SELF_LIFT_MS) * 1e3);
    let asked = 0;
    let clients = 0;
    for (const target of targets) {
      if (strike.hit(target)) clients += 1;
      asked += 1;
      // Many clients must not make our own sends late.
      if (asked % HIT_AT_ONCE === 0) wheel.poke(clock.nowUs());
    }
    return clients;
  }

  /** Takes a fault off, if it is still on. */
  lift(id: string): void {
    const on = this.#on.get(id);
    if (!on) return;
    // First: what the lift sets off may connect, over a good link.
    this.#on.delete(id);
    this.#time.wheel.cancel(on.ending);
    on.strike.lift();
  }

  /** The link of a client that is about to connect; null when no fault is on it. */
  linkOf(index: number): RoughLink | null {
    if (this.#on.size === 0) return null;
    let link: RoughLink | null = null;
    const make = (): RoughLink => (link ??= new RoughLink(this.#links));
    for (const { strike } of this.#on.values()) strike.connecting?.(index, make);
    return link;
  }
}
