import type { ExitReason } from './exit-reason.ts';
import type { Process } from './process.ts';

/** A monitored process ended: Erlang's 'DOWN'. */
export class Down {
  readonly process: Process;
  readonly reason: ExitReason;

  constructor(process: Process, reason: ExitReason) {
    this.process = process;
    this.reason = reason;
  }
}

/** An exit signal that was trapped: Erlang's 'EXIT'. */
export class ExitMessage {
  readonly from: Process | null;
  readonly reason: ExitReason;

  constructor(from: Process | null, reason: ExitReason) {
    this.from = from;
    this.reason = reason;
  }
}
