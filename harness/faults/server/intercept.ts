/** Broadcasts of one event pass through every subscribed channel process (phoenix-semantics 4.1). */
import { injectPlanned, type Fault } from '../fault.ts';

export const intercept: Fault = {
  async inject(fault, hands) {
    const { event, topic } = fault.params;
    const id = await injectPlanned(fault, hands, { event: String(event), topic: String(topic) });
    return () => hands.liftServer(id);
  },
};
