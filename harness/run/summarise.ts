/** The numbers of `summary.json` from what a run has measured. */
import { METRICS } from '../base/metrics.ts';
import { trendScale } from '../base/own-metrics.ts';
import { isCauseName, metricParts, TAGGED_METRICS } from '../base/tagged-metric.ts';
import type { Gauges } from '../drive/gauges.ts';
import type { Attempts, BooksInput, SamplePair } from '../judge/books.ts';
import type { Histogram } from '../measure/histogram.ts';
import { OPERATIONS } from '../measure/names.ts';
import type {
  Deliveries,
  Distribution,
  Metric,
  OperationKind,
  Outcomes,
  TrendMetric,
} from '../record/run-record.ts';
import { logCells } from './log-grid.ts';
import { gaugeOf, specOf, totalOf, trendOf, type MeasuredRun } from './measurements.ts';

const DISTRIBUTIONS = ['connect_duration', 'join_duration', 'push_duration', 'broadcast_latency'] as const;
/** Every metric that was measured, by name. */
export function metricsOf(run: MeasuredRun): Record<string, Metric> {
  const metrics: Record<string, Metric> = {};
  const names = [...METRICS.map(({ name }) => name), ...(run.own?.keys() ?? []), ...taggedNames(run)];
  for (const name of names) {
    const metric = metricOfRun(run, name);
    if (metric) metrics[name] = metric;
  }
  return metrics;
}

function metricOfRun(run: MeasuredRun, name: string): Metric | null {
  const spec = specOf(run, name);
  switch (spec?.kind) {
    case 'trend': {
      const histogram = trendOf(run, name, 'all');
      return histogram && histogram.count > 0 ? toTrendMetric(histogram, trendScale(spec.unit)) : null;
    }
    case 'gauge':
      return gaugeOf(run, name, 'all');
    default:
      return totalOf(run, name, 'all');
  }
}

/** Every metric with a tag that was seen, in order of their names. */
function taggedNames({ totals, own }: MeasuredRun): string[] {
  const { counters, shares, levels } = totals.own;
  const seen = [totals.trendNames(), counters.keys(), shares.keys(), levels.keys()].flatMap((keys) => [
    ...keys,
  ]);
  const names = new Set<string>();
  for (const name of seen) {
    const parts = metricParts(name);
    if (!parts?.tag) continue;
    if (own?.has(parts.metric) || TAGGED.includes(parts.metric) || isCauseName(parts)) names.add(name);
    // The outcomes of what carries a tag make its rates.
    else for (const rate of ratesOf(parts.metric)) names.add(rate + name.slice(parts.metric.length));
  }
  return [...names].toSorted();
}

const TAGGED: readonly string[] = TAGGED_METRICS;

/** The rates of the catalogue that a counter of outcomes belongs to. */
function ratesOf(counter: string): string[] {
  const kind = /^(join|push)_/.exec(counter)?.[1];
  return kind === undefined ? [] : [`${kind}_timeouts`, 'errors'];
}

function toTrendMetric(histogram: Histogram, scale: number): TrendMetric {
  const figure = (value: number): number => Number((value / scale).toFixed(3));
  return {
    count: histogram.count,
    min: figure(histogram.min),
    avg: figure(histogram.mean),
    med: figure(histogram.percentile(50)),
    p90: figure(histogram.percentile(90)),
    p95: figure(histogram.percentile(95)),
    p99: figure(histogram.percentile(99)),
    p999: figure(histogram.percentile(99.9)),
    max: figure(histogram.max),
  };
}

type Account = Outcomes & { planned: number; sent: number; buffered: number; unsent?: number };

/** Where the operations of each kind ended. */
export function operationsOf(run: MeasuredRun, gauges: Gauges): Record<OperationKind, Account> {
  const inFlight: Record<OperationKind, number> = {
    connect: gauges.inFlightConnect,
    join: gauges.inFlightJoin,
    push: gauges.inFlightPush,
    heartbeat: gauges.inFlightHeartbeat,
  };
  const { counters } = run.totals;
  return Object.fromEntries(
    OPERATIONS.map((kind) => [
      kind,
      {
        planned: counters[`${kind}_planned`],
        sent: counters[`${kind}_sent`],
        ok: counters[`${kind}_ok`],
        error: counters[`${kind}_error`],
        timeout: counters[`${kind}_timeout`],
        lost: counters[`${kind}_lost`],
        dropped: counters[`${kind}_dropped`],
        inFlight: inFlight[kind],
        buffered: kind === 'push' ? gauges.bufferedPush : 0,
        ...(kind === 'push' || kind === 'join' ? { unsent: counters[`${kind}_unsent`] } : {}),
      },
    ]),
  ) as Record<OperationKind, Account>;
}

/** Clients and casts that were due, and what became of them. */
export function attemptsOf(run: MeasuredRun): Required<Pick<BooksInput, 'arrivals' | 'casts'>> {
  const { counters } = run.totals;
  const arrivals: Attempts = {
    planned: counters.arrivals_planned,
    done: counters.arrivals_begun,
    dropped: counters.dropped_arrivals,
  };
  const casts: Attempts = {
    planned: counters.casts_planned,
    done: counters.casts,
    dropped: counters.casts_dropped,
  };
  return { arrivals, casts };
}

/** Which trend must hold a sample for each operation that ended. */
export function samplePairs(run: MeasuredRun): SamplePair[] {
  const pairs: [SamplePair['metric'], OperationKind][] = [
    ['connect_duration', 'connect'],
    ['join_duration', 'join'],
    ['push_duration', 'push'],
    ['push_service_duration', 'push'],
    ['heartbeat_duration', 'heartbeat'],
  ];
  return pairs.map(([metric, operation]) => ({
    metric,
    operation,
    count: trendOf(run, metric, 'all')?.count ?? 0,
  }));
}

/** Deliveries of all witnessed broadcasts. */
export function deliveriesOf(run: MeasuredRun): Deliveries {
  const sum: Deliveries = { expected: 0, received: 0, missing: 0, duplicate: 0, reordered: 0 };
  for (const result of run.broadcasts) {
    sum.expected += result.expected;
    sum.received += result.received;
    sum.missing += result.missing;
    sum.duplicate += result.duplicate;
    sum.reordered += result.reordered;
  }
  return sum;
}

/** Percentile curves and log-spaced buckets of the latencies a report draws. */
export function distributionsOf(run: MeasuredRun): Record<string, Distribution> {
  const distributions: Record<string, Distribution> = {};
  for (const name of DISTRIBUTIONS) {
    const histogram = trendOf(run, name, 'all');
    if (histogram && histogram.count > 0) distributions[name] = toDistribution(histogram);
  }
  return distributions;
}

function toDistribution(histogram: Histogram): Distribution {
  const percentiles: [number, number][] = [];
  // Quantiles at even steps of 1/(1−q) on a log axis, as far as the samples reach.
  const last = Math.log10(Math.max(10, histogram.count));
  for (let nines = 0; nines <= last; nines += 0.1) {
    const quantile = 1 - 10 ** -nines;
    percentiles.push([Number(quantile.toPrecision(8)), ms(histogram.percentile(quantile * 100))]);
  }
  percentiles.push([1, ms(histogram.max)]);
  const buckets = logCells(histogram).map(({ fromMs, toMs, count }): [number, number, number] => [
    fromMs,
    toMs,
    count,
  ]);
  return { percentiles, buckets };
}

function ms(us: number): number {
  return Number((us / 1e3).toFixed(3));
}
