/**
 * What each fault did: its metrics before, during and after, and how long it
 * took after the lift until the system was steady again.
 */
import type { FaultSpan } from '../faults/schedule.ts';
import type { RunTotals } from '../measure/run-totals.ts';
import type { TrendName } from '../measure/names.ts';
import type { FaultEffect } from '../record/run-record.ts';
import type { EffectName } from '../scenario/fault-spec.ts';
import type { BroadcastLine, WindowLine } from '../record/timeline-line.ts';

/** Seconds looked at before and after a fault, and steady seconds in a row that count as recovered. */
const BEFORE_S = 10;
const AFTER_S = 10;
const STEADY_IN_A_ROW = 3;

export type RunSeries = {
  totals: RunTotals;
  windows: readonly WindowLine[];
  broadcasts: readonly BroadcastLine[];
};

type Range = { fromMs: number; untilMs: number };

/** A figure of a part of the run; null when there was nothing to measure. */
type Figure = (series: RunSeries, range: Range) => number | null;

type EffectSpec = { metric: string; unit: FaultEffect['unit']; figure: Figure };

const p99 =
  (name: TrendName): Figure =>
  ({ totals }, range) => {
    const histogram = totals.trend(name, (window) => isIn(window * 1_000, range));
    return histogram.count === 0 ? null : histogram.percentile(99) / 1e3;
  };

