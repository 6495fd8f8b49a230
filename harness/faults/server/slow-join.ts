/** join/3 takes its time, and a share of the clients rejoins into it (phoenix-semantics 3.1). */
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
    return {
      handle: id,
      raise: (share) => hands.raiseServer(id, share),
      async lift() {
        try {
          if (strikes) await hands.liftStrike(fault.id);
        } finally {
          await hands.liftServer(id);
        }
      },
    };
  },
};
