import type { Call } from '../otp/call.ts';
import type { ExitReason } from '../otp/exit-reason.ts';
import type { Process } from '../otp/process.ts';

/** The callbacks of a server of one's own: a GenServer (phoenix-semantics 3.4). All are optional. */
export interface ServerCallbacks {
  /** The answer of a call, or a promise of it; or NO_REPLY, and `from.reply(…)` later. */
  handleCall?(request: unknown, from: Call): unknown;
  /** Nobody waits for it. */
  handleCast?(request: unknown): void | Promise<void>;
  /** Any other message, a subscribed topic's too; dropped without it. */
  handleInfo?(message: unknown): void | Promise<void>;
  /** Runs before an end this process knows of. */
  terminate?(reason: ExitReason): void | Promise<void>;
}

/** A server with a state; made by `server`. */
export class ServerDefinition {
  readonly start: (self: Process) => ServerCallbacks;

  constructor(start: (self: Process) => ServerCallbacks) {
    this.start = start;
  }
}

/** A named server: a function of one request at a time, or `server(…)`. */
export type Worker = ((request: unknown, self: Process) => unknown) | ServerDefinition;

/**
 * A server with a state: `start` is its init/1 and runs again at every restart, so what it declares starts anew.
 *
 *     counter: server(() => { let count = 0; return { handleCall: () => (count += 1) }; })
 */
export function server(start: (self: Process) => ServerCallbacks): ServerDefinition {
  return new ServerDefinition(start);
}
