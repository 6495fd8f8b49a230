import type { Timer } from './clock.ts';
import { Exit, type ExitReason } from './exit-reason.ts';
import type { EndHook } from './extras.ts';
import type { Process } from './process.ts';

/** The default of GenServer.call and Task.await, in milliseconds. */
export const CALL_TIMEOUT_MS = 5_000;

/** A duration in milliseconds, or none at all. */
export type TimeoutMs = number | 'infinity';

/** How a call ends; only the first way counts. */
export interface Settle {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Exit) => void;
}

/** One GenServer.call: the message, and what is left of it with the caller (phoenix-semantics 3.4). */
export class Call implements EndHook {
  readonly request: unknown;
  private readonly callee: Process;
  private readonly caller: Process | null;
  private settle: Settle | null;
  private timer: Timer | null = null;

  constructor(callee: Process, request: unknown, caller: Process | null, settle: Settle) {
    this.callee = callee;
    this.request = request;
    this.caller = caller;
    this.settle = settle;
    callee.onEnd(this);
    caller?.onEnd(this);
  }

  /** Starts the caller's clock. */
  expireAfter(timeoutMs: TimeoutMs): void {
    if (timeoutMs === 'infinity' || this.settle === null) return;
    const { clock } = this.callee.runtime;
    this.timer = clock.after(timeoutMs, () => {
      // Whatever else is due in this instant goes first: a reply that arrives now is still returned.
      this.timer = clock.after(0, () => this.fail({ timeout: 'GenServer.call' }));
    });
  }

  /** Answers the caller; too late is not told to anyone, the alias is gone. */
  reply(value: unknown): void {
    this.close()?.resolve(value);
  }

  /** The callee died, or the caller did and nobody waits any more. */
  processEnded(process: Process, reason: ExitReason): void {
    if (process === this.callee) this.fail({ call: reason });
    else this.close();
  }

  private fail(reason: ExitReason): void {
    this.close()?.reject(new Exit(reason));
  }

  private close(): Settle | null {
    const { settle } = this;
    this.settle = null;
    this.timer?.cancel();
    this.callee.offEnd(this);
    this.caller?.offEnd(this);
    return settle;
  }
}

/** One GenServer.cast. */
export class Cast {
  readonly request: unknown;

  constructor(request: unknown) {
    this.request = request;
  }
}

/** A request to end in order, behind the mail that waits: `:sys.terminate`. */
export class StopRequest {
  readonly reason: ExitReason;

  constructor(reason: ExitReason) {
    this.reason = reason;
  }
}
