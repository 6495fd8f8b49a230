/** Rows pile up in a table, or are swept out of it (phoenix-semantics 3.8). */
import { askedOfServer } from '../fault.ts';

export const tableBloat = askedOfServer(({ rows, bytes, sweep }) => ({
  rows: Number(rows),
  bytes: Number(bytes),
  sweep: String(sweep),
}));
