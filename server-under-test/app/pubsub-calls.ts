import { Broadcast } from '../pubsub/broadcast.ts';
import { BroadcastError } from '../pubsub/fanned.ts';
import type { ChannelSocket } from '../phoenix/channel-socket.ts';
import { processOf, type Caller } from './caller.ts';
import { partsOf } from './node-parts.ts';

function raise(failure: string | null): void {
  if (failure !== null) throw new BroadcastError(failure);
}

/** Endpoint's broadcasts, from any process and at any time: `socket.broadcast` is for the own topic of a joined channel. */
export const Endpoint = {
  /** Endpoint.broadcast!: to every client and subscriber of a topic on all nodes (phoenix-semantics 4.1). */
  broadcast(caller: Caller, topic: string, event: string, payload: unknown): void {
    const { pubsub } = partsOf(caller.runtime);
    pubsub.broadcastOrThrow(Broadcast.of(topic, event, payload), null, processOf(caller));
  },

  /** Endpoint.broadcast_from!: to all but the caller's own subscriptions. */
  broadcastFrom(caller: Caller, topic: string, event: string, payload: unknown): void {
    const { pubsub } = partsOf(caller.runtime);
    pubsub.broadcastOrThrow(Broadcast.of(topic, event, payload), processOf(caller));
  },

  /** Endpoint.local_broadcast: to this node only. */
  localBroadcast(caller: Caller, topic: string, event: string, payload: unknown): void {
    partsOf(caller.runtime).pubsub.dispatch(Broadcast.of(topic, event, payload));
  },

  /** Endpoint.subscribe: its broadcasts arrive in handleInfo as a Broadcast; twice subscribed is twice told. */
  subscribe(caller: Caller, topic: string): void {
    partsOf(caller.runtime).pubsub.subscribe(processOf(caller), topic);
  },

  /** Takes every such subscription back. */
  unsubscribe(caller: Caller, topic: string): void {
    partsOf(caller.runtime).pubsub.unsubscribe(processOf(caller), topic);
  },
};

/** Phoenix.PubSub with its default dispatcher: past every fastlane, to the processes themselves. */
export const PubSub = {
  /**
   * Any term JSON can carry reaches handleInfo as it is, on a channel's own topic too; a `Broadcast` reaches handleOut there,
   * intercepted or not (phoenix-semantics 4.1). Subscribers of one node share the term: do not change it.
   */
  broadcast(caller: Caller, topic: string, message: unknown): void {
    const { pubsub } = partsOf(caller.runtime);
    raise(
      message instanceof Broadcast ? pubsub.broadcastPlain(message) : pubsub.broadcastRaw(topic, message),
    );
  },

  /** As `broadcast`, but not to the caller's own subscriptions. */
  broadcastFrom(caller: Caller, topic: string, message: unknown): void {
    const { pubsub } = partsOf(caller.runtime);
    const from = processOf(caller);
    raise(
      message instanceof Broadcast
        ? pubsub.broadcastPlain(message, from)
        : pubsub.broadcastRaw(topic, message, from),
    );
  },
};

/** As `socket.push`, from any process that holds the socket, and also after its channel ended (phoenix-semantics 4.1). */
export function push(socket: ChannelSocket, event: string, payload: unknown): void {
  if (!socket.joined) throw new Error('push needs a joined channel');
  socket.pushFromAnywhere(event, payload);
}

/** `assign(socket, a: 1, b: 2)`: several at once; this channel's alone (phoenix-semantics 2.4). */
export function assign(socket: ChannelSocket, values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) socket.assign(key, value);
}
