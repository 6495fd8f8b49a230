import { Call, CALL_TIMEOUT_MS, Cast, StopRequest, type TimeoutMs } from './call.ts';
import type { Timer } from './clock.ts';
import { Exit, reasonOf, type ExitReason } from './exit-reason.ts';
import { IDLE, READY } from './process-state.ts';
import { Process, type ProcessKind } from './process.ts';
import type { Runtime } from './runtime.ts';
import { ExitMessage } from './signals.ts';

export { CALL_TIMEOUT_MS };

/** What handleCall returns when `reply` will follow. */
export const NO_REPLY = Symbol('no reply');

const TIMEOUT = Symbol('timeout');
const CONTINUE = Symbol('continue');

/**
 * A process that answers requests one at a time, also those nobody awaits any more (phoenix-semantics 3.4).
 *
 * What a callback returns in Elixir beside its reply it says here by a call: `timeoutIn`, `continueWith`, `stop`.
 */
export abstract class GenServer extends Process {
  private quietTimer: Timer | null = null;
  private timeoutMs: number | null = null;
  private continuation: { readonly argument: unknown } | null = null;
  private stopping: { readonly reason: ExitReason } | null = null;
  private ending = false;

  override get kind(): ProcessKind {
    return 'server';
  }

  /** The answer, a promise of it, or NO_REPLY. */
  protected handleCall(request: unknown, _from: Call): unknown {
    throw new Error(`no clause of handle_call for ${typeof request}`);
  }

  /** Nobody waits for it. */
  protected handleCast(request: unknown): void | Promise<void> {
    throw new Error(`no clause of handle_cast for ${typeof request}`);
  }

  /** Any other message; dropped unless somebody wants it. */
  protected handleInfo(_message: unknown): void | Promise<void> {}

  /** Runs before the next message, after the callback that asked for it. */
  protected handleContinue(_argument: unknown): void | Promise<void> {}

  /** No message of any kind came for the time a callback gave. */
  protected handleTimeout(): void | Promise<void> {}

  /** Runs before an end that this process knows of: a stop, an error, its supervisor's exit when trapped. */
  protected terminate(_reason: ExitReason): void | Promise<void> {}

  /** From a callback: handleTimeout after so many quiet milliseconds; a message that waits wins, even over 0. */
  protected timeoutIn(ms: number): void {
    this.timeoutMs = ms;
    // In the constructor no callback ends after this.
    if (this.state === IDLE) this.startTimeout();
  }

  /** From a callback or the constructor: `handleContinue` before any further message. */
  protected continueWith(argument: unknown): void {
    this.continuation = { argument };
    if (this.state === IDLE) this.send(CONTINUE);
  }

  /** From a callback: ends once it returned, its reply given. */
  protected stop(reason: ExitReason): void {
    if (this.state === IDLE || this.state === READY) this.send(new StopRequest(reason));
    else this.stopping ??= { reason };
  }

  protected override receive(message: unknown): void | Promise<void> {
    this.forgetTimeout();
    const pending = this.dispatch(message);
    return pending instanceof Promise ? pending.then(() => this.proceed()) : this.proceed();
  }

  private dispatch(message: unknown): void | Promise<void> {
    if (message instanceof Call) return this.answer(message);
    if (message instanceof Cast) return this.handleCast(message.request);
    if (message === TIMEOUT) return this.handleTimeout();
    if (message === CONTINUE) return;
    if (message instanceof StopRequest) this.stopping ??= message;
    else if (message instanceof ExitMessage && message.from !== null && message.from === this.supervisor)
      this.stopping ??= message;
    else return this.handleInfo(message);
  }

  private answer(call: Call): void | Promise<void> {
    const { answers } = this.runtime;
    const held = answers.any ? answers.meet(this) : null;
    return held === null ? this.answerNow(call) : held.then(() => this.answerNow(call));
  }

  private answerNow(call: Call): void | Promise<void> {
    const value = this.handleCall(call.request, call);
    if (value instanceof Promise) return value.then((later: unknown) => this.give(call, later));
    this.give(call, value);
  }

  private give(call: Call, value: unknown): void {
    if (this.alive && value !== NO_REPLY) call.reply(value);
  }

  private proceed(): void | Promise<void> {
    if (!this.alive) return;
    if (this.stopping !== null) return this.leave(this.stopping.reason);
    if (this.continuation !== null) {
      const { argument } = this.continuation;
      this.continuation = null;
      const pending = this.handleContinue(argument);
      return pending instanceof Promise ? pending.then(() => this.proceed()) : this.proceed();
    }
    this.startTimeout();
  }

  /** Uncaught: terminate runs with the reason (phoenix-semantics 2.7). */
  override fail(error: unknown): void | Promise<void> {
    return this.leave(reasonOf(error));
  }

  private leave(reason: ExitReason): void | Promise<void> {
    if (this.ending) return this.end(reason);
    this.ending = true;
    const pending = this.terminate(reason);
    if (!(pending instanceof Promise)) return this.end(reason);
    return pending.then(() => this.end(reason));
  }

  protected override ended(_reason: ExitReason): void {
    this.forgetTimeout();
  }

  private startTimeout(): void {
    const { timeoutMs } = this;
    if (timeoutMs === null || this.mailbox.length > 0) return;
    this.quietTimer = this.runtime.clock.after(timeoutMs, () => {
      this.quietTimer = null;
      if (this.mailbox.length === 0) this.send(TIMEOUT);
    });
  }

  private forgetTimeout(): void {
    this.timeoutMs = null;
    this.quietTimer?.cancel();
    this.quietTimer = null;
  }
}

function find(runtime: Runtime, server: string | Process): Process | null {
  if (typeof server === 'string') return runtime.whereIs(server);
  return server.alive ? server : null;
}

/**
 * GenServer.call: the answer, or a rejection with an `Exit` after `timeoutMs`, when the server dies meanwhile, or at once when
 * there is none. The clock is the caller's; the server learns nothing of a timeout. A `caller` that dies takes its clock along.
 */
export function callServer(
  runtime: Runtime,
  server: string | Process,
  request: unknown,
  timeoutMs: TimeoutMs = CALL_TIMEOUT_MS,
  caller: Process | null = null,
): Promise<unknown> {
  const callee = find(runtime, server);
  if (callee === null) return Promise.reject(new Exit({ call: 'noproc' }));
  if (callee === caller) return Promise.reject(new Exit({ call: 'calling_self' }));
  return new Promise((resolve, reject) => {
    // The dead call nobody.
    if (caller?.alive === false) return;
    const call = new Call(callee, request, caller, { resolve, reject });
    callee.send(call);
    call.expireAfter(timeoutMs);
  });
}

/** Answers a call that returned NO_REPLY; once, from anywhere. */
export function reply(from: Call, value: unknown): void {
  from.reply(value);
}

/** GenServer.cast: whoever is not there does not hear it. */
export function castServer(runtime: Runtime, server: string | Process, request: unknown): void {
  find(runtime, server)?.send(new Cast(request));
}

/** GenServer.stop: resolves when it ended, behind the mail that waits; rejects with an `Exit` noproc when there is none. */
export function stopServer(
  runtime: Runtime,
  server: string | Process,
  reason: ExitReason = 'normal',
): Promise<void> {
  const process = find(runtime, server);
  if (process === null) return Promise.reject(new Exit('noproc'));
  return new Promise((resolve) => {
    process.onEnd({ processEnded: () => resolve() });
    process.send(new StopRequest(reason));
  });
}
