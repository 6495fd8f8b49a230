/**
 * Network drops: a share of the connections is cut with RST, another share goes
 * half-open (nothing arrives, nothing is told) until the fault is lifted.
 */
import { drawFor } from '../../base/random.ts';
import { dark } from './blackhole.ts';
import { Hold } from './lasting.ts';
import type { LinkFault } from './link-fault.ts';
import { Blows } from './once.ts';
import { cut } from './reset.ts';

export const networkDrop: LinkFault = (world, params) => {
  const reset = Number(params['reset'] ?? 0);
  const blackhole = Number(params['blackhole'] ?? 0);
  const cuts = new Blows(world, cut);
  const hold = new Hold(world, () => dark(world));
  const darkened = new Set<number>();
  return {
    hit({ index, socket: { connection } }) {
      if (!connection?.isOpen) return false;
      const draw = drawFor(world.seed, index);
      if (draw >= reset + blackhole) return false;
      if (draw < reset) {
        cuts.aim(connection);
      } else {
        darkened.add(index);
        hold.take(index, connection.roughen(world.links));
      }
      return true;
    },
    connecting: (index, link) => {
      if (darkened.has(index)) hold.take(index, link());
    },
    fall: () => cuts.fall(),
    lift() {
      cuts.end();
      return hold.lift();
    },
  };
};
