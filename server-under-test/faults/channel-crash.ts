import type { Channel } from '../phoenix/channel-server.ts';
import type { EndpointContext } from '../phoenix/context.ts';
import { Planted } from '../phoenix/notices.ts';
import { beat } from './beat.ts';
import { drawName, joinedChannels, TOPIC, topicFilter } from './channel-choice.ts';
import type { FaultKind, FaultOrder } from './fault.ts';
import { numberIn } from './order-params.ts';
import { hashSeeded } from './selection.ts';
import { Spread, type Placed } from './spread.ts';

const EVERY_MS = 1_000;

/** Of the channels there are now the share of this round; their draws, which are even below the share, are their places. */
function* victims(order: FaultOrder, target: EndpointContext, round: number): Generator<Placed<Channel>> {
  const matches = topicFilter(order);
  const limit = order.share * 2 ** 32;
  for (const channel of joinedChannels(target)) {
    if (!matches(channel.topic)) continue;
    const draw = hashSeeded(`${drawName(channel)}#${round}`, order.seed);
    if (draw < limit) yield { item: channel, place: draw / limit };
  }
}

/**
 * Channels raise in their callbacks: phx_error for each, and a rejoin (phoenix-semantics 2.7).
 *
 * It counts them by connection and topic: one that rejoins and raises again in a later round is the same for its client.
 */
export const channelCrash: FaultKind = {
  kind: 'channel_crash',
  about: 'once each every_ms a share of the matching channels raises, spread over that time',
  params: { topic: TOPIC, every_ms: { type: 'ms', required: false, min: 100 } },
  hits: 'channels',

  inject(order, target) {
    const { clock } = target.runtime;
    const everyMs = numberIn(order, 'every_ms', EVERY_MS);
    const matches = topicFilter(order);
    const raised = new Set<string>();
    const raise = new Planted('channel_crash', (channel) => {
      raised.add(drawName(channel));
      throw new Error('a fault raised this');
    });
    let rounds = 0;
    const begin = (): Spread<Channel> => {
      rounds += 1;
      return new Spread(clock, everyMs, victims(order, target, rounds), (channel) => channel.send(raise));
    };
    let round = begin();
    const stop = beat(clock, everyMs, () => {
      round.finish();
      round = begin();
    });
    return {
      lift() {
        stop();
        round.stop();
      },
      count: () => raised.size,
      look() {
        const others = joinedChannels(target).filter(
          (channel) => matches(channel.topic) && !raised.has(drawName(channel)),
        );
        return raised.size + others.length;
      },
    };
  },
};
