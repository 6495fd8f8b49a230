/**
 * Threshold expressions, in k6's grammar: `p(99)<250`, `rate<0.01`,
 * `count==0`. A statistic, an operator, a number; spaces count nothing.
 */
import type { Problem } from '../base/errors.ts';
import type { MetricKind } from '../base/metrics.ts';

export type Operator = '<' | '<=' | '>' | '>=' | '==' | '!=';
export type Statistic = 'avg' | 'min' | 'max' | 'med' | 'p' | 'count' | 'rate' | 'value';

/** `limit` is in the metric's unit: milliseconds, a share of 0..1, a count, bytes. */
export type ThresholdExpression = {
  stat: Statistic;
  /** 0..100, only with the statistic `p`. */
  percentile?: number;
  operator: Operator;
  limit: number;
};

/** The statistics that make sense for each kind of metric. */
export const STATISTICS_OF: Readonly<Record<MetricKind, readonly Statistic[]>> = {
  trend: ['avg', 'min', 'max', 'med', 'p', 'count'],
  rate: ['rate', 'count'],
  counter: ['count', 'rate'],
  gauge: ['value', 'min', 'max'],
};

const FORMS =
  'p(N), avg, min, max, med, count, rate or value, then < <= > >= == or !=, then a number: p(99)<250';
const EXPRESSION =
  /^(?:p\((\d+(?:\.\d+)?)\)|(avg|min|max|med|count|rate|value))(<=|>=|===?|!==?|<|>)([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)$/;

/** Parses one expression; a `Problem` (code `threshold-grammar`) with the accepted forms when it is none. */
export function parseThreshold(text: string, path: string): ThresholdExpression | Problem {
  const plain = text.replaceAll(/\s+/g, '');
  const match = EXPRESSION.exec(plain);
  const limit = Number(match?.[4]);
  if (!match || !Number.isFinite(limit)) {
    const hint = hintFor(plain);
    return { code: 'threshold-grammar', path, got: `'${text}'`, wanted: FORMS, ...(hint ? { hint } : {}) };
  }
  const operator = (match[3] ?? '<').slice(0, 2) as Operator;
  if (match[1] === undefined) return { stat: match[2] as Statistic, operator, limit };
  const percentile = Number(match[1]);
  if (percentile <= 0 || percentile >= 100) {
    const wanted = 'a percentile above 0 and below 100';
    return {
      code: 'threshold-grammar',
      path,
      got: `'${text}'`,
      wanted,
      hint: 'for the largest value write max',
    };
  }
  return { stat: 'p', percentile, operator, limit };
}

/** True for the failure half of `parseThreshold`. */
export function isProblem(parsed: ThresholdExpression | Problem): parsed is Problem {
  return 'code' in parsed;
}

/** The statistic as it is written: `p(99)`, `max`. */
export function statisticText(expression: ThresholdExpression): string {
  return expression.stat === 'p' ? `p(${expression.percentile})` : expression.stat;
}

/** A problem (code `threshold-statistic`) when the statistic does not fit that kind of metric. */
export function checkStatistic(
  expression: ThresholdExpression,
  metric: string,
  kind: MetricKind,
  path: string,
): Problem | undefined {
  const fitting = STATISTICS_OF[kind];
  if (fitting.includes(expression.stat)) return undefined;
  return {
    code: 'threshold-statistic',
    path,
    got: `${statisticText(expression)} of ${metric}, which is a ${kind}`,
    wanted: fitting.map((stat) => (stat === 'p' ? 'p(N)' : stat)).join(', '),
  };
}

/** Whether the measured value keeps the promise. */
export function holds(expression: ThresholdExpression, actual: number): boolean {
  const { operator, limit } = expression;
  switch (operator) {
    case '<':
      return actual < limit;
    case '<=':
      return actual <= limit;
    case '>':
      return actual > limit;
    case '>=':
      return actual >= limit;
    case '==':
      return actual === limit;
    case '!=':
      return actual !== limit;
  }
}

/** The two slips seen most: p99 without its brackets, and a unit behind the number. */
function hintFor(plain: string): string | undefined {
  const bare = /^p\(?(\d+(?:\.\d+)?)\)?([<>=!]+)(.+)$/.exec(plain);
  const unit = /^(.*[<>=!])([\d.]+)(us|ms|s|m|%)$/.exec(plain);
  if (unit) {
    const [, front = '', digits = '', name = ''] = unit;
    const factor = { us: 0.001, ms: 1, s: 1_000, m: 60_000, '%': 0.01 }[name] ?? 1;
    const number = Number((Number(digits) * factor).toPrecision(12));
    return `durations are milliseconds and shares 0..1, without a unit: ${front.replace(/^p(\d[\d.]*)/, 'p($1)')}${number}`;
  }
  if (bare) return `write p(${bare[1]})${bare[2]}${bare[3]}`;
  return undefined;
}