const mostOf =
  (read: (line: WindowLine) => number | undefined | null): Figure =>
  ({ windows }, range) => {
    const values = windows.filter((line) => isIn(line.atMs, range)).map(read);
    const known = values.filter((value) => value !== undefined && value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };

const sumOf =
  (read: (line: WindowLine) => number): Figure =>
  ({ windows }, range) =>
    windows.filter((line) => isIn(line.atMs, range)).reduce((sum, line) => sum + read(line), 0);

/** On a machine whose cores are all busy the server cannot use more of them, only get less done with them. */
const cpuPerDelivery: Figure = ({ windows }, range) => {
  let cpuMs = 0;
  let deliveries = 0;
  for (const line of windows) {
    if (!isIn(line.atMs, range) || line.server?.cpu == null) continue;
    cpuMs += line.server.cpu * 1e3;
    deliveries += line.deliveries;
  }
  return deliveries === 0 ? null : cpuMs / deliveries;
};

const fewestJoined: Figure = ({ windows }, range) => {
  const values = windows.filter((line) => isIn(line.atMs, range)).map((line) => line.clients.joined);
  return values.length === 0 ? null : Math.min(...values);
};

/** The last receiver of the middling broadcast due in that time: one client in the dark must not speak for all. */
const broadcastLast: Figure = ({ broadcasts }, range) => {
  const values = broadcasts.filter((line) => isIn(line.atMs, range)).map((line) => line.lastMs);
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return known[Math.floor(known.length / 2)] ?? null;
};

const missing: Figure = ({ broadcasts }, range) =>
  broadcasts.filter((line) => isIn(line.atMs, range)).reduce((sum, line) => sum + line.missing, 0);

const most = (metric: string, read: (line: WindowLine) => number | undefined | null): EffectSpec => ({
  metric,
  unit: 'count',
  figure: mostOf(read),
});

function sumOver(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The records have no unit for bytes; a count of these reads as well. */
function inMebibytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 2 ** 20;
}

const EFFECTS: Readonly<Record<EffectName, EffectSpec>> = {
  connects: { metric: 'connect_duration p99', unit: 'ms', figure: p99('connect_duration') },
  joins: { metric: 'join_duration p99', unit: 'ms', figure: p99('join_duration') },
  pushes: { metric: 'push_duration p99', unit: 'ms', figure: p99('push_duration') },
  heartbeats: { metric: 'heartbeat_duration p99', unit: 'ms', figure: p99('heartbeat_duration') },
  'last receiver': { metric: 'broadcast, last receiver', unit: 'ms', figure: broadcastLast },
  mailboxes: most('mailboxes, most at once', (line) => line.mailbox?.sum),
  'longest mailbox': most('longest mailbox', (line) => line.mailbox?.max),
  'cpu per delivery': { metric: 'server CPU per delivery', unit: 'ms', figure: cpuPerDelivery },
  'clients joined': { metric: 'clients joined, fewest', unit: 'count', figure: fewestJoined },
  errors: { metric: 'errors', unit: 'count', figure: sumOf((line) => line.errors) },
  processes: most('server processes', (line) => line.server?.processes),
  'table memory': most('tables, MiB', (line) => inMebibytes(line.server?.etsBytes)),
  'server memory': most('server memory, MiB', (line) => inMebibytes(line.server?.rssBytes)),
  drops: { metric: 'drops', unit: 'count', figure: sumOf((line) => line.drops) },
  missing: { metric: 'deliveries missing', unit: 'count', figure: missing },
  reconnects: { metric: 'reconnect_duration p99', unit: 'ms', figure: p99('reconnect_duration') },
  timeouts: { metric: 'timeouts', unit: 'count', figure: sumOf((line) => sumOver(line.timeouts)) },
};

/** Before, during and after of every fault that was applied. */
export function effectsOf(
  span: FaultSpan,
  all: readonly FaultSpan[],
  series: RunSeries,
  rampMs: number,
): FaultEffect[] {
  if (span.appliedAtMs === null) return [];
  const endMs = (series.windows.at(-1)?.atMs ?? 0) + 1_000;
  const { before, during, after } = rangesOf(span, all, rampMs, endMs);
  return span.fault.effects
    .map((name) => EFFECTS[name])
    .map(({ metric, unit, figure }) => ({
      metric,
      unit,
      before: before ? figure(series, before) : null,
      during: figure(series, during),
      after: after ? figure(series, after) : null,
    }));
}

function rangesOf(
  span: FaultSpan,
  all: readonly FaultSpan[],
  rampMs: number,
  endMs: number,
): { before: Range | null; during: Range; after: Range | null } {
  const during = secondsOf(span, endMs);
  const others = all.filter((other) => other !== span && other.appliedAtMs !== null);
  const next = others.map((other) => secondsOf(other, endMs).fromMs).filter((ms) => ms >= during.untilMs);
  const ceiling = Math.min(endMs, ...next);
  const after = { fromMs: Math.max(during.untilMs, ceiling - AFTER_S * 1_000), untilMs: ceiling };
  return {
    before: calmBefore(during.fromMs, others, rampMs, endMs),
    during,
    after: after.untilMs - after.fromMs >= 1_000 ? after : null,
  };
}

/** The last calm stretch before a fault, after the ramp: right before it, or where faults crowd, before an earlier one. */
function calmBefore(
  fromMs: number,
  others: readonly FaultSpan[],
  rampMs: number,
  endMs: number,
): Range | null {
  const earlier = others
    .map((other) => secondsOf(other, endMs))
    .filter((other) => other.fromMs < fromMs)
    .toSorted((a, b) => b.fromMs - a.fromMs);
  let untilMs = fromMs;
  for (const other of [...earlier, { fromMs: 0, untilMs: Math.ceil(rampMs / 1_000) * 1_000 }]) {
    const startMs = Math.max(other.untilMs, untilMs - BEFORE_S * 1_000);
    if (untilMs - startMs >= 1_000) return { fromMs: startMs, untilMs };
    untilMs = Math.min(untilMs, other.fromMs);
  }
  return null;
}

/** Whole seconds: one that the fault touched belongs to the fault. */
function secondsOf(span: FaultSpan, endMs: number): Range {
  return {
    fromMs: secondOf(span.appliedAtMs ?? 0),
    untilMs: Math.ceil((span.liftedAtMs ?? endMs) / 1_000) * 1_000,
  };
}

/**
 * Milliseconds from the lift until the fault's first metric was as before for
 * three seconds in a row, that of the lift included: at most half as much again and
 * 5 ms more, or for clients, all that were joined before. Null when that was not seen.
 */
export function recoveryMs(
  span: FaultSpan,
  all: readonly FaultSpan[],
  series: RunSeries,
  rampMs: number,
): number | null {
  const [first] = span.fault.effects;
  const spec = first === undefined ? undefined : EFFECTS[first];
  const before = effectsOf(span, all, series, rampMs)[0]?.before ?? null;
  if (!spec || span.liftedAtMs === null || before === null) return null;
  let inARow = 0;
  for (const { atMs } of series.windows) {
    // The second of the lift counts where it is steady: then the fault no longer showed when it went.
    if (atMs + 1_000 <= span.liftedAtMs) continue;
    const value = spec.figure(series, { fromMs: atMs, untilMs: atMs + 1_000 });
    // A second without a sample neither shows trouble nor its end: it counts with its neighbours.
    const steady =
      value === null || (spec.figure === fewestJoined ? value >= before : value <= before * 1.5 + 5);
    inARow = steady ? inARow + 1 : 0;
    if (inARow === STEADY_IN_A_ROW) {
      return Math.max(0, atMs - (STEADY_IN_A_ROW - 1) * 1_000 - span.liftedAtMs);
    }
  }
  return null;
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}

function isIn(ms: number, { fromMs, untilMs }: Range): boolean {
  return ms >= fromMs && ms < untilMs;
}
