/** Checks the drill of a scenario: its hypothesis, when it is looked at, what is rolled back. */
import type { Problem } from '../base/errors.ts';
import { nearHint } from '../base/neighbours.ts';
import { metricParts } from '../base/tagged-metric.ts';
import { checkThresholds, type ThresholdNames } from './check-thresholds.ts';
import { CHECKS, ROLLBACKS } from './drill-shape.ts';
import { checkDuration, checkFields, describeValue, isFields, type Fields } from './shape.ts';

/** A run is measured second by second. */
export const LEAST_WINDOW_MS = 1_000;

/** Reports every problem of `drill`. */
export function checkDrill(
  drill: unknown,
  names: Pick<ThresholdNames, 'knownMetrics' | 'own'>,
  problems: Problem[],
): void {
  if (drill === undefined) return;
  if (!isFields(drill)) {
    const wanted = "{ steadyState: { push_duration: ['p(95)<250'] } }";
    problems.push({ code: 'not-an-object', path: 'drill', got: describeValue(drill), wanted });
    return;
  }
  checkFields(drill, ['steadyState', 'window', 'check', 'rollback'], 'drill', problems);
  checkSteadyState(drill['steadyState'], names, 'drill.steadyState', problems);
  const { window } = drill;
  if (window !== undefined) checkWindow(window, problems);
  checkWord(drill['check'], CHECKS, 'drill.check', problems);
  checkWord(drill['rollback'], ROLLBACKS, 'drill.rollback', problems);
}

function checkWindow(window: unknown, problems: Problem[]): void {
  const ms = checkDuration(window, 'drill.window', problems);
  if (ms === undefined || ms >= LEAST_WINDOW_MS) return;
  const wanted = '1s or more: a run is measured second by second';
  problems.push({ code: 'out-of-range', path: 'drill.window', got: describeValue(window), wanted });
}

function checkWord(value: unknown, words: readonly string[], path: string, problems: Problem[]): void {
  if (value === undefined || (typeof value === 'string' && words.includes(value))) return;
  const hint = typeof value === 'string' ? nearHint(value, words) : {};
  problems.push({
    code: 'unknown-choice',
    path,
    got: describeValue(value),
    wanted: words.join(', '),
    ...hint,
  });
}

/** Reports every problem of a hypothesis, under the path it was written at. */
export function checkSteadyState(
  steadyState: unknown,
  names: Pick<ThresholdNames, 'knownMetrics' | 'own'>,
  path: string,
  problems: Problem[],
): void {
  if (!isFields(steadyState) || Object.keys(steadyState).length === 0) {
    const code = steadyState === undefined ? 'missing' : 'not-an-object';
    const got = isFields(steadyState) ? 'an empty object' : describeValue(steadyState);
    const wanted = "what steady means: { push_duration: ['p(95)<250'], push_timeouts: ['rate<0.01'] }";
    problems.push({ code, path, got, wanted });
    return;
  }
  const plain = new Map<string, unknown>();
  for (const [metric, list] of Object.entries(steadyState)) {
    checkSteady(metric, `${path}.${metric}`, problems);
    plain.set(metric, Array.isArray(list) ? withoutFields(list, `${path}.${metric}`, problems) : list);
  }
  const found: Problem[] = [];
  checkThresholds(Object.fromEntries(plain), { ...names, faultKinds: [] }, found);
  for (const problem of found) {
    problems.push({ ...problem, path: problem.path.replace(/^thresholds\b/, path) });
  }
}

/** Whether a stretch of the run can have it at all. */
function checkSteady(name: string, path: string, problems: Problem[]): void {
  if (metricParts(name)?.metric !== 'recovery_duration') return;
  problems.push({
    code: 'not-steady',
    path,
    got: 'a metric that is known only when the faults are over',
    wanted: 'one that is measured each second',
    hint: "leave it to thresholds: { recovery_duration: ['max<10000'] }",
  });
}

/** The expressions of entries in the long form; a part of the run is none of theirs. */
function withoutFields(list: readonly unknown[], path: string, problems: Problem[]): unknown[] {
  return list.map((entry, index) => {
    if (!isFields(entry)) return entry;
    const { during, ...rest } = entry as Fields & { during?: unknown };
    if (during !== undefined) {
      problems.push({
        code: 'unknown-field',
        path: `${path}[${index}].during`,
        got: describeValue(during),
        wanted: 'no part: a look has one stretch, and drill.check says when it is taken',
      });
    }
    checkFields(rest, ['expression'], `${path}[${index}]`, problems);
    return { expression: entry['expression'] };
  });
}
