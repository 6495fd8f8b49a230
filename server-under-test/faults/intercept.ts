import { TOPIC, topicFilter } from './channel-choice.ts';
import type { FaultKind } from './fault.ts';
import { HitChannels } from './hit-channels.ts';
import { isSelected } from './selection.ts';

/**
 * An event leaves the fastlane, as if the channel module listed it in its intercepts (phoenix-semantics 4.1).
 *
 * It counts the channels that such a broadcast was for; who sent it by broadcast_from is one of them.
 */
export const intercept: FaultKind = {
  kind: 'intercept',
  about: 'broadcasts of the event go through every channel and its handle_out',
  params: { event: { type: 'text', required: true }, topic: TOPIC },
  hits: 'channels',

  inject(order, target) {
    const wanted = order.params['event'];
    const matches = topicFilter(order);
    const { diversions, registry } = target.pubsub;
    const hit = new HitChannels(target, matches);
    const diverts = (topic: string, event: string): boolean => {
      if (event !== wanted || !matches(topic) || !isSelected(topic, order.share, order.seed)) return false;
      for (const partition of registry.partitions) {
        for (const { owner, lane } of partition.entriesOf(topic) ?? []) {
          // Without a lane it is no channel, and gets every message itself anyway.
          if (lane !== null && owner.alive) hit.add(owner);
        }
      }
      return true;
    };
    diversions.add(diverts);
    return {
      lift: () => void diversions.delete(diverts),
      count: () => hit.count,
      look: () => hit.of(),
    };
  },
};
