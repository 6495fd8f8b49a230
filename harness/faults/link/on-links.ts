/** A fault on links as the conductor sees it: workers act on their sockets. */
import type { Fault } from '../fault.ts';

export const onLinks: Fault = {
  async inject(fault, hands) {
    const { id, kind, params, forMs } = fault;
    let hits = await hands.strike({ id, kind, params, seed: hands.seed, forMs });
    return {
      async lift() {
        hits = await hands.liftStrike(id);
      },
      async raise(share) {
        hits = await hands.raiseStrike(id, share);
      },
      hits: () => hits,
    };
  },
};
