import type { Channel } from '../phoenix/channel-server.ts';
import { isInShare, joinedChannels, TOPIC, topicFilter } from './channel-choice.ts';
import type { FaultKind } from './fault.ts';
import { HitChannels } from './hit-channels.ts';
import { numberIn } from './order-params.ts';

/** What a channel's assigns hold of a leak. */
function leakedIn({ socket }: Channel, key: string): Buffer[] {
  const held = socket.assigns[key];
  if (Array.isArray(held)) return held as Buffer[];
  const fresh: Buffer[] = [];
  socket.assign(key, fresh);
  return fresh;
}

/** Each handle_in leaves something behind in the channel's assigns: a long-lived process that never shrinks. It counts them. */
export const stateLeak: FaultKind = {
  kind: 'state_leak',
  about:
    'each handle_in of a share of the matching channels keeps so many bytes in its assigns, until lifted',
  params: { topic: TOPIC, bytes: { type: 'bytes', required: true, min: 1, max: 10_000_000 } },
  hits: 'channels',

  inject(order, target) {
    const bytes = numberIn(order, 'bytes');
    const matches = topicFilter(order);
    const hit = new HitChannels(target, matches);
    const key = `leak ${order.id}`;
    const clear = target.interference.handlers.add((channel) => {
      if (!matches(channel.topic) || !isInShare(channel, order)) return null;
      hit.add(channel);
      // Filled, because the kernel gives no memory for zeros nobody wrote.
      leakedIn(channel, key).push(Buffer.alloc(bytes, 1));
      return null;
    });
    return {
      lift() {
        clear();
        for (const { socket } of joinedChannels(target)) socket.unassign(key);
      },
      count: () => hit.count,
      look: () => hit.of(),
    };
  },
};
