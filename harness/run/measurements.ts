/** Everything a run has measured, as the judge asks for it. */
import { metricOf } from '../base/metrics.ts';
import type { BroadcastResult } from '../measure/broadcasts.ts';
import { Histogram } from '../measure/histogram.ts';
import type { RunTotals } from '../measure/merge.ts';
import { OPERATIONS, TRENDS, type Counters, type TrendName } from '../measure/names.ts';
import type { Measurements } from '../judge/evaluate.ts';
import type { WindowLine } from '../record/run-record.ts';
import type { RunParts } from './parts.ts';

export type MeasuredRun = {
  totals: RunTotals;
  windows: readonly WindowLine[];
  broadcasts: readonly BroadcastResult[];
  recoveriesMs: readonly number[];
  startUs: number;
  parts: RunParts;
};

type Reading = { value: number; min: number; max: number };

const GAUGES: Readonly<Record<string, (line: WindowLine) => number | undefined>> = {
  mailbox_len: (line) => line.mailbox?.sum,
  mailbox_max: (line) => line.mailbox?.max,
  mailbox_oldest_wait: (line) => line.mailbox?.oldestWaitMs,
  process_count: (line) => line.server?.processes,
  ets_memory: (line) => line.server?.etsBytes,
  server_memory: (line) => line.server?.rssBytes,
  run_queue: (line) => line.server?.runQueue,
  worker_cpu: (line) => line.driver.cpu,
};

/** A trend of the catalogue over a part of the run; trends that no worker records come from the broadcasts. */
export function trendOf(run: MeasuredRun, metric: string, during: string): Histogram | null {
  const within = run.parts.within(during);
  if ((TRENDS as readonly string[]).includes(metric)) {
    return run.totals.trend(metric as TrendName, during === 'all' ? undefined : within);
  }
  if (metric === 'broadcast_spread') {
    const spread = new Histogram();
    for (const result of broadcastsWithin(run, during)) {
      if (result.received > 1) spread.record(result.lastUs - result.firstUs);
    }
    return spread;
  }
  if (metric === 'recovery_duration') {
    const recovery = new Histogram();
    for (const ms of run.recoveriesMs) recovery.record(ms * 1e3);
    return recovery;
  }
  return null;
}

function broadcastsWithin(run: MeasuredRun, during: string): BroadcastResult[] {
  const within = run.parts.within(during);
  // Due and delivered: one that a fault met on its way is no steady broadcast.
  const secondOf = (us: number): number => Math.floor(Math.round((us - run.startUs) / 1e3) / 1e3);
  return run.broadcasts.filter((result) => {
    const dueIn = secondOf(result.dueUs);
    const lastIn = Math.max(dueIn, secondOf(result.lastUs));
    return within(dueIn) && (during !== 'steady' || within(lastIn));
  });
}

/** A rate (count and share of the operations sent) or a counter (total and per second). */
export function totalOf(
  run: MeasuredRun,
  metric: string,
  during: string,
): { count: number; rate: number } | null {
  const within = run.parts.within(during);
  const counters = during === 'all' ? run.totals.counters : run.totals.countersWithin(within);
  const seconds = run.totals.windows().filter(within).length;
  if (seconds === 0) return null;
  const rate = rateOf(metric, counters);
  if (rate) return { count: rate.count, rate: rate.of === 0 ? 0 : rate.count / rate.of };
  const count = countOf(run, metric, counters, during);
  return count === null ? null : { count, rate: count / seconds };
}

function rateOf(metric: string, counters: Counters): { count: number; of: number } | null {
  switch (metric) {
    case 'join_timeouts':
      return { count: counters.join_timeout, of: counters.join_sent };
    case 'push_timeouts':
      return { count: counters.push_timeout, of: counters.push_sent };
    case 'heartbeat_timeouts':
      return { count: counters.heartbeat_timeout, of: counters.heartbeat_sent };
    case 'errors': {
      const count = OPERATIONS.reduce((sum, kind) => sum + counters[`${kind}_error`], 0);
      return { count, of: OPERATIONS.reduce((sum, kind) => sum + counters[`${kind}_sent`], 0) };
    }
    default:
      return null;
  }
}

function countOf(run: MeasuredRun, metric: string, counters: Counters, during: string): number | null {
  switch (metric) {
    case 'connections':
      return counters.connect_ok;
    case 'dropped_sends':
      return counters.push_dropped;
    case 'drops':
    case 'late_replies':
    case 'deliveries':
    case 'reconnects':
    case 'channel_crashes':
      return counters[metric];
    case 'delivery_missing':
    case 'delivery_duplicates':
    case 'delivery_reordered': {
      const field = (
        {
          delivery_missing: 'missing',
          delivery_duplicates: 'duplicate',
          delivery_reordered: 'reordered',
        } as const
      )[metric];
      return broadcastsWithin(run, during).reduce((sum, result) => sum + result[field], 0);
    }
    default:
      // The scenario's own counters are kept for the whole run only.
      return during === 'all' ? (run.totals.custom[metric] ?? 0) : null;
  }
}

export function gaugeOf(run: MeasuredRun, metric: string, during: string): Reading | null {
  const read = GAUGES[metric];
  if (!read) return null;
  const within = run.parts.within(during);
  const values = run.windows
    .filter((line) => within(line.atMs / 1_000))
    .map(read)
    .filter((value) => value !== undefined);
  if (values.length === 0) return null;
  return { value: values.at(-1)!, min: Math.min(...values), max: Math.max(...values) };
}

/** The second in which a metric was worst, and the fault that was on in it. */
function worstOf(
  run: MeasuredRun,
  metric: string,
  stat: string,
): { atMs: number; during: string | null } | null {
  const percentile = /^p\(([\d.]+)\)$/.exec(stat)?.[1];
  const spec = metricOf(metric);
  let worst: { window: number; value: number } | null = null;
  for (const window of run.totals.windows()) {
    const value = valueIn(run, metric, spec?.kind, window, percentile);
    if (value !== null && value > 0 && (!worst || value > worst.value)) worst = { window, value };
  }
  return worst && { atMs: worst.window * 1_000, during: run.parts.faultOn(worst.window) };
}

function valueIn(
  run: MeasuredRun,
  metric: string,
  kind: string | undefined,
  window: number,
  percentile: string | undefined,
): number | null {
  if (kind === 'trend' && (TRENDS as readonly string[]).includes(metric)) {
    const histogram = run.totals.trend(metric as TrendName, (other) => other === window);
    if (histogram.count === 0) return null;
    return percentile === undefined ? histogram.max : histogram.percentile(Number(percentile));
  }
  if (kind === 'gauge') {
    const line = run.windows.find((candidate) => candidate.atMs === window * 1_000);
    return (line && GAUGES[metric]?.(line)) ?? null;
  }
  if (kind === 'rate') {
    return (
      rateOf(
        metric,
        run.totals.countersWithin((other) => other === window),
      )?.count ?? null
    );
  }
  return null;
}

/** The judge's view of a run. */
export function toMeasurements(run: MeasuredRun): Measurements {
  return {
    trend(metric, during) {
      const histogram = trendOf(run, metric, during);
      if (!histogram) return null;
      return {
        count: histogram.count,
        min: histogram.min / 1e3,
        max: histogram.max / 1e3,
        mean: histogram.mean / 1e3,
        percentile: (p) => histogram.percentile(p) / 1e3,
      };
    },
    total: (metric, during) => totalOf(run, metric, during),
    gauge: (metric, during) => gaugeOf(run, metric, during),
    worst: (metric, stat) => worstOf(run, metric, stat),
  };
}
