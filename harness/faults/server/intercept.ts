/** Broadcasts of one event pass through every subscribed channel process (phoenix-semantics 4.1). */
import { TTL_MARGIN_MS, type Fault } from '../fault.ts';

export const intercept: Fault = {
  async inject(fault, hands) {
    const { event, topic } = fault.params;
    const id = await hands.injectServer({
      kind: 'intercept',
      params: { event: String(event), topic: String(topic) },
      share: 1,
      seed: hands.seed,
      ttlMs: fault.forMs + TTL_MARGIN_MS,
    });
    return () => hands.liftServer(id);
  },
};
