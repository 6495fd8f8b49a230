/** Checks the thresholds of a scenario. */
import type { Problem } from '../base/errors.ts';
import { metricOf } from '../base/metrics.ts';
import type { MetricKind } from '../base/metrics.ts';
import { nearHint, neighbours } from '../base/neighbours.ts';
import { metricParts, TAGGED_METRICS } from '../base/tagged-metric.ts';
import { CAUSE_TAG, isCauseRate, isTimeoutCause, TIMEOUT_CAUSES } from '../base/timeout-causes.ts';
import { checkStatistic, isProblem, parseThreshold } from '../judge/threshold-grammar.ts';
import { ABORT_FIELDS, checkAbort } from './check-abort.ts';
import { checkFields, describeValue, isFields } from './shape.ts';

/** What a threshold may name: metrics, the scenario's own with their kinds, the kinds of its faults. */
export type ThresholdNames = {
  knownMetrics: readonly string[];
  own: ReadonlyMap<string, MetricKind>;
  faultKinds: readonly string[];
};

/** Reports every problem of `thresholds`. */
export function checkThresholds(thresholds: unknown, names: ThresholdNames, problems: Problem[]): void {
  if (thresholds === undefined) return;
  if (!isFields(thresholds)) {
    const wanted = "metrics and their promises: { push_duration: ['p(99)<250'] }";
    problems.push({ code: 'not-an-object', path: 'thresholds', got: describeValue(thresholds), wanted });
    return;
  }
  for (const [metric, list] of Object.entries(thresholds)) {
    const path = `thresholds.${metric}`;
    checkMetric(metric, path, names, problems);
    if (!Array.isArray(list) || list.length === 0) {
      const wanted = "a list with at least one expression: ['p(99)<250']";
      problems.push({ code: 'not-a-list', path, got: describeValue(list), wanted });
      continue;
    }
    for (const [index, threshold] of list.entries()) {
      checkThreshold(threshold, metric, `${path}[${index}]`, names, problems);
    }
  }
}

function checkMetric(name: string, path: string, names: ThresholdNames, problems: Problem[]): void {
  const parts = metricParts(name);
  if (!parts) {
    const hint = 'push_duration{kind:search}';
    problems.push({
      code: 'bad-tag',
      path,
      got: `'${name}'`,
      wanted: 'a metric with one {name:value}',
      hint,
    });
    return;
  }
  const { metric, tag } = parts;
  const known = [...names.knownMetrics, ...names.own.keys()];
  if (!known.includes(metric)) {
    const near = neighbours(metric, known)[0];
    const hint =
      near === undefined
        ? `a metric of the scenario's own stands in metrics: { ${metric}: 'counter' }`
        : `did you mean ${near}${name.slice(metric.length)}?`;
    problems.push({ code: 'unknown-metric', path, got: `'${metric}'`, wanted: known.join(', '), hint });
    return;
  }
  if (metric === 'server_events' && tag !== null && tag.key !== 'event') {
    problems.push({
      code: 'unknown-tag',
      path,
      got: `'${name}'`,
      wanted: 'an event of the server: server_events{event:phoenix.channel_joined}',
    });
    return;
  }
  if (tag?.key === CAUSE_TAG && isCauseRate(metric)) return checkCause(tag.value, name, path, problems);
  const split: readonly string[] = [...TAGGED_METRICS, ...names.own.keys()];
  if (tag === null || split.includes(metric)) return;
  const hint = "for a part of the run use { expression, during: 'steady' }";
  problems.push({
    code: 'untagged-metric',
    path,
    got: `'${name}'`,
    wanted: `tags on ${split.join(', ')}`,
    hint,
  });
}

/** The rates of timeouts are split by cause, and there are only so many causes. */
function checkCause(cause: string, name: string, path: string, problems: Problem[]): void {
  if (isTimeoutCause(cause)) return;
  const wanted = `a cause of timeouts: ${TIMEOUT_CAUSES.join(', ')}`;
  problems.push({
    code: 'unknown-cause',
    path,
    got: `'${name}'`,
    wanted,
    ...nearHint(cause, TIMEOUT_CAUSES),
  });
}

function checkThreshold(
  threshold: unknown,
  metric: string,
  path: string,
  names: ThresholdNames,
  problems: Problem[],
): void {
  if (typeof threshold === 'string') return checkExpression(threshold, metric, path, names, problems);
  if (!isFields(threshold)) {
    const wanted = "'p(99)<250' or { expression: 'p(99)<250', during: 'steady' }";
    problems.push({ code: 'not-a-threshold', path, got: describeValue(threshold), wanted });
    return;
  }
  checkFields(threshold, ['expression', 'during', 'level', ...ABORT_FIELDS], path, problems);
  checkExpression(threshold['expression'], metric, `${path}.expression`, names, problems);
  const { during, level } = threshold as { during?: unknown; level?: unknown };
  const parts = ['all', 'steady', ...names.faultKinds];
  if (during !== undefined && !(typeof during === 'string' && parts.includes(during))) {
    const hint = typeof during === 'string' ? nearHint(during, parts) : {};
    problems.push({
      code: 'unknown-part',
      path: `${path}.during`,
      got: describeValue(during),
      wanted: `all, steady, or the kind of a fault of this scenario: ${parts.join(', ')}`,
      ...hint,
    });
  }
  if (level !== undefined && level !== 'error' && level !== 'warn') {
    problems.push({
      code: 'unknown-level',
      path: `${path}.level`,
      got: describeValue(level),
      wanted: 'error or warn',
    });
  }
  checkAbort(threshold, metric, path, problems);
}

function checkExpression(
  expression: unknown,
  metric: string,
  path: string,
  names: ThresholdNames,
  problems: Problem[],
): void {
  if (typeof expression !== 'string') {
    const code = expression === undefined ? 'missing' : 'not-a-text';
    problems.push({ code, path, got: describeValue(expression), wanted: "an expression: 'p(99)<250'" });
    return;
  }
  const parsed = parseThreshold(expression, path);
  if (isProblem(parsed)) {
    problems.push(parsed);
    return;
  }
  const plain = metricParts(metric)?.metric ?? metric;
  const kind = names.own.get(plain) ?? metricOf(plain)?.kind;
  const problem = kind && checkStatistic(parsed, metric, kind, path);
  if (problem) problems.push(problem);
}
