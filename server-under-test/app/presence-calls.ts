import type { ChannelSocket } from '../phoenix/channel-socket.ts';
import type { Meta } from '../presence/entry.ts';
import type { Presence as NodePresence } from '../presence/presence.ts';
import type { KeyPresence, PresenceMap } from '../presence/presence-map.ts';
import type { MetaUpdate, TrackResult } from '../presence/tracker-request.ts';
import { partsOf } from './node-parts.ts';

/** `{:error, {:already_tracked, …}}` and `{:error, :nopresence}` (phoenix-semantics 5.2); uncaught it ends the channel. */
export class PresenceError extends Error {
  readonly reason: 'already_tracked' | 'nopresence';

  constructor(reason: PresenceError['reason'], key: string) {
    super(`presence: ${reason} under ${JSON.stringify(key)}`);
    this.reason = reason;
  }
}

function presenceOf(socket: ChannelSocket): NodePresence {
  return partsOf(socket.runtime).presence;
}

async function settle(socket: ChannelSocket, key: string, result: Promise<TrackResult>): Promise<void> {
  const answer = await socket.process.whileAlive(result);
  if (answer.tag === 'error') throw new PresenceError(answer.reason, key);
}

/**
 * Phoenix.Presence: every change makes its own presence_diff at once, which its topic's clients get by the fastlane
 * (phoenix-semantics 5.2). On the channel's own topic unless another one is given.
 */
export const Presence = {
  /** Tracks this channel under a key until it ends; throws a PresenceError when it is tracked already. */
  track(socket: ChannelSocket, key: string, meta: Meta, topic: string = socket.topic): Promise<void> {
    return settle(socket, key, presenceOf(socket).track(socket.process, topic, key, meta));
  },

  /** Replaces the meta, or makes it of the present one; throws a PresenceError when this channel is not tracked there. */
  update(socket: ChannelSocket, key: string, meta: MetaUpdate, topic: string = socket.topic): Promise<void> {
    return settle(socket, key, presenceOf(socket).update(socket.process, topic, key, meta));
  },

  /** Stops tracking this channel under one key, or under all. */
  untrack(socket: ChannelSocket, key: string | null = null, topic: string = socket.topic): Promise<void> {
    return socket.process.whileAlive(presenceOf(socket).untrack(socket.process, topic, key));
  },

  /** Everybody on a topic: what presence_state is pushed with. */
  list(socket: ChannelSocket, topic: string = socket.topic): Promise<PresenceMap> {
    return socket.process.whileAlive(presenceOf(socket).list(topic));
  },

  /** What `list` has under one key; null when there is nobody. */
  getByKey(socket: ChannelSocket, key: string, topic: string = socket.topic): Promise<KeyPresence | null> {
    return socket.process.whileAlive(presenceOf(socket).getByKey(topic, key));
  },
};
