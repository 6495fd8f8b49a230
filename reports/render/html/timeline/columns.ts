/**
 * The run in columns: a second each, or several seconds where there would be
 * more columns than a screen can show. A merged column keeps the worst second
 * of latencies and gauges (percentiles are never averaged), the fewest clients,
 * and the mean per second of everything counted.
 */

import { causeWords } from '../../../../harness/base/timeout-causes.ts';
import type { RunRecord } from '../../../../harness/record/run-record.ts';
import type {
  BroadcastLine,
  CauseLine,
  WindowLine,
  WindowTrend,
} from '../../../../harness/record/timeline-line.ts';

/** More columns than this are merged. */
export const MOST_COLUMNS = 400;

/** Percentiles of a column, in ms. */
export type ColumnTrend = { count: number; p50: number; p99: number; p999: number; max: number };

/** All broadcasts due within a column. */
export type ColumnBroadcasts = {
  count: number;
  firstMs: number | null;
  lastMs: number | null;
  missing: number;
};

export type Column = {
  fromMs: number;
  toMs: number;
  connected: number;
  joined: number;
  offered: number;
  sent: number;
  drops: number;
  reconnects: number;
  /** Connects per second as the server counted them; null where it did not tell. */
  serverConnects: number | null;
  errors: number;
  /** By cause where the run knows causes, else by what timed out. */
  timeouts: Record<string, number>;
  push: ColumnTrend | null;
  join: ColumnTrend | null;
  /** Lower edge in ms of a cell of the log grid, and its samples. */
  cells: Map<number, number>;
  broadcasts: ColumnBroadcasts | null;
  mailbox: { sum: number; max: number; oldestWaitMs: number } | null;
  cpu: number | null;
  serverLagMs: number | null;
  latenessMs: number;
};

/** The columns of a run on one axis. `columns` has a hole (null) where no window was written. */
export type Timeline = {
  /** Seconds a column stands for. */
  secondsPerColumn: number;
  fromMs: number;
  toMs: number;
  columns: (Column | null)[];
};

/** Merges the windows and broadcasts of a run into at most `most` columns. */
export function timelineOf(record: RunRecord, most = MOST_COLUMNS): Timeline {
  const seconds = record.windows.map((window) => Math.floor(window.atMs / 1_000 + 1e-6));
  const first = Math.min(0, ...extremes(seconds));
  const lastOfRun = Math.ceil(record.summary.durationMs / 1_000) - 1;
  const last = Math.max(first, Number.isFinite(lastOfRun) ? lastOfRun : 0, ...extremes(seconds));
  const secondsPerColumn = Math.max(1, Math.ceil((last - first + 1) / most));
  const count = Math.ceil((last - first + 1) / secondsPerColumn);

  const windows = Array.from({ length: count }, (): WindowLine[] => []);
  record.windows.forEach((window, index) => {
    windows[Math.floor(((seconds[index] ?? 0) - first) / secondsPerColumn)]?.push(window);
  });
  const broadcasts = Array.from({ length: count }, (): BroadcastLine[] => []);
  for (const broadcast of record.broadcasts) {
    broadcasts[Math.floor((broadcast.atMs / 1_000 - first) / secondsPerColumn)]?.push(broadcast);
  }
  const causes = Array.from({ length: count }, (): CauseLine[] => []);
  for (const line of record.causes ?? []) {
    causes[Math.floor((line.atMs / 1_000 - first) / secondsPerColumn)]?.push(line);
  }
  // Either for the whole run: two ways to count would not add up.
  const knowsCauses = (record.causes ?? []).length > 0;
  const columns = windows.map((group, index) => {
    const fromMs = (first + index * secondsPerColumn) * 1_000;
    const toMs = fromMs + secondsPerColumn * 1_000;
    const column = mergeColumn(group, broadcasts[index] ?? [], fromMs, toMs);
    if (column && knowsCauses) column.timeouts = meanCauses(causes[index] ?? [], group.length);
    return column;
  });
  return {
    secondsPerColumn,
    fromMs: first * 1_000,
    toMs: (first + count * secondsPerColumn) * 1_000,
    columns,
  };
}

function extremes(values: readonly number[]): number[] {
  // Spreading a whole run's values could exceed the argument limit.
  const found = values.filter(Number.isFinite);
  if (found.length === 0) return [];
  return [found.reduce((a, b) => Math.min(a, b)), found.reduce((a, b) => Math.max(a, b))];
}

