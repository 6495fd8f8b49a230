/**
 * What an application file imports from 'firedrill/server': its socket and its channels, written as in Phoenix.
 *
 * `firedrill serve --app my-app.ts` runs the file's default export in place of the drill's own channels.
 */
import type { ExitReason } from '../otp/exit-reason.ts';
import { NoClause, type ChannelModule, type HandleResult, type JoinResult } from '../phoenix/channel.ts';
import type { ChannelSocket } from '../phoenix/channel-socket.ts';
import type { ConnectInfo } from '../phoenix/connect-info.ts';
import type { Route } from '../phoenix/routes.ts';
import type { Assigns, ConnectResult, UserSocket } from '../phoenix/user-socket.ts';

export { Exit } from '../otp/exit-reason.ts';
export { Down, ExitMessage } from '../otp/signals.ts';
export { NoClause, noreply, ok, refuse as error, reply, stop, TIMEOUT } from '../phoenix/channel.ts';
export { Broadcast } from '../pubsub/broadcast.ts';
export { Presence } from './presence-calls.ts';
export type { ChannelSocket as Socket } from '../phoenix/channel-socket.ts';
export type { SocketRef } from '../phoenix/socket-ref.ts';
export type { ConnectInfo, ExitReason, HandleResult, JoinResult };

type Awaitable<T> = T | Promise<T>;

/** One clause of handle_in: what is done with that event. */
export type EventHandler = (payload: unknown, socket: ChannelSocket, event: string) => Awaitable<HandleResult>;

/** The callbacks of one kind of channel; all but join are optional (phoenix-semantics 2.4, 2.7, 3.3). */
export interface ChannelCallbacks {
  /** Broadcast events that go through handleOut of every subscriber instead of the fastlane. */
  readonly intercept?: readonly string[];
  /** Merged over the socket's assigns at join. */
  readonly assigns?: Assigns;
  /** Runs in the channel's process while its whole connection waits. Return `ok(…)` or `error(…)`. */
  join(topic: string, payload: unknown, socket: ChannelSocket): Awaitable<JoinResult>;
  /**
   * One function for every event, or a handler by event. An event without a handler crashes the channel, as an event that
   * matches no clause does; `_` is the catch-all. Return `noreply()`, `reply('ok', …)` or `stop(…)`.
   */
  readonly handleIn?:
    | ((event: unknown, payload: unknown, socket: ChannelSocket) => Awaitable<HandleResult>)
    | Readonly<Record<string, EventHandler>>;
  /** Gets the intercepted events; usually pushes. */
  handleOut?(event: string, payload: unknown, socket: ChannelSocket): Awaitable<HandleResult>;
  /** Everything that is no event of a client: sendSelf, Down, subscriptions, TIMEOUT. */
  handleInfo?(message: unknown, socket: ChannelSocket): Awaitable<HandleResult>;
  /** Runs in most ends, not in all (phoenix-semantics 2.7). */
  terminate?(reason: ExitReason, socket: ChannelSocket): Awaitable<void>;
}

/** A process with a name that channels ask with `socket.call(name, request)`: one request at a time, restarted when it crashes. */
export type Worker = (request: unknown) => unknown;

/** An application: who may connect, and what the topics do. */
export interface AppDefinition {
  /** connect/3: the assigns of the socket, or a refusal (HTTP 403). Without it everybody is in, with empty assigns. */
  connect?(params: Readonly<Record<string, unknown>>, info: ConnectInfo): Awaitable<ConnectResult>;
  /** The topic to which `disconnect` can be broadcast; none without it. */
  id?(assigns: Assigns): string | null;
  /** Tried in order; the first pattern that fits a topic takes it. */
  readonly channels: readonly Route[];
  readonly workers?: Readonly<Record<string, Worker>>;
}

/** What `application` makes and the server runs. */
export interface App {
  readonly socket: UserSocket;
  readonly workers: ReadonlyMap<string, Worker>;
}

const APPS = new WeakSet<object>();

/** The channel of a pattern: an exact topic, or a prefix and one final `*`. */
export function channel(pattern: string, callbacks: ChannelCallbacks): Route {
  const { intercept, assigns } = callbacks;
  const module: ChannelModule = {
    ...(intercept === undefined ? {} : { intercepts: intercept }),
    join: (topic, payload, socket) => callbacks.join(topic, payload, socket),
    handleIn: eventHandler(callbacks.handleIn),
    ...(callbacks.handleOut === undefined ? {} : { handleOut: callbacks.handleOut.bind(callbacks) }),
    ...(callbacks.handleInfo === undefined ? {} : { handleInfo: callbacks.handleInfo.bind(callbacks) }),
    ...(callbacks.terminate === undefined ? {} : { terminate: callbacks.terminate.bind(callbacks) }),
  };
  return { pattern, module, ...(assigns === undefined ? {} : { assigns }) };
}

function eventHandler(handleIn: ChannelCallbacks['handleIn']): NonNullable<ChannelModule['handleIn']> {
  if (typeof handleIn === 'function') return handleIn;
  const clauses = new Map(Object.entries(handleIn ?? {}));
  return (event, payload, socket) => {
    const clause = clauses.get(event as string) ?? clauses.get('_');
    if (clause === undefined) throw new NoClause('handle_in/3', event);
    return clause(payload, socket, event as string);
  };
}

/** Accepts a connection with these assigns. */
export function accept(assigns: Assigns = {}): ConnectResult {
  return { tag: 'ok', assigns };
}

/** Refuses a connection with HTTP 403. */
export function deny(reason: unknown = null): ConnectResult {
  return { tag: 'error', reason };
}

/** The default export of an application file. Throws a TypeError that names what is wrong. */
export function application(definition: AppDefinition): App {
  const problems = problemsOf(definition);
  if (problems.length > 0) throw new TypeError(`application: ${problems.join('; ')}`);
  const app: App = {
    socket: {
      name: 'AppSocket',
      channels: definition.channels,
      connect: (params, info) => definition.connect?.(params, info) ?? accept(),
      id: (assigns) => definition.id?.(assigns) ?? null,
    },
    workers: new Map(Object.entries(definition.workers ?? {})),
  };
  APPS.add(app);
  return app;
}

/** Whether a module's default export came from `application`. */
export function isApp(value: unknown): value is App {
  return typeof value === 'object' && value !== null && APPS.has(value);
}

function problemsOf(definition: AppDefinition): string[] {
  const problems: string[] = [];
  if (typeof definition !== 'object' || definition === null) return ['wanted { channels: [channel(…)] }'];
  const { channels, workers } = definition;
  if (!Array.isArray(channels) || channels.length === 0) problems.push('channels: wanted a list of channel(…)');
  for (const [index, route] of (Array.isArray(channels) ? channels : []).entries()) {
    if (typeof (route as Route)?.module?.join !== 'function') problems.push(`channels[${index}]: wanted channel(pattern, { join, … })`);
    else if (!/^[^*]+\*?$|^\*$/.test((route as Route).pattern)) {
      problems.push(`channels[${index}]: '${(route as Route).pattern}' has a * that is not its end`);
    }
  }
  for (const [name, worker] of Object.entries(workers ?? {})) {
    if (typeof worker !== 'function') problems.push(`workers.${name}: wanted a function of one request`);
  }
  return problems;
}
