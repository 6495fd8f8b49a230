/** join/3 takes its time, and a share of the clients rejoins into it (phoenix-semantics 3.1). */
import { askedOfServer, type Fault } from '../fault.ts';

/** It counts the joins that were slow, whoever made them: of the clients that rejoined the server knows nothing. */
const ofServer = askedOfServer(({ delayMs, topic }) => ({ delay_ms: Number(delayMs), topic: String(topic) }));

export const slowJoin: Fault = {
  async inject(fault, hands) {
    const { topic, rejoin } = fault.params;
    const slow = await ofServer.inject(fault, hands);
    if (!(Number(rejoin) > 0)) return slow;
    const params = { rejoin: Number(rejoin), topic: String(topic) };
    const order = { id: fault.id, kind: 'rejoin', params, seed: hands.seed, forMs: fault.forMs };
    await hands.strike(order).catch(async (error: unknown) => {
      // Half a fault is none: what the server has taken on must not stay.
      await slow.lift();
      throw error;
    });
    return {
      ...slow,
      async lift() {
        try {
          await hands.liftStrike(fault.id);
        } finally {
          await slow.lift();
        }
      },
    };
  },
};