function mergeColumn(
  windows: readonly WindowLine[],
  broadcasts: readonly BroadcastLine[],
  fromMs: number,
  toMs: number,
): Column | null {
  if (windows.length === 0 && broadcasts.length === 0) return null;
  const mean = (pick: (window: WindowLine) => number): number =>
    windows.length === 0 ? Number.NaN : windows.reduce((sum, one) => sum + pick(one), 0) / windows.length;
  const fewest = (pick: (window: WindowLine) => number): number =>
    windows.length === 0 ? Number.NaN : Math.min(...windows.map(pick));
  return {
    fromMs,
    toMs,
    connected: fewest((one) => one.clients.connected),
    joined: fewest((one) => one.clients.joined),
    offered: mean((one) => one.offered),
    sent: mean((one) => one.sent),
    drops: mean((one) => one.drops),
    reconnects: mean((one) => one.reconnects),
    serverConnects: most(windows.map((one) => one.server?.connectsPerSecond)),
    errors: mean((one) => one.errors),
    timeouts: meanTimeouts(windows),
    push: worstTrend(windows.map((one) => one.push)),
    join: worstTrend(windows.map((one) => one.join)),
    cells: sumCells(windows),
    broadcasts: mergeBroadcasts(broadcasts),
    mailbox: worstMailbox(windows),
    cpu: most(windows.map((one) => one.server?.cpu)),
    serverLagMs: most(windows.map((one) => one.server?.loopLagMs)),
    latenessMs: most(windows.map((one) => one.driver.latenessP99Ms)) ?? Number.NaN,
  };
}

/** The largest of the numbers that are known. */
export function most(values: readonly (number | null | undefined)[]): number | null {
  let largest: number | null = null;
  for (const value of values) {
    if (typeof value === 'number' && Number.isFinite(value) && (largest === null || value > largest))
      largest = value;
  }
  return largest;
}

function meanTimeouts(windows: readonly WindowLine[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const window of windows) {
    for (const [cause, count] of Object.entries(window.timeouts))
      sums.set(cause, (sums.get(cause) ?? 0) + count);
  }
  return Object.fromEntries([...sums].map(([cause, sum]) => [cause, sum / windows.length]));
}

function meanCauses(lines: readonly CauseLine[], seconds: number): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { cause, count } of lines) {
    sums.set(causeWords(cause), (sums.get(causeWords(cause)) ?? 0) + count / Math.max(1, seconds));
  }
  return Object.fromEntries(sums);
}

function worstTrend(trends: readonly (WindowTrend | undefined)[]): ColumnTrend | null {
  const some = trends.filter((one): one is WindowTrend => one !== undefined && one.count > 0);
  if (some.length === 0) return null;
  const worst = (pick: (one: WindowTrend) => number): number => Math.max(...some.map(pick));
  return {
    count: some.reduce((sum, one) => sum + one.count, 0),
    p50: worst((one) => one.p50),
    p99: worst((one) => one.p99),
    p999: worst((one) => one.p999),
    max: worst((one) => one.max),
  };
}

function sumCells(windows: readonly WindowLine[]): Map<number, number> {
  const cells = new Map<number, number>();
  for (const window of windows) {
    for (const [edge, count] of window.pushCells) cells.set(edge, (cells.get(edge) ?? 0) + count);
  }
  return cells;
}

function mergeBroadcasts(broadcasts: readonly BroadcastLine[]): ColumnBroadcasts | null {
  if (broadcasts.length === 0) return null;
  const firsts = broadcasts.map((one) => one.firstMs).filter((one) => one !== null);
  return {
    count: broadcasts.length,
    firstMs: firsts.length === 0 ? null : firsts.reduce((a, b) => Math.min(a, b)),
    lastMs: most(broadcasts.map((one) => one.lastMs)),
    missing: broadcasts.reduce((sum, one) => sum + one.missing, 0),
  };
}

function worstMailbox(windows: readonly WindowLine[]): Column['mailbox'] {
  const some = windows.flatMap((one) => (one.mailbox ? [one.mailbox] : []));
  if (some.length === 0) return null;
  return {
    sum: Math.max(...some.map((one) => one.sum)),
    max: Math.max(...some.map((one) => one.max)),
    oldestWaitMs: Math.max(...some.map((one) => one.oldestWaitMs)),
  };
}
