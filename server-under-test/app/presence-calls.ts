import type { Runtime } from '../otp/runtime.ts';
import type { ChannelSocket } from '../phoenix/channel-socket.ts';
import type { Presence as NodePresence } from '../presence/presence.ts';
import type { PresenceMap } from '../presence/presence-map.ts';

const PRESENCES = new WeakMap<Runtime, NodePresence>();

/** Lets the applications of a node find its Presence. */
export function offerPresence(runtime: Runtime, presence: NodePresence): void {
  PRESENCES.set(runtime, presence);
}

function presenceOf(socket: ChannelSocket): NodePresence {
  const presence = PRESENCES.get(socket.runtime);
  if (presence === undefined) throw new Error('this node has no presence');
  return presence;
}

async function done(result: Promise<{ tag: string; reason?: unknown }>, socket: ChannelSocket): Promise<void> {
  const answer = await socket.process.whileAlive(result);
  if (answer.tag === 'error') throw new Error(`presence: ${JSON.stringify(answer.reason)}`);
}

/** Phoenix.Presence for the topic of a channel: every change makes its own presence_diff at once (phoenix-semantics 5.2). */
export const Presence = {
  /** Tracks this channel under a key; throws when it is tracked already. */
  track(socket: ChannelSocket, key: string, meta: Readonly<Record<string, unknown>>): Promise<void> {
    return done(presenceOf(socket).track(socket.process, socket.topic, key, meta), socket);
  },

  /** Replaces the meta; throws when this channel is not tracked under the key. */
  update(socket: ChannelSocket, key: string, meta: Readonly<Record<string, unknown>>): Promise<void> {
    return done(presenceOf(socket).update(socket.process, socket.topic, key, meta), socket);
  },

  /** Stops tracking this channel under one key, or under all. */
  untrack(socket: ChannelSocket, key: string | null = null): Promise<void> {
    return socket.process.whileAlive(presenceOf(socket).untrack(socket.process, socket.topic, key));
  },

  /** Everybody on this channel's topic: what presence_state is pushed with. */
  list(socket: ChannelSocket): Promise<PresenceMap> {
    return socket.process.whileAlive(presenceOf(socket).list(socket.topic));
  },
};
