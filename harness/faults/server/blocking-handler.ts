/** handle_in waits in a share of the topics; each channel's mailbox waits with it (phoenix-semantics 3.1). */
import { injectPlanned, type Fault } from '../fault.ts';

export const blockingHandler: Fault = {
  async inject(fault, hands) {
    const { delayMs, topic } = fault.params;
    const id = await injectPlanned(fault, hands, { delay_ms: Number(delayMs), topic: String(topic) });
    return () => hands.liftServer(id);
  },
};
