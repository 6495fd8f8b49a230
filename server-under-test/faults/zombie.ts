import { Pauses } from '../otp/pauses.ts';
import { isInShare, TOPIC, topicFilter } from './channel-choice.ts';
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
    const pauses = new Pauses(target.runtime.clock);
    let [orphaned, kept] = [0, 0];
    const clear = target.interference.orphans.add((channel) => {
      if (!matches(channel.topic)) return null;
      orphaned += 1;
      if (!isInShare(channel, order)) return null;
      kept += 1;
      return pauses.start(ms, channel);
    });
    return {
      lift() {
        clear();
        pauses.end();
      },
      count: () => kept,
      of: () => orphaned,
    };
  },
};
