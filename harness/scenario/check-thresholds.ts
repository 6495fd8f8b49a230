/** Checks the thresholds of a scenario and the counters it declares. */
import type { Problem } from '../base/errors.ts';
import { metricOf } from '../base/metrics.ts';
import { neighbours, suggest } from '../base/neighbours.ts';
import { checkStatistic, isProblem, parseThreshold } from '../judge/threshold-grammar.ts';
import { checkFields, describeValue, isFields } from './shape.ts';

/** What a threshold may name: metrics, the scenario's counters, the kinds of its faults. */
export type ThresholdNames = {
  knownMetrics: readonly string[];
  counters: readonly string[];
  faultKinds: readonly string[];
};

/** Reports every problem of `counters`; returns the usable names. */
export function checkCounters(
  counters: unknown,
  knownMetrics: readonly string[],
  problems: Problem[],
): string[] {
  if (counters === undefined) return [];
  if (!Array.isArray(counters)) {
    const got = describeValue(counters);
    problems.push({ code: 'not-a-list', path: 'counters', got, wanted: "a list of names: ['heard']" });
    return [];
  }
  const usable: string[] = [];
  for (const [index, name] of counters.entries()) {
    const path = `counters[${index}]`;
    if (typeof name !== 'string' || !/^[a-z][a-z0-9_]{0,63}$/.test(name)) {
      const wanted = 'a name of small letters, digits and _, that begins with a letter';
      problems.push({ code: 'not-a-name', path, got: describeValue(name), wanted });
    } else if (knownMetrics.includes(name) || usable.includes(name)) {
      const wanted = 'a name that is neither a metric of ours nor declared twice';
      problems.push({ code: 'name-taken', path, got: `'${name}'`, wanted });
    } else {
      usable.push(name);
    }
  }
  return usable;
}

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

function checkMetric(metric: string, path: string, names: ThresholdNames, problems: Problem[]): void {
  const known = [...names.knownMetrics, ...names.counters];
  if (known.includes(metric)) return;
  const near = neighbours(metric, known)[0];
  const hint = metric.includes('{')
    ? "metrics are not split by tags; use { expression, during: 'steady' } for a part of the run"
    : near === undefined
      ? `a counter of the scenario's own stands in counters: ['${metric}']`
      : `did you mean ${near}?`;
  problems.push({ code: 'unknown-metric', path, got: `'${metric}'`, wanted: known.join(', '), hint });
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
  checkFields(threshold, ['expression', 'during', 'level'], path, problems);
  checkExpression(threshold['expression'], metric, `${path}.expression`, names, problems);
  const { during, level } = threshold as { during?: unknown; level?: unknown };
  const parts = ['all', 'steady', ...names.faultKinds];
  if (during !== undefined && !(typeof during === 'string' && parts.includes(during))) {
    const hint = typeof during === 'string' ? suggest(during, parts) : undefined;
    problems.push({
      code: 'unknown-part',
      path: `${path}.during`,
      got: describeValue(during),
      wanted: `all, steady, or the kind of a fault of this scenario: ${parts.join(', ')}`,
      ...(hint === undefined ? {} : { hint }),
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
  const kind = names.counters.includes(metric) ? 'counter' : metricOf(metric)?.kind;
  const problem = kind && checkStatistic(parsed, metric, kind, path);
  if (problem) problems.push(problem);
}
