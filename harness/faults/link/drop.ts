/** Network drops as the conductor sees them: each worker acts on its own sockets. */
import type { Fault } from '../fault.ts';

export const drop: Fault = {
  async inject(fault, hands) {
    const { id, params, forMs } = fault;
    await hands.strike({ id, kind: 'network_drop', params, seed: hands.seed, forMs });
    return async () => hands.liftStrike(id);
  },
};
