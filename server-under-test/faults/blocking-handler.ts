import { Pauses } from '../otp/pauses.ts';
import { TOPIC, topicFilter } from './channel-choice.ts';
import type { FaultKind } from './fault.ts';
import { HitChannels } from './hit-channels.ts';
import { numberIn } from './order-params.ts';
import { isSelected } from './selection.ts';

/** handle_in of the selected topics waits, and holds each channel's mailbox (phoenix-semantics 3.1). It counts those channels. */
export const blockingHandler: FaultKind = {
  kind: 'blocking_handler',
  about: 'handle_in takes delay_ms more, for a share of the topics',
  params: {
    delay_ms: { type: 'ms', required: true },
    topic: TOPIC,
    event: { type: 'text', required: false },
  },
  hits: 'channels',

  inject(order, target) {
    const delayMs = numberIn(order, 'delay_ms');
    const matches = topicFilter(order);
    const only = order.params['event'];
    const pauses = new Pauses(target.runtime.clock);
    const hit = new HitChannels(target, matches);
    const clear = target.interference.handlers.add((channel, event) => {
      const isHit =
        (only === undefined || only === event) &&
        matches(channel.topic) &&
        isSelected(channel.topic, order.share, order.seed);
      if (!isHit) return null;
      hit.add(channel);
      return pauses.start(delayMs, channel);
    });
    return {
      lift() {
        clear();
        pauses.end();
      },
      count: () => hit.count,
      look: () => hit.of(),
    };
  },
};
