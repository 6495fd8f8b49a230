/** The truth of a run from the server's log and the plan, and how far the record is from it. */
import type { Metric, TrendMetric } from '../../harness/record/run-record.ts';
import type { CopyRow, PushRow, TruthLog } from './truth-log.ts';

/** The claim: within a millisecond or two per cent, whichever is more. */
const SLACK = { ms: 1, share: 0.02 };
/** A cell of a histogram of three digits, and what rounding and two readings of one clock may add. */
const CELL = { ms: 0.02, share: 0.001 };

const QUANTILES = { p50: 'med', p99: 'p99', 'p99.9': 'p999', max: 'max' } as const;
export type Quantile = keyof typeof QUANTILES;

const SHARES: Readonly<Record<Quantile, number>> = { p50: 0.5, p99: 0.99, 'p99.9': 0.999, max: 1 };

/** Nearest rank, as HdrHistogram has it: the smallest value that this share of all does not exceed. */
export function quantileOf(sorted: readonly number[], quantile: Quantile): number {
  const rank = Math.ceil(SHARES[quantile] * sorted.length - 1e-9);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}

export function sortedMs(us: Iterable<number>): number[] {
  return [...us].map((one) => one / 1e3).toSorted((a, b) => a - b);
}

/** Values of one metric, ms, rising: the truth, and the least and most that an honest driver may record. */
export type Truth = { ms: number[]; leastMs: number[]; mostMs: number[] };

/** Latencies of answers and copies from when they were due. */
export function truthOf(dues: ReadonlyMap<PushRow | CopyRow, number>): Truth {
  const unseen = [...dues.keys()].find((row) => row.writtenUs === 0 || row.seenUs === 0);
  if (unseen) throw new Error(`never written or never seen: ${JSON.stringify(unseen)}`);
  const ms = sortedMs([...dues].map(([row, dueUs]) => row.writtenUs - dueUs));
  return { ms, leastMs: ms, mostMs: sortedMs([...dues].map(([row, dueUs]) => row.seenUs - dueUs)) };
}

/** First to last copy of each broadcast. */
export function spreadsOf({ copies }: TruthLog): Truth {
  const broadcasts = [
    ...Map.groupBy(copies, (row) => `${row.isStamp} ${row.publisher} ${row.count}`).values(),
  ];
  const first = (rows: readonly CopyRow[], key: 'writtenUs' | 'seenUs'): number =>
    Math.min(...rows.map((row) => row[key]));
  const last = (rows: readonly CopyRow[], key: 'writtenUs' | 'seenUs'): number =>
    Math.max(...rows.map((row) => row[key]));
  return {
    ms: sortedMs(broadcasts.map((rows) => last(rows, 'writtenUs') - first(rows, 'writtenUs'))),
    leastMs: sortedMs(broadcasts.map((rows) => last(rows, 'writtenUs') - first(rows, 'seenUs'))),
    mostMs: sortedMs(broadcasts.map((rows) => last(rows, 'seenUs') - first(rows, 'writtenUs'))),
  };
}

/** Each client acts at start + phase + k intervals, from the first of those that has not passed. */
export type Plan = { intervalMs: number; phaseMs(client: number): number };

/**
 * When the plan began, from the one stamp the driver puts on a broadcast that
 * falls due in the given moment. `duesOf` checks it against every push.
 */
export function startOf(log: TruthLog, stampAtMs: number): number {
  const [stamp, ...more] = log.stamps;
  if (!stamp || more.length > 0) throw new Error(`${log.stamps.length} stamps instead of one`);
  return stamp.dueUs - stampAtMs * 1e3;
}

/** The due time of every push by the plan; a client whose count has a hole throws. */
export function duesOf(pushes: readonly PushRow[], plan: Plan, startUs: number): Map<PushRow, number> {
  const dues = new Map<PushRow, number>();
  for (const [client, rows] of Map.groupBy(pushes, (row) => row.client)) {
    const inOrder = rows.toSorted((a, b) => a.sequence - b.sequence);
    const firstUs = inOrder[0]?.readUs ?? 0;
    const intervalUs = plan.intervalMs * 1e3;
    const phaseUs = startUs + plan.phaseMs(client) * 1e3;
    const skipped = Math.floor((firstUs - phaseUs) / intervalUs);
    for (const [place, row] of inOrder.entries()) {
      if (row.sequence !== place) throw new Error(`client ${client} has no push ${place}`);
      dues.set(row, phaseUs + (skipped + place) * intervalUs);
    }
  }
  return dues;
}

export type Row = {
  name: string;
  quantile: Quantile;
  truthMs: number;
  /** No sample can have been less, and none more: the driver stamps between writing and the end of its own reading. */
  leastMs: number;
  mostMs: number;
  recordedMs: number;
  allowedMs: number;
};

/** A recorded metric beside its truth; `shares` replaces the two per cent of one quantile. */
export function compare(
  name: string,
  truth: Truth,
  metric: Metric | undefined,
  shares: Partial<Record<Quantile, number>> = {},
): Row[] {
  const recorded = trendOf(metric);
  return (Object.keys(QUANTILES) as Quantile[]).map((quantile) => {
    const truthMs = quantileOf(truth.ms, quantile);
    return {
      name,
      quantile,
      truthMs,
      leastMs: quantileOf(truth.leastMs, quantile),
      mostMs: quantileOf(truth.mostMs, quantile),
      recordedMs: recorded[QUANTILES[quantile]],
      allowedMs: Math.max(SLACK.ms, truthMs * (shares[quantile] ?? SLACK.share)),
    };
  });
}

/** The claim. */
export function isTrue(row: Row): boolean {
  return Math.abs(row.recordedMs - row.truthMs) <= row.allowedMs;
}

/** What holds on any machine, however little of it we got: sample by sample, hence quantile by quantile. */
export function isPossible({ recordedMs, leastMs, mostMs }: Row): boolean {
  const lowest = leastMs * (1 - CELL.share) - CELL.ms;
  return recordedMs >= lowest && recordedMs <= mostMs * (1 + CELL.share) + CELL.ms;
}

export function trendOf(metric: Metric | undefined): TrendMetric {
  if (!metric || !('p999' in metric)) throw new Error('no such distribution in the summary');
  return metric;
}

/** Rows as text. Beyond the claim: what could be read in the driver's process at all. */
export function table(rows: readonly Row[]): string {
  const head = ['case', 'quantile', 'truth ms', 'recorded ms', 'difference ms', ''];
  const body = rows.map((row) => {
    const difference = row.recordedMs - row.truthMs;
    const possible = `${row.leastMs.toFixed(3)} to ${row.mostMs.toFixed(3)} could be read`;
    const remark = isPossible(row) ? (isTrue(row) ? '' : possible) : 'IMPOSSIBLE';
    const signed = `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)}`;
    return [row.name, row.quantile, row.truthMs.toFixed(3), row.recordedMs.toFixed(3), signed, remark];
  });
  const lines = [head, ...body];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const cells = (line: string[]): string[] =>
    line.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column >= 2 && column <= 4 ? cell.padStart(width) : cell.padEnd(width);
    });
  return lines.map((line) => cells(line).join('  ').trimEnd()).join('\n');
}
