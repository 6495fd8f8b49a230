import { Pauses } from '../otp/pauses.ts';
import type { Channel } from '../phoenix/channel-server.ts';
import { Planted } from '../phoenix/notices.ts';
import { beat } from './beat.ts';
import { isInShare, joinedChannels, TOPIC, topicFilter } from './channel-choice.ts';
import type { FaultKind } from './fault.ts';
import { HitChannels } from './hit-channels.ts';
import { numberIn } from './order-params.ts';
import { pour } from './pour.ts';

// Channels that join meanwhile are looked for so often: looking at all of them with every drop would be a fault of its own.
const LOOK_AGAIN_MS = 1_000;

/** Channels get messages faster than they handle them: an unbounded queue grows, and all else waits in it (phoenix-semantics 3.2). It counts them. */
export const mailboxFlood: FaultKind = {
  kind: 'mailbox_flood',
  about:
    'a share of the matching channels gets so many messages a second that take ms each; at lift those left take no time',
  params: {
    topic: TOPIC,
    messages: { type: 'count', required: true, min: 1, max: 10_000 },
    ms: { type: 'ms', required: true, max: 60_000 },
  },
  hits: 'channels',

  inject(order, target) {
    const { clock } = target.runtime;
    const ms = numberIn(order, 'ms');
    const matches = topicFilter(order);
    const pauses = new Pauses(clock);
    // One message for all of them: what it weighs is its place in the mailbox.
    const work = new Planted('mailbox_flood', (channel) => pauses.start(ms, channel) ?? undefined);
    const hit = new HitChannels(target, matches);
    let flooded: Channel[] = [];
    let isCounted = false;
    const look = (): void => {
      flooded = joinedChannels(target).filter(
        (channel) => matches(channel.topic) && isInShare(channel, order),
      );
      isCounted = false;
    };
    // Once for each look: they are the same with every drop until the next.
    const count = (): void => {
      for (const channel of flooded) if (channel.alive) hit.add(channel);
      isCounted = true;
    };
    look();
    const stopLooking = beat(clock, LOOK_AGAIN_MS, look);
    const stopPouring = pour(clock, numberIn(order, 'messages'), (from, until) => {
      const nowMs = clock.nowMs();
      for (const channel of flooded) for (let n = from; n < until; n += 1) channel.sendAt(work, nowMs);
      if (!isCounted && from < until) count();
    });
    return {
      lift() {
        stopLooking();
        stopPouring();
        pauses.end();
      },
      count: () => hit.count,
      look: () => hit.of(),
    };
  },
};
