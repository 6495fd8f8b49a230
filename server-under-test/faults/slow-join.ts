import { isInShare, TOPIC, topicFilter } from './channel-choice.ts';
import { CountedPauses } from './counted-pauses.ts';
import type { FaultKind } from './fault.ts';
import { numberIn } from './order-params.ts';

/** join/3 of matching topics takes longer, and its whole connection with it (phoenix-semantics 3.1). It counts joins. */
export const slowJoin: FaultKind = {
  kind: 'slow_join',
  about: 'join/3 waits delay_ms in the channel while its transport is held',
  params: { delay_ms: { type: 'ms', required: true }, topic: TOPIC },
  hits: 'joins',

  inject(order, target) {
    const delayMs = numberIn(order, 'delay_ms');
    const matches = topicFilter(order);
    const pauses = new CountedPauses(target.runtime.clock);
    const clear = target.interference.joins.add((channel) => {
      if (!matches(channel.topic)) return null;
      pauses.next();
      return isInShare(channel, order) ? pauses.start(delayMs, channel) : null;
    });
    return pauses.standing(clear);
  },
};
