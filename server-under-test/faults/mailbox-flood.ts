import { Pauses } from '../otp/pauses.ts';
import type { Channel } from '../phoenix/channel-server.ts';
import { Planted } from '../phoenix/notices.ts';
import { beat } from './beat.ts';
import { channelFilter, joinedChannels, TOPIC } from './channel-choice.ts';
import type { FaultKind } from './fault.ts';
import { numberIn } from './order-params.ts';
import { pour } from './pour.ts';

// Channels that join meanwhile are looked for so often: looking at all of them with every drop would be a fault of its own.
const LOOK_AGAIN_MS = 1_000;

/** Channels get messages faster than they handle them: an unbounded queue grows, and all else waits in it (phoenix-semantics 3.2). */
export const mailboxFlood: FaultKind = {
  kind: 'mailbox_flood',
  about:
    'a share of the matching channels gets so many messages a second that take ms each; at lift those left take no time',
  params: {
    topic: TOPIC,
    messages: { type: 'count', required: true, min: 1, max: 10_000 },
    ms: { type: 'ms', required: true, max: 60_000 },
  },

  inject(order, target) {
    const { clock } = target.runtime;
    const ms = numberIn(order, 'ms');
    const hits = channelFilter(order);
    const pauses = new Pauses(clock);
    // One message for all of them: what it weighs is its place in the mailbox.
    const work = new Planted('mailbox_flood', (channel) => pauses.start(ms, channel) ?? undefined);
    let hit: Channel[] = [];
    const look = (): void => {
      hit = joinedChannels(target).filter(hits);
    };
    look();
    const stopLooking = beat(clock, LOOK_AGAIN_MS, look);
    const stopPouring = pour(clock, numberIn(order, 'messages'), (from, until) => {
      const nowMs = clock.nowMs();
      for (const channel of hit) for (let n = from; n < until; n += 1) channel.sendAt(work, nowMs);
    });
    return () => {
      stopLooking();
      stopPouring();
      pauses.end();
    };
  },
};
