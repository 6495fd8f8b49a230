/** Faults that do one thing to each connection there is, and no more. */
import type { FaultParams } from '../../scenario/fault-spec.ts';
import type { ClientConnection } from '../../wire/transport.ts';
import type { LinkFault, LinkWorld } from './link-fault.ts';
import { Whom } from './whom.ts';

/** Connections between two looks at what falls due: about a millisecond of work. */
const AT_ONCE = 64;

/** What is done to a connection. */
export type Act = (connection: ClientConnection) => void;

/** A blow, and what the client is told of it, where it is told by us and not by the server. */
export type Blow = { fall: Act; told?: string };

type Struck = { connection: ClientConnection; atUs: number };

/**
 * Blows that fall together: no turn of the event loop in between, or who was struck first would be back before the last one
 * is, and a herd that returns takes all the time there is. What each means for its client is told in slices afterwards.
 */
export class Blows {
  readonly #world: LinkWorld;
  readonly #blow: Blow;
  #aimed: ClientConnection[] = [];
  #telling: Promise<void> = Promise.resolve();

  constructor(world: LinkWorld, blow: Blow) {
    this.#world = world;
    this.#blow = blow;
  }

  aim(connection: ClientConnection): void {
    this.#aimed.push(connection);
  }

  fall(): void {
    const aimed = this.#aimed;
    this.#aimed = [];
    const { clock, wheel, spread } = this.#world;
    const struck: Struck[] = [];
    for (const connection of aimed) {
      if (!connection.isOpen) continue;
      this.#blow.fall(connection);
      const atUs = clock.nowUs();
      struck.push({ connection, atUs });
      if (struck.length % AT_ONCE === 0) wheel.poke(atUs);
    }
    const { told } = this.#blow;
    if (told === undefined) return;
    const tell = ({ connection, atUs }: Struck): void => connection.tellSevered(told, atUs);
    this.#telling = this.#telling.then(() => spread(struck, tell));
  }

  /** Calls off those that have not fallen; resolves when everybody knows of those that have. */
  end(): Promise<void> {
    this.#aimed = [];
    return this.#telling;
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
      lift: () => blows.end(),
    };
  };
}
