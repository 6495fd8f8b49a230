/** A fault on links as the conductor sees it: workers act on their sockets. */
import type { Fault } from '../fault.ts';

export const onLinks: Fault = {
  async inject(fault, hands) {
    const { id, kind, params, forMs } = fault;
    await hands.strike({ id, kind, params, seed: hands.seed, forMs });
    return async () => hands.liftStrike(id);
  },
};
