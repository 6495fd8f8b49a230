/** handle_in waits in a share of the topics; each channel's mailbox waits with it (phoenix-semantics 3.1). */
import { TTL_MARGIN_MS, type Fault } from '../fault.ts';

export const blockingHandler: Fault = {
  async inject(fault, hands) {
    const { delayMs, topic } = fault.params;
    const id = await hands.injectServer({
      kind: 'blocking_handler',
      params: { delay_ms: Number(delayMs), topic: String(topic) },
      share: fault.share,
      seed: hands.seed,
      ttlMs: fault.forMs + TTL_MARGIN_MS,
    });
    return () => hands.liftServer(id);
  },
};
