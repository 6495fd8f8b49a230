import type { Timer } from './clock.ts';
import { Exit } from './exit-reason.ts';
import { Process } from './process.ts';
import type { ExitReason } from './exit-reason.ts';
import type { Runtime } from './runtime.ts';

/** The default of GenServer.call and Task.await, in milliseconds. */
export const CALL_TIMEOUT_MS = 5_000;

class Call {
  readonly request: unknown;
  private answer: ((value: unknown) => void) | null;
  private refuse: ((error: Exit) => void) | null;
  private readonly timer: Timer;

  constructor(runtime: Runtime, request: unknown, timeoutMs: number, settle: Settle) {
    this.request = request;
    this.answer = settle.resolve;
    this.refuse = settle.reject;
    this.timer = runtime.clock.after(timeoutMs, () => this.fail({ timeout: 'GenServer.call' }));
  }

  /** Answers the caller; too late is not told to anyone, the alias is gone. */
  reply(value: unknown): void {
    this.timer.cancel();
    this.answer?.(value);
    this.answer = this.refuse = null;
  }

  fail(reason: ExitReason): void {
    this.timer.cancel();
    this.refuse?.(new Exit(reason));
    this.answer = this.refuse = null;
  }
}

interface Settle {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Exit) => void;
}

/** A process that answers requests one at a time, also those nobody awaits any more (phoenix-semantics 3.4). */
export abstract class GenServer extends Process {
  private current: Call | null = null;

  override get kind(): 'server' {
    return 'server';
  }

  protected abstract handleCall(request: unknown): unknown;

  protected override receive(message: unknown): void | Promise<void> {
    if (!(message instanceof Call)) return;
    this.current = message;
    const answer = this.handleCall(message.request);
    if (!(answer instanceof Promise)) return this.finish(message, answer);
    return answer.then((value: unknown) => this.finish(message, value));
  }

  private finish(call: Call, value: unknown): void {
    this.current = null;
    if (this.alive) call.reply(value);
  }

  protected override ended(reason: ExitReason): void {
    this.current?.fail(reason);
  }
}

/**
 * GenServer.call: the answer, or a rejection with an `Exit` after `timeoutMs` or at once when the name is not registered.
 * The clock is the caller's; the server learns nothing of a timeout.
 */
export function callServer(
  runtime: Runtime,
  name: string,
  request: unknown,
  timeoutMs: number,
): Promise<unknown> {
  const server = runtime.whereIs(name);
  if (server === null) return Promise.reject(new Exit('noproc'));
  return new Promise((resolve, reject) => {
    server.send(new Call(runtime, request, timeoutMs, { resolve, reject }));
  });
}
