/**
 * Faults that make a link bad until they are lifted, and each link their clients
 * open meanwhile.
 */
import type { FaultParams } from '../../scenario/fault-spec.ts';
import type { Condition, RoughLink } from '../../wire/rough-link.ts';
import type { LinkFault, LinkWorld } from './link-fault.ts';
import { Whom } from './whom.ts';

/** What is wrong with the link of a client; asked for each link anew. */
export type ConditionOf = (index: number) => Condition;

/** A fault's hold on links, which it lets go of all at once. */
export class Hold {
  readonly #world: LinkWorld;
  readonly #conditionOf: ConditionOf;

  constructor(world: LinkWorld, conditionOf: ConditionOf) {
    this.#world = world;
    this.#conditionOf = conditionOf;
  }

  take(index: number, link: RoughLink): void {
    if (!link.isHeldBy(this)) link.add(this, this.#conditionOf(index));
  }

  /** Resolves when all of them are free. */
  lift(): Promise<void> {
    const { links, spread } = this.#world;
    return spread(links, (link) => link.lift(this));
  }
}

/** The fault that makes links so. */
export function lasting(conditionsOf: (params: FaultParams, world: LinkWorld) => ConditionOf): LinkFault {
  return (world, params) => {
    const whom = new Whom(params, world.seed);
    const hold = new Hold(world, conditionsOf(params, world));
    return {
      hit(target) {
        if (!whom.hits(target)) return false;
        const { connection } = target.socket;
        if (connection) hold.take(target.index, connection.roughen(world.links));
        return true;
      },
      connecting: (index, link) => {
        if (whom.holds(index)) hold.take(index, link());
      },
      raise: (share) => whom.raise(share),
      lift: () => hold.lift(),
    };
  };
}
