/** Faults that do one thing to each connection there is, and no more. */
import { nextTurn } from '../../base/next-turn.ts';
import type { FaultParams } from '../../scenario/fault-spec.ts';
import type { ClientConnection } from '../../wire/transport.ts';
import type { LinkFault, LinkWorld } from './link-fault.ts';
import { Whom } from './whom.ts';

/** Connections between two looks at what falls due: some two milliseconds of work. */
const AT_ONCE = 64;
/**
 * Between two turns of the event loop: some 60 ms of work. Counted and not timed: a worker that has a quarter of a core
 * would have a turn after each few of them.
 */
const IN_A_TURN = 2_000;

/** What is done to a connection, and what its client is told of it, where it is told by us and not by the server. */
export type Blow = { fall: (connection: ClientConnection) => void; told?: string };

type Struck = { connection: ClientConnection; atUs: number };

/**
 * Blows that all fall before the first client is told: else who was struck first is back before the last one is struck, and
 * a herd that returns takes all the time there is. What a blow means for its client is the dear half of it, too.
 */
export class Blows {
  readonly #world: LinkWorld;
  readonly #blow: Blow;
  #aimed: ClientConnection[] = [];
  #isOver = false;

  constructor(world: LinkWorld, blow: Blow) {
    this.#world = world;
    this.#blow = blow;
  }

  aim(connection: ClientConnection): void {
    this.#aimed.push(connection);
  }

  /** Resolves when all have fallen; the telling goes on. */
  async fall(): Promise<void> {
    const aimed = this.#aimed;
    this.#aimed = [];
    const struck = await this.#strike(aimed);
    const { told } = this.#blow;
    if (told === undefined) return;
    void this.#world.spread(struck, ({ connection, atUs }) => connection.tellSevered(told, atUs));
  }

  async #strike(aimed: readonly ClientConnection[]): Promise<readonly Struck[]> {
    const { clock, wheel } = this.#world;
    const struck: Struck[] = [];
    for (const connection of aimed) {
      if (this.#isOver) break;
      if (!connection.isOpen) continue;
      this.#blow.fall(connection);
      const atUs = clock.nowUs();
      struck.push({ connection, atUs });
      if (struck.length % AT_ONCE === 0) wheel.poke(atUs);
      if (struck.length % IN_A_TURN === 0) await nextTurn();
    }
    return struck;
  }

  /** Calls off those that have not fallen. Who was struck is still told: that is no fault any more, and may take longer than a lift. */
  end(): void {
    this.#isOver = true;
  }
}

/** The fault that does so to every connection that is open; when its share rises, to the next of them. */
export function once(blowOf: (params: FaultParams) => Blow): LinkFault {
  return (world, params) => {
    const whom = new Whom(params, world.seed);
    const blows = new Blows(world, blowOf(params));
    return {
      hit(target) {
        const { connection } = target.socket;
        if (!connection?.isOpen || !whom.hits(target)) return false;
        blows.aim(connection);
        return true;
      },
      fall: () => blows.fall(),
      raise: (share) => whom.raiseToOthers(share),
      lift: async () => blows.end(),
    };
  };
}
