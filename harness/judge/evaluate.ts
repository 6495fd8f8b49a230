/**
 * Thresholds against what was measured: pass, fail, or inconclusive when there
 * are too few samples to tell.
 */
import { EXIT, FiredrillError } from '../base/errors.ts';
import { metricOf } from '../base/metrics.ts';
import type { MetricKind, MetricUnit } from '../base/metrics.ts';
import { metricParts } from '../base/tagged-metric.ts';
import { formatCount } from '../base/units.ts';
import type { ThresholdResult } from '../record/run-record.ts';
import { holds, isProblem, parseThreshold, statisticText } from './threshold-grammar.ts';
import type { ThresholdExpression } from './threshold-grammar.ts';

/** What a run has measured. `during` is `all`, `steady`, or the kind of a fault; null means nothing was measured. */
export type Measurements = {
  /** Kind and unit of a metric; the catalogue's when it is left out or does not know. */
  spec?(metric: string): { kind: MetricKind; unit: MetricUnit } | undefined;
  /** In milliseconds, or the unit of a scenario's own; `percentile` takes 0..100. */
  trend(
    metric: string,
    during: string,
  ): { count: number; min: number; max: number; mean: number; percentile(p: number): number } | null;
  /** Of a rate: how many operations ended so, and their share 0..1. Of a counter: the total, and per second. */
  total(metric: string, during: string): { count: number; rate: number } | null;
  gauge(metric: string, during: string): { value: number; min: number; max: number } | null;
  /** The second in which the statistic (`p(99)`, `max`) was worst, and the fault that was on then. */
  worst(metric: string, stat: string): { atMs: number; during: string | null } | null;
};

/** Thresholds as a scenario writes them: by metric, each a text or with its part of the run and its level. */
export type Thresholds = Readonly<
  Record<
    string,
    readonly (string | { expression: string; during?: string; level?: 'error' | 'warn' })[] | undefined
  >
>;

type Reading = { actual: number } | { missing: string };

/** Every threshold with its result, in the order written; `FiredrillError` 104 for an expression that does not parse. */
export function evaluateThresholds(thresholds: Thresholds, source: Measurements): ThresholdResult[] {
  const results: ThresholdResult[] = [];
  for (const [metric, list] of Object.entries(thresholds)) {
    for (const [index, threshold] of (list ?? []).entries()) {
      const written = typeof threshold === 'string' ? { expression: threshold } : threshold;
      const parsed = parseThreshold(written.expression, `thresholds.${metric}[${index}]`);
      if (isProblem(parsed)) throw new FiredrillError(EXIT.invalid, [parsed]);
      results.push(evaluate(metric, written, parsed, source));
    }
  }
  return results;
}

function evaluate(
  metric: string,
  written: { expression: string; during?: string; level?: 'error' | 'warn' },
  expression: ThresholdExpression,
  source: Measurements,
): ThresholdResult {
  const spec = specOf(metric, source);
  const during = written.during ?? 'all';
  const reading = read(metric, spec.kind, expression, during, source);
  const worst = source.worst(metric, statisticText(expression));
  const known = 'actual' in reading;
  return {
    metric,
    expression: written.expression,
    actual: known ? reading.actual : null,
    limit: expression.limit,
    unit: unitOf(spec.kind, spec.unit, expression),
    status: known ? (holds(expression, reading.actual) ? 'pass' : 'fail') : 'inconclusive',
    during,
    level: written.level ?? 'error',
    worstAtMs: worst?.atMs ?? null,
    worstDuring: worst?.during ?? null,
    ...(known ? {} : { reason: reading.missing }),
  };
}

/** A metric that nobody knows is a counter that nobody has touched. */
function specOf(metric: string, source: Measurements): { kind: MetricKind; unit: MetricUnit } {
  const plain = metricParts(metric)?.metric ?? metric;
  return source.spec?.(metric) ?? metricOf(plain) ?? { kind: 'counter', unit: 'count' };
}

function read(
  metric: string,
  kind: MetricKind,
  expression: ThresholdExpression,
  during: string,
  source: Measurements,
): Reading {
  switch (kind) {
    case 'trend':
      return readTrend(metric, expression, during, source);
    case 'gauge': {
      const reading = source.gauge(metric, during);
      const { stat } = expression;
      return finite(reading?.[stat === 'min' || stat === 'max' ? stat : 'value'], metric, during);
    }
    case 'rate':
      return finite(
        source.total(metric, during)?.[expression.stat === 'count' ? 'count' : 'rate'],
        metric,
        during,
      );
    case 'counter': {
      const total = source.total(metric, during);
      // Over the whole run a counter nobody has touched stands at nought; a part of it may never have come.
      if (!total && during === 'all' && !isTold(metric)) return { actual: 0 };
      return finite(total?.[expression.stat === 'count' ? 'count' : 'rate'], metric, during);
    }
  }
}

/** True for what others count, who may not have told. */
function isTold(metric: string): boolean {
  return metricOf(metricParts(metric)?.metric ?? metric)?.isTold === true;
}

function readTrend(
  metric: string,
  expression: ThresholdExpression,
  during: string,
  source: Measurements,
): Reading {
  const trend = source.trend(metric, during);
  if (expression.stat === 'count') {
    return trend || during === 'all' ? { actual: trend?.count ?? 0 } : finite(undefined, metric, during);
  }
  if (!trend || trend.count === 0) return finite(undefined, metric, during);
  switch (expression.stat) {
    case 'min':
    case 'max':
      return finite(trend[expression.stat], metric, during);
    case 'avg':
      return finite(trend.mean, metric, during);
    default: {
      const percentile = expression.percentile ?? 50;
      const needed = samplesNeeded(percentile);
      if (trend.count < needed) {
        const figures = `${formatCount(trend.count)} samples, needs ${formatCount(needed)}`;
        return { missing: `${statisticText(expression)} of ${metric}${partText(during)} had ${figures}` };
      }
      return finite(trend.percentile(percentile), metric, during);
    }
  }
}

/**
 * Samples without which a percentile (0..100) is a guess: ten must lie beyond
 * it, so 20 for the median, 1,000 for p(99), 10,000 for p(99.9).
 */
export function samplesNeeded(percentile: number): number {
  const beyond = Math.min(percentile, 100 - percentile) / 100;
  // Without the nudge 1 − 0.999 comes out a hair small and asks for 10,001.
  return Math.ceil(10 / beyond - 1e-6);
}

function finite(value: number | undefined, metric: string, during: string): Reading {
  if (value !== undefined && Number.isFinite(value)) return { actual: value };
  return { missing: `nothing was measured for ${metric}${partText(during)}` };
}

function partText(during: string): string {
  return during === 'all' ? '' : ` during ${during}`;
}

function unitOf(
  kind: MetricKind,
  unit: MetricUnit,
  expression: ThresholdExpression,
): ThresholdResult['unit'] {
  if (expression.stat === 'count') return 'count';
  if (expression.stat === 'rate') return kind === 'rate' ? 'share' : 'perSecond';
  return unit === 'cores' ? 'count' : unit;
}
