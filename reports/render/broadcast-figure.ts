/** One figure for all broadcasts: how long the last receiver waits when nothing is wrong, and at worst. */

import type { RunRecord } from '../../harness/record/run-record.ts';
import type { BroadcastLine } from '../../harness/record/timeline-line.ts';
import { type FaultSpan, spanBehind } from './fault-spans.ts';

export type BroadcastFigure = {
  /** Most receivers any broadcast had. */
  receivers: number;
  /** The middle one of the largest broadcasts with no fault on; with faults where there is none without. */
  lastMs: number;
  /** Broadcasts it is the middle one of. */
  count: number;
  /** The slowest of the largest, when it is slower by half, and the fault it fell in. */
  worst: { lastMs: number; faultName: string | null } | null;
};

/** Broadcasts with at least this share of the most receivers count as the largest ones. */
const LARGE_SHARE = 0.8;
const SLOWER = 1.5;

type Settled = BroadcastLine & { lastMs: number };

/** The figure, or null when no broadcast reached anybody. */
export function broadcastFigure(record: RunRecord, spans: readonly FaultSpan[]): BroadcastFigure | null {
  const receivers = record.broadcasts.reduce((largest, one) => Math.max(largest, one.expected), 0);
  const large = record.broadcasts.filter(
    (one): one is Settled => one.lastMs !== null && one.expected >= receivers * LARGE_SHARE,
  );
  if (large.length === 0) return null;
  const steady = large.filter((one) => spanBehind(spans, one.atMs) === null);
  const judged = (steady.length > 0 ? steady : large).toSorted((a, b) => a.lastMs - b.lastMs);
  const middle = judged[Math.floor((judged.length - 1) / 2)];
  const slowest = large.reduce((worst, one) => (one.lastMs > worst.lastMs ? one : worst));
  if (!middle) return null;
  const worst =
    slowest.lastMs >= middle.lastMs * SLOWER
      ? { lastMs: slowest.lastMs, faultName: spanBehind(spans, slowest.atMs)?.fault.name ?? null }
      : null;
  return { receivers, lastMs: middle.lastMs, count: judged.length, worst };
}
