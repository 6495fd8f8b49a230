import { TOPIC, topicFilter } from './channel-choice.ts';
import type { FaultKind } from './fault.ts';
import { isSelected } from './selection.ts';

/** An event leaves the fastlane, as if the channel module listed it in its intercepts (phoenix-semantics 4.1). */
export const intercept: FaultKind = {
  kind: 'intercept',
  about: 'broadcasts of the event go through every channel and its handle_out',
  params: { event: { type: 'text', required: true }, topic: TOPIC },

  inject(order, target) {
    const wanted = order.params['event'];
    const matches = topicFilter(order);
    const diverts = (topic: string, event: string): boolean =>
      event === wanted && matches(topic) && isSelected(topic, order.share, order.seed);
    target.pubsub.diversions.add(diverts);
    return () => void target.pubsub.diversions.delete(diverts);
  },
};
