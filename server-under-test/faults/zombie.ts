import { Pauses } from '../otp/pauses.ts';
import { channelFilter, TOPIC } from './channel-choice.ts';
import type { FaultKind } from './fault.ts';
import { numberIn } from './order-params.ts';

/** Channels outlive their clients, with presence and subscription, as behind a long backlog (phoenix-semantics 2.9). */
export const zombie: FaultKind = {
  kind: 'zombie',
  about: 'a share of the matching channels stays alive for ms more when its client is gone, or until lifted',
  params: { topic: TOPIC, ms: { type: 'ms', required: true } },

  inject(order, target) {
    const ms = numberIn(order, 'ms');
    const hits = channelFilter(order);
    const pauses = new Pauses(target.runtime.clock);
    const clear = target.interference.orphans.add((channel) =>
      hits(channel) ? pauses.start(ms, channel) : null,
    );
    return () => {
      clear();
      pauses.end();
    };
  },
};
