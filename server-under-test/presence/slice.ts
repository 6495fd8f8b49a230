import type { Meta } from './entry.ts';
import type { Span } from './seen.ts';

/** One entry as it travels: clock, topic, key, meta. */
export type SliceValue = readonly [clock: number, topic: string, key: string, meta: Meta];

/**
 * A statement about one replica: of its events `from < clock <= to` all but `values` are gone for good, and so are the
 * entries `removed` from before. Absence is for ever, so a statement may come late, twice or out of order.
 *
 * A delta is a slice of one period, a full state is a slice from 0. JSON carries it as it is.
 */
export interface Slice extends Span {
  readonly replica: string;
  readonly removed: readonly number[];
  readonly values: readonly SliceValue[];
}

/** What a slice weighs against the limit of a log: its values and removals. */
export function sliceSize(slice: Slice): number {
  return slice.values.length + slice.removed.length;
}

/** Two statements as one, in any order; null when events between them are missing. */
export function joinSlices(a: Slice, b: Slice): Slice | null {
  if (a.replica !== b.replica || a.from > b.to || b.from > a.to) return null;
  const from = Math.min(a.from, b.from);
  const removed = new Set([...a.removed, ...b.removed].filter((clock) => clock <= from));
  const survivors = [...surviving(a, b), ...surviving(b, a)];
  const byClock = new Map(survivors.map((value) => [value[0], value]));
  return {
    replica: a.replica,
    from,
    to: Math.max(a.to, b.to),
    removed: [...removed],
    values: [...byClock.values()].toSorted((one, other) => one[0] - other[0]),
  };
}

/** The values of `slice` that `other` does not know to be gone. */
function surviving(slice: Slice, other: Slice): SliceValue[] {
  const kept = new Set(other.values.map(([clock]) => clock));
  const gone = new Set(other.removed);
  return slice.values.filter(([clock]) => {
    if (kept.has(clock)) return true;
    return !gone.has(clock) && (clock <= other.from || clock > other.to);
  });
}
