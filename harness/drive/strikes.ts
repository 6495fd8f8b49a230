/**
 * The faults on the links of one worker: which are on, whom they have hit, when each is over by
 * itself, and what they mean for a client that connects meanwhile.
 */
import { IndexSet } from '../base/index-set.ts';
import { WheelTimer } from '../base/timer-wheel.ts';
import { LINK_FAULTS } from '../faults/link/catalogue.ts';
import type { LinkTarget, Strike } from '../faults/link/link-fault.ts';
import { RoughLink, type RoughLinks } from '../wire/rough-link.ts';
import type { StageTime } from '../wire/stage.ts';
import type { HitClients, Order } from './orders.ts';
import { spread } from './spread.ts';

/** How long after its time a fault stays on when nobody lifts it. */
const SELF_LIFT_MS = 5_000;

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

type Struck = { strike: Strike; ending: Ending; hit: IndexSet; there: IndexSet };

export class Strikes {
  readonly #time: StageTime;
  readonly #on = new Map<string, Struck>();
  /** Of those that are over, or about to be. */
  readonly #ended = new Map<string, Promise<HitClients>>();
  readonly #links: RoughLinks = new Set();

  readonly #forged: (ref: number) => void;

  /** `forged` is told the ref of each message that goes out with another join_ref than its own. */
  constructor(time: StageTime, forged: (ref: number) => void = () => {}) {
    this.#time = time;
    this.#forged = forged;
  }

  /** Puts a fault on; resolves with how many clients it has hit. */
  async begin(
    order: Omit<Extract<Order, { type: 'strike' }>, 'call'>,
    targets: Iterable<LinkTarget>,
  ): Promise<HitClients> {
    const { id, kind, params, forMs, seed } = order;
    const fault = LINK_FAULTS.get(kind);
    if (!fault) throw new Error(`no link fault ${kind}`);
    const { clock, wheel } = this.#time;
    const strike = fault(
      {
        clock,
        wheel,
        forMs,
        seed,
        links: this.#links,
        forged: this.#forged,
        spread: (things, act) => spread(this.#time, things, act),
      },
      params,
    );
    const ending = new Ending(() => void this.lift(id));
    const struck = { strike, ending, hit: new IndexSet(), there: new IndexSet() };
    // First: who connects while others are being hit is not forgotten.
    this.#on.set(id, struck);
    wheel.arm(ending, clock.nowUs() + (forMs + SELF_LIFT_MS) * 1e3);
    return this.#hitAll(id, struck, targets);
  }

  /** A larger share of those that are there; resolves with all that were hit by now, none where the fault is not on. */
  async raise(id: string, share: number, targets: Iterable<LinkTarget>): Promise<HitClients> {
    const struck = this.#on.get(id);
    if (!struck) return { clients: 0, there: 0 };
    struck.strike.raise?.(share);
    return this.#hitAll(id, struck, targets);
  }

  async #hitAll(id: string, struck: Struck, targets: Iterable<LinkTarget>): Promise<HitClients> {
    const { strike, hit, there } = struck;
    const strikeOne = (target: LinkTarget): void => {
      there.add(target.index);
      if (strike.hit(target)) hit.add(target.index);
    };
    // Lifted meanwhile: who was not hit yet is left alone.
    await spread(this.#time, targets, strikeOne, () => this.#on.get(id) !== struck);
    if (this.#on.get(id) === struck) await strike.fall?.();
    return countOf(struck);
  }

  /** Takes a fault off, if it is still on; resolves when every link is as it was, with all that were hit. */
  lift(id: string): Promise<HitClients> {
    const struck = this.#on.get(id);
    if (!struck) return this.#ended.get(id) ?? Promise.resolve({ clients: 0, there: 0 });
    // First: what the lift sets off may connect, over a good link.
    this.#on.delete(id);
    this.#time.wheel.cancel(struck.ending);
    const counted = countOf(struck);
    const ended = struck.strike.lift().then(() => counted);
    this.#ended.set(id, ended);
    return ended;
  }

  /** The link of a client that is about to connect; null when no fault is on it. */
  linkOf(index: number): RoughLink | null {
    if (this.#on.size === 0) return null;
    let link: RoughLink | null = null;
    for (const { strike, hit, there } of this.#on.values()) {
      there.add(index);
      strike.connecting?.(index, () => {
        hit.add(index);
        return (link ??= new RoughLink(this.#links));
      });
    }
    return link;
  }
}

function countOf({ hit, there }: Struck): HitClients {
  return { clients: hit.size, there: there.size };
}
