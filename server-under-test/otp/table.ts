import { Exit, type ExitReason } from './exit-reason.ts';
import type { EndHook } from './extras.ts';
import type { Process } from './process.ts';
import { TableTransfer } from './signals.ts';
import { weigh } from './weight.ts';

/** Whose a table is. */
export interface TableOptions {
  readonly owner?: Process;
  /** Gets the table when its owner dies, and a TableTransfer with `heirData`. */
  readonly heir?: Process;
  readonly heirData?: unknown;
}

// Weighed once: a value that is changed later still leaves with the weight it came with.
class Weighed {
  readonly value: unknown;
  readonly bytes: number;

  constructor(value: unknown) {
    this.value = value;
    this.bytes = weigh(value);
  }
}

/**
 * An ETS table of type set: rows that stay until deleted, with their weight known at all times (phoenix-semantics 3.8).
 *
 * It dies with its owner or goes to the heir; one without an owner stays. Every access to a dead one throws an `Exit` badarg.
 */
export class Table implements EndHook {
  readonly name: string;
  private readonly heir: Process | null;
  private readonly heirData: unknown;
  private owning: Process | null;
  private weight = 0;
  private rowsByKey: Map<unknown, unknown> | null = new Map();

  constructor(name: string, options: TableOptions = {}) {
    this.name = name;
    this.owning = options.owner ?? null;
    this.heir = options.heir ?? null;
    this.heirData = options.heirData ?? null;
    if (this.owning?.alive === false) throw new Exit('badarg');
    this.owning?.onEnd(this);
  }

  get owner(): Process | null {
    return this.owning;
  }

  get alive(): boolean {
    return this.rowsByKey !== null;
  }

  get rows(): number {
    return this.rowsByKey?.size ?? 0;
  }

  /** Bytes of all values, by the rule of `weigh`. */
  get bytes(): number {
    return this.weight;
  }

  /** Inserts or replaces one row. */
  insert(key: unknown, value: unknown): void {
    const rows = this.access();
    const row = value instanceof Uint8Array ? value : new Weighed(value);
    this.weight += bytesOf(row) - bytesOf(rows.get(key));
    rows.set(key, row);
  }

  /** The value of a row; undefined where there is none. */
  lookup(key: unknown): unknown {
    const row = this.access().get(key);
    return row instanceof Weighed ? row.value : row;
  }

  has(key: unknown): boolean {
    return this.access().has(key);
  }

  delete(key: unknown): void {
    const rows = this.access();
    this.weight -= bytesOf(rows.get(key));
    rows.delete(key);
  }

  /** delete_all_objects. */
  clear(): void {
    this.access().clear();
    this.weight = 0;
  }

  /** Every row, in the order of insertion. */
  *entries(): Generator<[unknown, unknown]> {
    for (const [key, row] of this.access()) yield [key, row instanceof Weighed ? row.value : row];
  }

  /** give_away: the new owner gets a TableTransfer; a dead one is an `Exit` badarg. */
  giveAway(to: Process, data: unknown): void {
    this.access();
    if (!to.alive || this.owning === null || to === this.owning) throw new Exit('badarg');
    this.owning.offEnd(this);
    this.handOver(this.owning, to, data);
  }

  processEnded(process: Process, _reason: ExitReason): void {
    if (this.heir?.alive === true) return this.handOver(process, this.heir, this.heirData);
    this.rowsByKey = null;
    this.weight = 0;
    this.owning = null;
  }

  private handOver(from: Process, to: Process, data: unknown): void {
    this.owning = to;
    to.onEnd(this);
    to.send(new TableTransfer(this, from, data));
  }

  private access(): Map<unknown, unknown> {
    if (this.rowsByKey === null) throw new Exit('badarg');
    return this.rowsByKey;
  }
}

function bytesOf(row: unknown): number {
  if (row instanceof Weighed) return row.bytes;
  return row instanceof Uint8Array ? row.byteLength : 0;
}
