/** Everything a run has measured, as the judge asks for it. */
import { metricOf } from '../base/metrics.ts';
import { trendScale, type OwnSpec } from '../base/own-metrics.ts';
import { isCauseName, metricParts } from '../base/tagged-metric.ts';
import type { BroadcastResult } from '../measure/broadcasts.ts';
import { Histogram } from '../measure/histogram.ts';
import { TRENDS, type Counters } from '../measure/names.ts';
import type { RunTotals } from '../measure/run-totals.ts';
import type { PlainSeries } from '../measure/series.ts';
import type { Measurements } from '../judge/evaluate.ts';
import type { WindowLine } from '../record/timeline-line.ts';
import { causeRateOf, countOf, rateOf, taggedRateOf } from './operation-counts.ts';
import type { RunParts } from './parts.ts';
import { countOfEvents, sumOfEvents } from './server-events.ts';

export type MeasuredRun = {
  totals: RunTotals;
  windows: readonly WindowLine[];
  broadcasts: readonly BroadcastResult[];
  recoveriesMs: readonly number[];
  startUs: number;
  parts: Pick<RunParts, 'within' | 'faultOn'>;
  /** Metrics of the scenario's own, by name. */
  own?: ReadonlyMap<string, OwnSpec>;
  /** Telemetry of the server by event, what came behind the last second too; null when it did not tell. */
  serverEvents?: ReadonlyMap<string, number> | null;
  /** Who came, of all that were due; not known before the end. */
  clients?: { planned: number; joined: number; dropped?: number };
};

type Reading = { value: number; min: number; max: number };
type Total = { count: number; rate: number };

const GAUGES: Readonly<Record<string, (line: WindowLine) => number | null | undefined>> = {
  mailbox_len: (line) => line.mailbox?.sum,
  mailbox_max: (line) => line.mailbox?.max,
  mailbox_oldest_wait: (line) => line.mailbox?.oldestWaitMs,
  process_count: (line) => line.server?.processes,
  ets_memory: (line) => line.server?.etsBytes,
  server_memory: (line) => line.server?.rssBytes,
  run_queue: (line) => line.server?.runQueue,
  server_connect_rate: (line) => line.server?.connectsPerSecond,
  worker_cpu: (line) => line.driver.cpu,
  conntrack: (line) => line.kernel?.conntrack,
};

/** What the kernel counted in a second; nothing where it does not tell. */
const KERNEL_COUNTERS: Readonly<Record<string, (line: WindowLine) => number | undefined>> = {
  syn_retransmits: (line) => line.kernel?.synRetransmits,
  listen_drops: (line) => line.kernel?.listenDrops,
};

/** The own metric that a name, with or without a tag, is about. */
function ownOf(run: MeasuredRun, name: string): OwnSpec | undefined {
  return run.own?.get(metricParts(name)?.metric ?? name);
}

/** Kind and unit of a metric of the catalogue or of the scenario's own. */
export function specOf(run: MeasuredRun, name: string): OwnSpec | undefined {
  return metricOf(metricParts(name)?.metric ?? name) ?? ownOf(run, name);
}

/** A trend over a part of the run, in µs or the own unit; those that no worker records come from the broadcasts. */
export function trendOf(run: MeasuredRun, name: string, during: string): Histogram | null {
  const within = run.parts.within(during);
  if (isRecorded(run, name)) return run.totals.trend(name, during === 'all' ? undefined : within);
  if (name === 'broadcast_spread') {
    const spread = new Histogram();
    for (const result of broadcastsWithin(run, during)) {
      if (result.received > 1) spread.record(result.lastUs - result.firstUs);
    }
    return spread;
  }
  if (name === 'recovery_duration') {
    const recovery = new Histogram();
    for (const ms of run.recoveriesMs) recovery.record(ms * 1e3);
    return recovery;
  }
  return null;
}

