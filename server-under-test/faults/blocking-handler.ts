import type { HandlerDelay } from '../phoenix/interference.ts';
import { matchesTopic } from '../phoenix/routes.ts';
import type { FaultKind } from './fault.ts';
import { isSelected } from './selection.ts';

/** handle_in of the selected topics waits, and holds each channel's mailbox (phoenix-semantics 3.1). */
export const blockingHandler: FaultKind = {
  kind: 'blocking_handler',
  about: 'handle_in takes delay_ms more, for a share of the topics',
  params: {
    delay_ms: { type: 'ms', required: true },
    topic: { type: 'text', required: false },
    event: { type: 'text', required: false },
  },

  inject(order, target) {
    const delayMs = Number(order.params['delay_ms']);
    const pattern = String(order.params['topic'] ?? '*');
    const only = order.params['event'];
    const delay: HandlerDelay = (topic, event) =>
      (only === undefined || only === event) &&
      matchesTopic(pattern, topic) &&
      isSelected(topic, order.share, order.seed)
        ? delayMs
        : 0;
    target.interference.handlerDelays.add(delay);
    return () => void target.interference.handlerDelays.delete(delay);
  },
};
