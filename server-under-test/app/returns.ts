import type { ExitReason } from '../otp/exit-reason.ts';
import type { Reply } from '../phoenix/channel.ts';

/** `{:ok, response, socket}`: what join returns to let a client in. */
export interface JoinOk {
  readonly tag: 'ok';
  readonly response: unknown;
}

/** `{:error, response}`: what join returns to refuse a client; phoenix.js will try again for ever. */
export interface JoinError {
  readonly tag: 'error';
  readonly response: unknown;
}

/** `{:noreply, socket}`: the client is told nothing. */
export interface NoReply {
  readonly tag: 'noreply';
  readonly timeoutMs: number | null;
}

/** `{:reply, {status, response}, socket}`: handleIn only. */
export interface ReplyResult {
  readonly tag: 'reply';
  readonly reply: Reply;
}

/** `{:stop, reason, socket}`. */
export interface StopResult {
  readonly tag: 'stop';
  readonly reason: ExitReason;
  readonly reply: null;
}

/** `{:stop, reason, {status, response}, socket}`: handleIn only. */
export interface StopWithReply {
  readonly tag: 'stop';
  readonly reason: ExitReason;
  readonly reply: Reply;
}

/** What join returns: `ok(…)` or `error(…)` (phoenix-semantics 2.4). */
export type JoinResult = JoinOk | JoinError;

/** What handleIn returns: `noreply(…)`, `reply(…)` or `stop(…)` (phoenix-semantics 3.3). */
export type InResult = NoReply | ReplyResult | StopResult | StopWithReply;

/** What handleOut, handleInfo and handleCast return: `noreply(…)` or `stop(reason)` (phoenix-semantics 3.3). */
export type HandleResult = NoReply | StopResult;

const EMPTY: Readonly<Record<string, never>> = Object.freeze({});
const NOREPLY: NoReply = Object.freeze({ tag: 'noreply', timeoutMs: null });

/** Lets the client in; `response` is what its `receive("ok")` gets: any JSON value, or bytes (phoenix-semantics 2.4). */
export function ok(response: unknown = EMPTY): JoinOk {
  return { tag: 'ok', response };
}

/** Refuses the client; terminate runs with `shutdown` all the same (phoenix-semantics 2.4). */
export function error(response: unknown = EMPTY): JoinError {
  return { tag: 'error', response };
}

/**
 * Answers nothing: the client's push times out unless somebody replies later (phoenix-semantics 3.3).
 *
 * With milliseconds handleInfo gets `TIMEOUT` once no message of any kind came for so long; throws a RangeError for less than
 * none. `'hibernate'` is accepted: a channel has no stack to drop, and the observer derives hibernation from silence alone.
 */
export function noreply(option: number | 'hibernate' | null = null): NoReply {
  if (option === null || option === 'hibernate') return NOREPLY;
  if (!(option >= 0)) throw new RangeError(`noreply: wanted milliseconds, got ${option}`);
  return { tag: 'noreply', timeoutMs: option };
}

/** Answers the client's push: any status, and any JSON value or bytes (phoenix-semantics 1.3, 3.3). */
export function reply(status: string, response: unknown = EMPTY): ReplyResult {
  return { tag: 'reply', reply: { status, response } };
}

/**
 * Ends the channel: the client gets phx_close for `normal`, `shutdown` and `{ shutdown: … }`, phx_error for anything else
 * (phoenix-semantics 2.7). In handleIn with an answer before: `stop('normal', reply('ok'))`.
 */
export function stop(reason: ExitReason): StopResult;
export function stop(reason: ExitReason, answer: ReplyResult): StopWithReply;
export function stop(reason: ExitReason, answer: ReplyResult | null = null): StopResult | StopWithReply {
  return answer === null
    ? { tag: 'stop', reason, reply: null }
    : { tag: 'stop', reason, reply: answer.reply };
}
