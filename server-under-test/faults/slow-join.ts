import { Pauses } from '../otp/pauses.ts';
import { channelFilter, TOPIC } from './channel-choice.ts';
import type { FaultKind } from './fault.ts';
import { numberIn } from './order-params.ts';

/** join/3 of matching topics takes longer, and its whole connection with it (phoenix-semantics 3.1). */
export const slowJoin: FaultKind = {
  kind: 'slow_join',
  about: 'join/3 waits delay_ms in the channel while its transport is held',
  params: { delay_ms: { type: 'ms', required: true }, topic: TOPIC },

  inject(order, target) {
    const delayMs = numberIn(order, 'delay_ms');
    const hits = channelFilter(order);
    const pauses = new Pauses(target.runtime.clock);
    const clear = target.interference.joins.add((channel) =>
      hits(channel) ? pauses.start(delayMs, channel) : null,
    );
    return () => {
      clear();
      pauses.end();
    };
  },
};
