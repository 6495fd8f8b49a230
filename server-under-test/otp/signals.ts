import type { ExitReason } from './exit-reason.ts';
import type { Process } from './process.ts';
import type { Table } from './table.ts';

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

/** The result of a task nobody awaited: `{ref, value}` (phoenix-semantics 3.6). */
export class TaskResult {
  /** The task itself stands for its ref. */
  readonly ref: Process;
  readonly value: unknown;

  constructor(ref: Process, value: unknown) {
    this.ref = ref;
    this.value = value;
  }
}

/** A table changed hands: Erlang's 'ETS-TRANSFER'. */
export class TableTransfer {
  readonly table: Table;
  readonly from: Process;
  readonly data: unknown;

  constructor(table: Table, from: Process, data: unknown) {
    this.table = table;
    this.from = from;
    this.data = data;
  }
}
