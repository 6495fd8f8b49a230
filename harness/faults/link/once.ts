/** Faults that do one thing to each connection there is, and no more. */
import { WheelTimer } from '../../base/timer-wheel.ts';
import type { FaultParams } from '../../scenario/fault-spec.ts';
import type { ClientConnection } from '../../wire/transport.ts';
import type { LinkFault, LinkWorld } from './link-fault.ts';
import { Whom } from './whom.ts';

/** Blows are spread over this time: within the second, and not one long stall of the driver. */
const SPREAD_US = 800_000;

export type Act = (connection: ClientConnection) => void;

class Blow extends WheelTimer {
  readonly #connection: ClientConnection;
  readonly #act: Act;
  constructor(connection: ClientConnection, act: Act) {
    super();
    this.#connection = connection;
    this.#act = act;
  }
  expire(): void {
    this.#act(this.#connection);
  }
}

/** Blows that fall one by one, until they are called off. */
export class Blows {
  readonly #world: LinkWorld;
  readonly #act: Act;
  readonly #blows: Blow[] = [];
  #startUs: number;

  constructor(world: LinkWorld, act: Act) {
    this.#world = world;
    this.#act = act;
    this.#startUs = world.clock.nowUs();
  }

  /** `place`: when in the time over which they are spread, in [0, 1). */
  aim(connection: ClientConnection, place: number): void {
    const blow = new Blow(connection, this.#act);
    this.#blows.push(blow);
    this.#world.wheel.arm(blow, this.#startUs + place * SPREAD_US);
  }

  /** Those that are aimed from now on fall from now on. */
  begin(): void {
    this.#startUs = this.#world.clock.nowUs();
  }

  callOff(): void {
    for (const blow of this.#blows) this.#world.wheel.cancel(blow);
  }
}

/** The fault that does so to every connection that is open; when its share rises, to the next of them. */
export function once(actOf: (params: FaultParams) => Act): LinkFault {
  return (world, params) => {
    const whom = new Whom(params, world.seed);
    const blows = new Blows(world, actOf(params));
    return {
      hit(target) {
        const { connection } = target.socket;
        if (!connection?.isOpen) return false;
        const place = whom.place(target);
        if (place !== null) blows.aim(connection, place);
        return place !== null;
      },
      raise(share) {
        whom.raiseToOthers(share);
        blows.begin();
      },
      lift: async () => blows.callOff(),
    };
  };
}
