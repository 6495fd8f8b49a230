import { inspect } from 'node:util';
import { isHandleResult } from '../phoenix/channel.ts';
import type { ConnectResult } from '../phoenix/user-socket.ts';
import type { HandleResult, InResult, JoinResult } from './returns.ts';

/** What each callback may return, as the log tells it when one returned something else. */
const SHAPES = {
  connect: 'accept(assigns), deny(reason)',
  join: 'ok(…), error(…)',
  handleIn: 'noreply(…), reply(status, …), stop(reason), stop(reason, reply(…))',
  handleOut: 'noreply(…), stop(reason)',
  handleInfo: 'noreply(…), stop(reason)',
  handleCast: 'noreply(…), stop(reason)',
} as const;

type Callback = keyof typeof SHAPES;

/** A callback returned what is no return value of it: Phoenix raises with the shapes accepted (phoenix-semantics 2.7). */
export class BadReturn extends Error {
  constructor(callback: Callback, what: string, got: unknown) {
    const shown = inspect(got, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 80 });
    super(`${callback}${what} returned ${shown}, wanted one of: ${SHAPES[callback]}`);
    this.name = 'BadReturn';
  }
}

/** What join returned; throws a BadReturn, which ends as a crashed join does (phoenix-semantics 2.4). */
export function checkJoin(result: unknown): JoinResult {
  const { tag } = (result ?? {}) as { tag?: unknown };
  if (tag === 'ok' || tag === 'error') return result as JoinResult;
  throw new BadReturn('join', '', result);
}

/** What connect returned; throws a BadReturn, which is HTTP 500. */
export function checkConnect(result: unknown): ConnectResult {
  const { tag } = (result ?? {}) as { tag?: unknown };
  if (tag === 'ok' || tag === 'error') return result as ConnectResult;
  throw new BadReturn('connect', '', result);
}

/** What handleIn returned. Returned and not thrown, for Phoenix emits channel_handled_in before it looks at a result. */
export function checkIn(result: unknown, event: unknown): InResult {
  if (isHandleResult(result)) return result;
  const what = `(${JSON.stringify(event)})`;
  return { tag: 'stop', reason: { exception: new BadReturn('handleIn', what, result) }, reply: null };
}

/** What a callback returned that has nobody to answer. */
export function checkOther(
  callback: Exclude<Callback, 'connect' | 'join' | 'handleIn'>,
  result: unknown,
): HandleResult {
  if (
    isHandleResult(result) &&
    (result.tag === 'noreply' || (result.tag === 'stop' && result.reply === null))
  )
    return result as HandleResult;
  return { tag: 'stop', reason: { exception: new BadReturn(callback, '', result) }, reply: null };
}
