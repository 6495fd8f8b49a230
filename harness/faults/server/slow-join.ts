/** join/3 takes its time, and a share of the clients rejoins into it (phoenix-semantics 3.1). */
import type { Hits } from '../../base/hits.ts';
import { injectPlanned, type Fault } from '../fault.ts';

export const slowJoin: Fault = {
  async inject(fault, hands) {
    const { delayMs, topic, rejoin } = fault.params;
    const id = await injectPlanned(fault, hands, { delay_ms: Number(delayMs), topic: String(topic) });
    const strikes = Number(rejoin) > 0;
    if (strikes) {
      const params = { rejoin: Number(rejoin), topic: String(topic) };
      const order = { id: fault.id, kind: 'rejoin', params, seed: hands.seed, forMs: fault.forMs };
      await hands.strike(order).catch(async (error: unknown) => {
        // Half a fault is none: what the server has taken on must not stay.
        await hands.liftServer(id);
        throw error;
      });
    }
    // The joins that were slow, whoever made them: of the clients that rejoined the server knows nothing.
    let hits: Hits | null = null;
    return {
      handle: id,
      async raise(share) {
        hits = await hands.raiseServer(id, share);
      },
      async lift() {
        hits = null;
        try {
          if (strikes) await hands.liftStrike(fault.id);
        } finally {
          hits = await hands.liftServer(id);
        }
      },
      hits: () => hits,
    };
  },
};
