import { Exit } from '../otp/exit-reason.ts';
import type { ExitReason } from '../otp/exit-reason.ts';
import { isHandleResult } from '../phoenix/channel.ts';
import { userFrame } from './user-frame.ts';

/** What user code threw, with the place in its file as the log tells it; the cause is what was thrown. */
export class Crash extends Error {
  constructor(cause: Error) {
    const place = userFrame(cause);
    super(place === null ? cause.message : `${cause.message} (at ${place})`, { cause });
    this.name = cause.name;
  }
}

/**
 * What a callback's throw is to be thrown on as: an exit and a return value as they are, an error with its place, any other
 * value as Elixir's throw, which is a bad return value (phoenix-semantics 2.7).
 */
export function asThrown(thrown: unknown): unknown {
  if (thrown instanceof Exit || isHandleResult(thrown)) return thrown;
  return thrown instanceof Error ? new Crash(thrown) : new Exit({ badReturn: thrown });
}

/** A reason as user code sees it: with the error it threw itself. */
export function unwrapReason(reason: ExitReason): ExitReason {
  if (typeof reason !== 'object' || !('exception' in reason) || !(reason.exception instanceof Crash))
    return reason;
  return { exception: reason.exception.cause };
}
