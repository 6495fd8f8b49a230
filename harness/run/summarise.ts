/** The numbers of `summary.json` from what a run has measured. */
import { METRICS } from '../base/metrics.ts';
import type { Gauges } from '../drive/gauges.ts';
import type { SamplePair } from '../judge/books.ts';
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
import { gaugeOf, totalOf, trendOf, type MeasuredRun } from './measurements.ts';

const DISTRIBUTIONS = ['connect_duration', 'join_duration', 'push_duration', 'broadcast_latency'] as const;
/** Every metric that was measured, by name. */
export function metricsOf(run: MeasuredRun): Record<string, Metric> {
  const metrics: Record<string, Metric> = {};
  for (const { name, kind } of METRICS) {
    if (kind === 'trend') {
      const histogram = trendOf(run, name, 'all');
      if (histogram && histogram.count > 0) metrics[name] = toTrendMetric(histogram);
    } else if (kind === 'gauge') {
      const reading = gaugeOf(run, name, 'all');
      if (reading) metrics[name] = reading;
    } else {
      const total = totalOf(run, name, 'all');
      if (total) metrics[name] = total;
    }
  }
  for (const name of Object.keys(run.totals.custom)) {
    const total = totalOf(run, name, 'all');
    if (total) metrics[name] = total;
  }
  return metrics;
}

function toTrendMetric(histogram: Histogram): TrendMetric {
  return {
    count: histogram.count,
    min: ms(histogram.min),
    avg: ms(histogram.mean),
    med: ms(histogram.percentile(50)),
    p90: ms(histogram.percentile(90)),
    p95: ms(histogram.percentile(95)),
    p99: ms(histogram.percentile(99)),
    p999: ms(histogram.percentile(99.9)),
    max: ms(histogram.max),
  };
}

/** Where the operations of each kind ended. */
export function operationsOf(
  run: MeasuredRun,
  gauges: Gauges,
): Record<OperationKind, Outcomes & { planned: number; sent: number }> {
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
      },
    ]),
  ) as Record<OperationKind, Outcomes & { planned: number; sent: number }>;
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
