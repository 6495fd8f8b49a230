import type { Table } from '../otp/table.ts';
import type { EndpointContext } from '../phoenix/context.ts';
import { beat } from './beat.ts';
import { FaultRefused, type FaultKind } from './fault.ts';
import { numberIn, textIn } from './order-params.ts';
import { pour } from './pour.ts';

const TABLE = 'drill';
const SWEEP_MS = 1_000;

function drillTable({ tables }: EndpointContext): Table {
  const table = tables.get(TABLE);
  if (table?.alive !== true) throw new FaultRefused(`no table is called ${TABLE} here`);
  return table;
}

/** Rows of one fault in a table that holds those of others. */
class Rows {
  private readonly table: Table;
  private readonly prefix: string;
  private readonly bytes: number;
  private from = 0;
  private until = 0;

  constructor(table: Table, prefix: string, bytes: number) {
    this.table = table;
    this.prefix = prefix;
    this.bytes = bytes;
  }

  /** All that went in, those that were swept out again included. */
  get count(): number {
    return this.until;
  }

  addUntil(until: number): void {
    // Filled, because the kernel gives no memory for zeros nobody wrote.
    for (; this.until < until; this.until += 1)
      this.table.insert(`${this.prefix}/${this.until}`, Buffer.alloc(this.bytes, 1));
  }

  sweep(): void {
    for (; this.from < this.until; this.from += 1) this.table.delete(`${this.prefix}/${this.from}`);
  }
}

/** A table that only grows, because nobody owns the cleaning of it (phoenix-semantics 3.8); or is swept, and stays level. It counts rows. */
export const tableBloat: FaultKind = {
  kind: 'table_bloat',
  about:
    'so many rows of so many bytes a second go into the table drill; sweep all takes them out each second, lift for good',
  params: {
    rows: { type: 'count', required: true, min: 1, max: 100_000 },
    bytes: { type: 'bytes', required: true, min: 1, max: 1_000_000 },
    sweep: { type: 'choice', required: false, of: ['none', 'all'] },
  },
  hits: 'rows',

  inject(order, target) {
    const { clock } = target.runtime;
    const rows = new Rows(drillTable(target), order.id, numberIn(order, 'bytes'));
    const stopPouring = pour(clock, numberIn(order, 'rows'), (_from, until) => rows.addUntil(until));
    const sweeps = textIn(order, 'sweep', 'none') === 'all';
    const stopSweeping = sweeps ? beat(clock, SWEEP_MS, () => rows.sweep()) : null;
    return {
      lift() {
        stopPouring();
        stopSweeping?.();
        rows.sweep();
      },
      count: () => rows.count,
    };
  },
};
