import type { ExitReason } from '../otp/exit-reason.ts';
import type { ChannelModule } from '../phoenix/channel.ts';
import type { ChannelSocket } from '../phoenix/channel-socket.ts';
import type { Assigns } from '../phoenix/user-socket.ts';
import { buildModule } from './channel-module.ts';
import type { NodeParts } from './node-parts.ts';
import type { HandleResult, InResult, JoinResult } from './returns.ts';

export type Awaitable<T> = T | Promise<T>;

/** One clause of handleIn: what is done with that event. The payload is any JSON value, or bytes as a Uint8Array. */
export type EventHandler = (payload: unknown, socket: ChannelSocket, event: string) => Awaitable<InResult>;

/** Handlers by event. An event without one crashes the channel, as an event that matches no clause does (1.8). */
export interface EventHandlers {
  readonly [event: string]: EventHandler | undefined;
  /** The catch-all, also for events that are no text. */
  readonly _?: (payload: unknown, socket: ChannelSocket, event: unknown) => Awaitable<InResult>;
}

/**
 * The callbacks of one kind of channel; all but join are optional (phoenix-semantics 2.4, 2.7, 3.3).
 *
 * Each runs in the process of one joined topic, one at a time; to await in one holds that process and nothing else.
 */
export interface ChannelCallbacks {
  /** Broadcast events that go through handleOut of every subscriber instead of the fastlane (phoenix-semantics 4.1). */
  readonly intercept?: readonly string[];
  /** Merged over the socket's assigns at join (phoenix-semantics 2.3). */
  readonly assigns?: Assigns;
  /** Lets a client in with `ok(…)` or not with `error(…)`; its whole connection waits meanwhile (phoenix-semantics 2.4, 3.1). */
  join(topic: string, payload: unknown, socket: ChannelSocket): Awaitable<JoinResult>;
  /** Events of the client: one function for all, or a handler by event. Return `noreply()`, `reply(…)` or `stop(…)` (3.3). */
  readonly handleIn?:
    | ((event: unknown, payload: unknown, socket: ChannelSocket) => Awaitable<InResult>)
    | EventHandlers;
  /** Intercepted broadcasts, and those of `PubSub.broadcast` on the own topic; usually pushes (phoenix-semantics 4.1). */
  handleOut?(event: string, payload: unknown, socket: ChannelSocket): Awaitable<HandleResult>;
  /**
   * Every other message: of `sendSelf` and `Process.send`, terms of `PubSub.broadcast`, a Broadcast of a subscribed topic, Down,
   * ExitMessage, TaskResult, TIMEOUT. Without it a message is dropped with a warning (phoenix-semantics 3.3).
   */
  handleInfo?(message: unknown, socket: ChannelSocket): Awaitable<HandleResult>;
  /** The answer of a `GenServer.call` to this channel's process (phoenix-semantics 3.4). */
  handleCall?(request: unknown, socket: ChannelSocket): unknown;
  /** A `GenServer.cast` to this channel's process. */
  handleCast?(request: unknown, socket: ChannelSocket): Awaitable<HandleResult>;
  /** Runs in most ends, not in all: never for a kill, and for exits from outside only with `socket.trapExits()` (2.7). */
  terminate?(reason: ExitReason, socket: ChannelSocket): Awaitable<void>;
}

/** One line of a socket's routing table; made by `channel`. */
export class ChannelDefinition {
  readonly pattern: string;
  /** Null where a module of the server's own stands behind the pattern. */
  readonly callbacks: ChannelCallbacks | null;
  /** Made of a module of the server's own, where there are no callbacks to check. */
  readonly isOurs: boolean;
  private readonly make: (node: NodeParts) => ChannelModule;

  constructor(
    pattern: string,
    callbacks: ChannelCallbacks | null,
    make: (node: NodeParts) => ChannelModule,
    isOurs = false,
  ) {
    this.pattern = pattern;
    this.callbacks = callbacks;
    this.isOurs = isOurs;
    this.make = make;
  }

  /** The module as one node runs it. */
  moduleOn(node: NodeParts): ChannelModule {
    return this.make(node);
  }
}

/** The channel of a pattern: an exact topic, or a prefix and one final `*` (phoenix-semantics 2.3). */
export function channel(pattern: string, callbacks: ChannelCallbacks): ChannelDefinition {
  return new ChannelDefinition(pattern, callbacks, () => buildModule(callbacks));
}
