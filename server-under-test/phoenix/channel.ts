import type { ExitReason } from '../otp/exit-reason.ts';
import type { LogChoice } from '../telemetry/event-metadata.ts';
import type { ChannelSocket } from './channel-socket.ts';

/** What join/3 returns (phoenix-semantics 2.4). */
export type JoinResult =
  | { readonly tag: 'ok'; readonly response: unknown }
  | { readonly tag: 'error'; readonly response: unknown };

export interface Reply {
  readonly status: string;
  readonly response: unknown;
}

/** What the other callbacks return (phoenix-semantics 3.3). Anything else is a bad return value and crashes the channel. */
export type HandleResult =
  | { readonly tag: 'noreply'; readonly timeoutMs: number | null }
  | { readonly tag: 'reply'; readonly reply: Reply }
  | { readonly tag: 'stop'; readonly reason: ExitReason; readonly reply: Reply | null };

/** The callbacks of one kind of channel. All but join are optional. */
export interface ChannelModule {
  /** What logs call it. */
  readonly name?: string;
  /** Level of the line for each join, `info` unless given; false for none. */
  readonly logJoin?: LogChoice;
  /** Level of the line for each event, `debug` unless given; false for none. */
  readonly logHandleIn?: LogChoice;
  /** Broadcast events that go through handleOut instead of the fastlane. */
  readonly intercepts?: readonly string[];
  join(topic: string, payload: unknown, socket: ChannelSocket): JoinResult | Promise<JoinResult>;
  handleIn?(event: unknown, payload: unknown, socket: ChannelSocket): HandleResult | Promise<HandleResult>;
  handleOut?(event: string, payload: unknown, socket: ChannelSocket): HandleResult | Promise<HandleResult>;
  handleInfo?(message: unknown, socket: ChannelSocket): HandleResult | Promise<HandleResult>;
  /** The answer of a GenServer.call to this channel's process. */
  handleCall?(request: unknown, socket: ChannelSocket): unknown;
  handleCast?(request: unknown, socket: ChannelSocket): HandleResult | Promise<HandleResult>;
  terminate?(reason: ExitReason, socket: ChannelSocket): void | Promise<void>;
}

const EMPTY: Readonly<Record<string, never>> = Object.freeze({});
const NOREPLY: HandleResult = { tag: 'noreply', timeoutMs: null };

/** `{:ok, response, socket}`. */
export function ok(response: unknown = EMPTY): JoinResult {
  return { tag: 'ok', response };
}

/** `{:error, response}`. */
export function refuse(response: unknown): JoinResult {
  return { tag: 'error', response };
}

/** `{:noreply, socket}`; with a timeout, handleInfo gets `TIMEOUT` after that many quiet milliseconds. */
export function noreply(timeoutMs: number | null = null): HandleResult {
  return timeoutMs === null ? NOREPLY : { tag: 'noreply', timeoutMs };
}

/** `{:reply, {status, response}, socket}`; without a response it is `{}`. */
export function reply(status: string, response: unknown = EMPTY): HandleResult {
  return { tag: 'reply', reply: { status, response } };
}

/** `{:stop, reason, socket}`, or with a reply before the end. */
export function stop(reason: ExitReason, answer: Reply | null = null): HandleResult {
  return { tag: 'stop', reason, reply: answer };
}

/** Whether a thrown value is a return value: Elixir's `throw {:noreply, socket}` (phoenix-semantics 2.7). */
export function isHandleResult(value: unknown): value is HandleResult {
  if (typeof value !== 'object' || value === null || value instanceof Error || !('tag' in value))
    return false;
  return value.tag === 'noreply' || value.tag === 'reply' || value.tag === 'stop';
}

/** No clause of a callback matches: Elixir's FunctionClauseError. */
export class NoClause extends Error {
  constructor(callback: string, what: unknown) {
    super(`no clause of ${callback} matches ${JSON.stringify(what)}`);
  }
}

/** handleInfo's message when a returned timeout ran out. */
export const TIMEOUT = Symbol('timeout');