/** True for a trend that the workers record second by second. */
function isRecorded(run: MeasuredRun, name: string): boolean {
  const metric = metricParts(name)?.metric ?? name;
  return (TRENDS as readonly string[]).includes(metric) || run.own?.get(metric)?.kind === 'trend';
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
export function totalOf(run: MeasuredRun, name: string, during: string): Total | null {
  if (name === 'clients_joined') return during === 'all' ? joinedOf(run) : null;
  const within = run.parts.within(during);
  const seconds = run.totals.windows().filter(within).length;
  if (seconds === 0) return null;
  const isAll = during === 'all';
  const counters = isAll ? run.totals.counters : run.totals.countersWithin(within);
  const own = isAll ? run.totals.own : run.totals.ownWithin(within);
  const rate = shareOf(run, name, counters, own);
  if (rate) return { count: rate.count, rate: rate.of === 0 ? 0 : rate.count / rate.of };
  const count = sumOf(run, name, during, counters, own);
  return count === null ? null : { count, rate: count / seconds };
}

/** A rate as the operations it counts, of how many; null for what is no rate. */
export function shareOf(
  run: MeasuredRun,
  name: string,
  counters: Counters,
  own: PlainSeries,
): { count: number; of: number } | null {
  const parts = metricParts(name);
  if (ownOf(run, name)?.kind === 'rate') return own.shares.get(name) ?? { count: 0, of: 0 };
  if (parts && isCauseName(parts)) return causeRateOf(parts.metric, parts.tag.value, counters, own.counters);
  if (parts?.tag) return taggedRateOf(parts.metric, `{${parts.tag.key}:${parts.tag.value}}`, own.counters);
  return rateOf(name, counters);
}

function sumOf(
  run: MeasuredRun,
  name: string,
  during: string,
  counters: Counters,
  own: PlainSeries,
): number | null {
  if (ownOf(run, name)?.kind === 'counter') return own.counters.get(name) ?? 0;
  const ofKernel = KERNEL_COUNTERS[name];
  if (ofKernel) return kernelSum(run, ofKernel, during);
  const ofServer = countOfEvents(name);
  if (ofServer) {
    const { serverEvents } = run;
    // What came behind the last second is no less of the run.
    const all = during === 'all' && serverEvents ? ofServer(serverEvents) : undefined;
    return all ?? sumOfEvents(ofServer, linesWithin(run, during), serverEvents);
  }
  const field = DELIVERY_FIELDS[name];
  if (field) return broadcastsWithin(run, during).reduce((sum, result) => sum + result[field], 0);
  return countOf(name, counters);
}

const DELIVERY_FIELDS: Readonly<Record<string, 'missing' | 'duplicate' | 'reordered'>> = {
  delivery_missing: 'missing',
  delivery_duplicates: 'duplicate',
  delivery_reordered: 'reordered',
};

function kernelSum(
  run: MeasuredRun,
  read: (line: WindowLine) => number | undefined,
  during: string,
): number | null {
  const counted = linesWithin(run, during)
    .map(read)
    .filter((count) => count !== undefined);
  return counted.length === 0 ? null : counted.reduce((sum, count) => sum + count, 0);
}

function joinedOf({ clients }: MeasuredRun): Total | null {
  if (!clients) return null;
  const due = clients.planned - (clients.dropped ?? 0);
  return { count: clients.joined, rate: due === 0 ? 0 : clients.joined / due };
}

function linesWithin(run: MeasuredRun, during: string): WindowLine[] {
  const within = run.parts.within(during);
  return run.windows.filter((line) => within(line.atMs / 1_000));
}

export function gaugeOf(run: MeasuredRun, name: string, during: string): Reading | null {
  if (ownOf(run, name)?.kind === 'gauge') {
    const { totals } = run;
    const own = during === 'all' ? totals.own : totals.ownWithin(run.parts.within(during));
    const level = own.levels.get(name);
    return level ? { value: level.value, min: level.min, max: level.max } : null;
  }
  const read = GAUGES[name];
  if (!read) return null;
  const values = linesWithin(run, during)
    .map(read)
    .filter((value) => value != null);
  const last = values.at(-1);
  if (last === undefined) return null;
  return { value: last, min: Math.min(...values), max: Math.max(...values) };
}

/** The second in which a metric was worst, and the fault that was on in it. */
function worstOf(
  run: MeasuredRun,
  name: string,
  stat: string,
): { atMs: number; during: string | null } | null {
  const percentile = /^p\(([\d.]+)\)$/.exec(stat)?.[1];
  let worst: { window: number; value: number } | null = null;
  for (const window of run.totals.windows().filter(run.parts.within('all'))) {
    const value = valueIn(run, name, window, percentile);
    if (value !== null && value > 0 && (!worst || value > worst.value)) worst = { window, value };
  }
  return worst && { atMs: worst.window * 1_000, during: run.parts.faultOn(worst.window) };
}

function valueIn(
  run: MeasuredRun,
  name: string,
  window: number,
  percentile: string | undefined,
): number | null {
  const { totals } = run;
  switch (specOf(run, name)?.kind) {
    case 'trend': {
      const histogram = totals.trendIn(name, window);
      if (histogram.count === 0) return null;
      return percentile === undefined ? histogram.max : histogram.percentile(Number(percentile));
    }
    case 'gauge': {
      if (ownOf(run, name)) return totals.ownIn(window).levels.get(name)?.max ?? null;
      const line = lineAt(run, window);
      return (line && GAUGES[name]?.(line)) ?? null;
    }
    case 'rate':
      return shareOf(run, name, totals.countersIn(window), totals.ownIn(window))?.count ?? null;
    case 'counter': {
      if (ownOf(run, name)) return totals.ownIn(window).counters.get(name) ?? null;
      const line = lineAt(run, window);
      const ofServer = countOfEvents(name);
      if (ofServer) return line ? sumOfEvents(ofServer, [line], run.serverEvents) : null;
      return (line && KERNEL_COUNTERS[name]?.(line)) ?? countOf(name, totals.countersIn(window));
    }
    case undefined:
      return null;
  }
}

function lineAt(run: MeasuredRun, window: number): WindowLine | undefined {
  return run.windows.find((candidate) => candidate.atMs === window * 1_000);
}

/** The judge's view of a run. */
export function toMeasurements(run: MeasuredRun): Measurements {
  return {
    spec: (metric) => specOf(run, metric),
    trend(metric, during) {
      const histogram = trendOf(run, metric, during);
      if (!histogram) return null;
      const scale = trendScale(specOf(run, metric)?.unit ?? 'ms');
      return {
        count: histogram.count,
        min: histogram.min / scale,
        max: histogram.max / scale,
        mean: histogram.mean / scale,
        percentile: (p) => histogram.percentile(p) / scale,
      };
    },
    total: (metric, during) => totalOf(run, metric, during),
    gauge: (metric, during) => gaugeOf(run, metric, during),
    worst: (metric, stat) => worstOf(run, metric, stat),
  };
}
