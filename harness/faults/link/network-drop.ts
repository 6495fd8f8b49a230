/**
 * Network drops: a share of the connections is cut with RST, another share goes
 * half-open (nothing arrives, nothing is told) until the fault is lifted.
 */
import { drawFor } from '../../base/random.ts';
import { WheelTimer } from '../../base/timer-wheel.ts';
import type { ClientConnection } from '../../wire/transport.ts';
import type { LinkFault } from './link-fault.ts';

/** Cuts are spread over this time: within the second, and not one long stall of the driver. */
const SPREAD_US = 800_000;

class Cut extends WheelTimer {
  readonly #connection: ClientConnection;
  constructor(connection: ClientConnection) {
    super();
    this.#connection = connection;
  }
  expire(): void {
    this.#connection.reset('reset by a fault');
  }
}

export const networkDrop: LinkFault = {
  strike(targets, { clock, wheel, seed }, params) {
    const reset = Number(params['reset'] ?? 0);
    const blackhole = Number(params['blackhole'] ?? 0);
    const cuts: Cut[] = [];
    const dark: ClientConnection[] = [];
    const nowUs = clock.nowUs();
    for (const { index, socket } of targets) {
      const { connection } = socket;
      if (!connection?.isOpen) continue;
      const draw = drawFor(seed, index);
      if (draw < reset) {
        const cut = new Cut(connection);
        cuts.push(cut);
        wheel.arm(cut, nowUs + (draw / reset) * SPREAD_US);
      } else if (draw < reset + blackhole) {
        connection.goDark();
        dark.push(connection);
      }
    }
    return {
      clients: cuts.length + dark.length,
      lift: () => {
        for (const cut of cuts) wheel.cancel(cut);
        for (const connection of dark) connection.goLight();
      },
    };
  },
};
