import { isInShare, TOPIC, topicFilter } from './channel-choice.ts';
import { CountedPauses } from './counted-pauses.ts';
import type { FaultKind } from './fault.ts';
import { numberIn } from './order-params.ts';

/**
 * Channels outlive their clients, with presence and subscription, as behind a long backlog (phoenix-semantics 2.9).
 *
 * It counts those that it kept, of all matching ones whose client went meanwhile.
 */
export const zombie: FaultKind = {
  kind: 'zombie',
  about: 'a share of the matching channels stays alive for ms more when its client is gone, or until lifted',
  params: { topic: TOPIC, ms: { type: 'ms', required: true } },
  hits: 'orphans',

  inject(order, target) {
    const ms = numberIn(order, 'ms');
    const matches = topicFilter(order);
    const pauses = new CountedPauses(target.runtime.clock);
    const clear = target.interference.orphans.add((channel) => {
      if (!matches(channel.topic)) return null;
      pauses.next();
      return isInShare(channel, order) ? pauses.start(ms, channel) : null;
    });
    return pauses.standing(clear);
  },
};
