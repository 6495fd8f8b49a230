import { Pauses } from '../otp/pauses.ts';
import { TOPIC, topicFilter } from './channel-choice.ts';
import type { FaultKind } from './fault.ts';
import { numberIn } from './order-params.ts';
import { isSelected } from './selection.ts';

/** handle_in of the selected topics waits, and holds each channel's mailbox (phoenix-semantics 3.1). */
export const blockingHandler: FaultKind = {
  kind: 'blocking_handler',
  about: 'handle_in takes delay_ms more, for a share of the topics',
  params: {
    delay_ms: { type: 'ms', required: true },
    topic: TOPIC,
    event: { type: 'text', required: false },
  },

  inject(order, target) {
    const delayMs = numberIn(order, 'delay_ms');
    const matches = topicFilter(order);
    const only = order.params['event'];
    const pauses = new Pauses(target.runtime.clock);
    const clear = target.interference.handlers.add((channel, event) => {
      const isHit =
        (only === undefined || only === event) &&
        matches(channel.topic) &&
        isSelected(channel.topic, order.share, order.seed);
      return isHit ? pauses.start(delayMs, channel) : null;
    });
    return () => {
      clear();
      pauses.end();
    };
  },
};
