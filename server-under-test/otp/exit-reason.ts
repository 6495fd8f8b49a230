/** Why a process ended, as data: `normal`, `shutdown`, `{:shutdown, term}`, an exception, a timeout, or a name. */
export type ExitReason =
  | string
  | { readonly shutdown: string }
  | { readonly exception: unknown }
  | { readonly timeout: string }
  /** `{reason, {GenServer, :call, _}}`: the process that was called or awaited died of `call`, or `noproc`, or called itself. */
  | { readonly call: ExitReason }
  | { readonly badReturn: unknown };

/** Thrown by `exit(reason)` inside a callback; catchable, as an exit is. */
export class Exit extends Error {
  readonly reason: ExitReason;

  constructor(reason: ExitReason, options?: ErrorOptions) {
    super(`exit: ${describeReason(reason)}`, options);
    this.reason = reason;
  }
}

/** True for :normal, :shutdown and {:shutdown, _} (phoenix-semantics 3.7). */
export function isOrderly(reason: ExitReason): boolean {
  return reason === 'normal' || reason === 'shutdown' || (typeof reason === 'object' && 'shutdown' in reason);
}

/** The reason's class, for counters: a closed set, whatever the reason's text. */
export function classifyReason(reason: ExitReason): string {
  if (typeof reason === 'object') {
    if ('shutdown' in reason) return reason.shutdown;
    if ('exception' in reason) return 'exception';
    if ('call' in reason) return 'call';
    return 'timeout' in reason ? 'timeout' : 'bad_return_value';
  }
  return reason === 'normal' || reason === 'shutdown' || reason === 'killed' ? reason : 'other';
}

/** One line for a log. */
export function describeReason(reason: ExitReason): string {
  if (typeof reason === 'string') return reason;
  if ('shutdown' in reason) return `{:shutdown, :${reason.shutdown}}`;
  if ('timeout' in reason) return `{:timeout, ${reason.timeout}}`;
  if ('call' in reason) return `{${describeReason(reason.call)}, {GenServer, :call, _}}`;
  if ('badReturn' in reason) return '{:bad_return_value, _}';
  return reason.exception instanceof Error ? reason.exception.message : String(reason.exception);
}

/** What a thrown value means as an exit reason: an `Exit`, an exception, or Elixir's `throw` of a term (phoenix-semantics 2.7). */
export function reasonOf(thrown: unknown): ExitReason {
  if (thrown instanceof Exit) return thrown.reason;
  return thrown instanceof Error ? { exception: thrown } : { badReturn: thrown };
}
