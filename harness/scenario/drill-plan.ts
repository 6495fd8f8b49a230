/**
 * The drill of one run: its hypothesis from the scenario's `drill` and the flags,
 * or from its thresholds, and whether there is a calm to look at.
 */
import { EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import { METRIC_NAMES } from '../base/metrics.ts';
import { ownSpecs } from '../base/own-metrics.ts';
import { metricParts } from '../base/tagged-metric.ts';
import { formatMs, parseDurationMs } from '../base/units.ts';
import { isProblem, parseThreshold } from '../judge/threshold-grammar.ts';
import { checkSteadyState } from './check-drill.ts';
import type { Check, Rollback } from './drill-shape.ts';
import type { PlannedFault, RunPlan } from './plan.ts';
import type { CheckedScenario } from './variants.ts';

/** What of a drill can be typed. */
export type DrillFlags = {
  /** Expressions by metric, beside the scenario's own. */
  hypothesis: Readonly<Record<string, readonly string[]>>;
  check?: Check;
  rollback?: Rollback;
  windowMs?: number;
};

export type DrillPlan = {
  /** Expressions by metric. */
  hypothesis: Readonly<Record<string, readonly string[]>>;
  /** Where the hypothesis is from, beside what was typed. */
  from: 'drill' | 'thresholds';
  windowMs: number;
  check: Check;
  rollback: Rollback;
};

const USUAL_WINDOW_MS = 10_000;

/** Whether the steady state is a gate before the first fault. */
export function looksBefore(check: Check): boolean {
  return check !== 'after' && check !== 'during';
}

/** Whether it is looked at once more when the faults are over. */
export function looksAfter(check: Check): boolean {
  return check !== 'before' && check !== 'during';
}

/** The drill of a checked scenario under the flags; `FiredrillError` 104 with every problem. */
export function planDrill(scenario: CheckedScenario, plan: RunPlan, flags: DrillFlags): DrillPlan {
  const problems: Problem[] = [];
  const { drill } = scenario;
  const hypothesis = hypothesisOf(scenario, flags, problems);
  const windowMs = flags.windowMs ?? parseDurationMs(drill?.window ?? USUAL_WINDOW_MS) ?? USUAL_WINDOW_MS;
  const check = flags.check ?? drill?.check ?? 'before and after';
  const rollback = flags.rollback ?? drill?.rollback ?? 'always';
  checkCalm(plan, check, problems);
  if (problems.length > 0) throw new FiredrillError(EXIT.invalid, problems);
  return { hypothesis, from: drill ? 'drill' : 'thresholds', windowMs, check, rollback };
}

function hypothesisOf(
  { drill, thresholds = {}, metrics }: CheckedScenario,
  { hypothesis: typed }: DrillFlags,
  problems: Problem[],
): DrillPlan['hypothesis'] {
  const all = new Map<string, readonly string[]>();
  for (const [metric, list] of Object.entries(drill?.steadyState ?? {})) {
    all.set(
      metric,
      list.map((promise) => (typeof promise === 'string' ? promise : promise.expression)),
    );
  }
  if (!drill) for (const [metric, list] of fromThresholds(thresholds)) all.set(metric, list);
  if (Object.keys(typed).length > 0) {
    const own = new Map([...ownSpecs(metrics)].map(([name, { kind }]) => [name, kind]));
    checkSteadyState(typed, { knownMetrics: METRIC_NAMES, own }, '--hypothesis', problems);
    for (const [metric, list] of Object.entries(typed))
      all.set(metric, [...(all.get(metric) ?? []), ...list]);
  }
  if (all.size === 0) {
    problems.push({
      code: 'no-hypothesis',
      path: 'drill.steadyState',
      got: 'none, and no threshold that every stretch of a run could keep',
      wanted: 'what steady means',
      hint: "--hypothesis 'push_duration=p(95)<250'",
    });
  }
  return Object.fromEntries(all);
}

/** Those of a scenario that has no drill: each that is about no fault, and that ten seconds can keep as well as a run. */
function fromThresholds(thresholds: NonNullable<CheckedScenario['thresholds']>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [metric, list] of Object.entries(thresholds)) {
    if (metricParts(metric)?.metric === 'recovery_duration') continue;
    const kept = list.flatMap((threshold) => {
      if (typeof threshold === 'string') return [threshold];
      const { expression, during = 'all', level = 'error' } = threshold;
      return (during === 'all' || during === 'steady') && level === 'error' ? [expression] : [];
    });
    const steady = kept.filter(isOfAnyStretch);
    if (steady.length > 0) found.set(metric, steady);
  }
  return found;
}

/** A count that a whole run must reach says nothing of a part of it. */
function isOfAnyStretch(expression: string): boolean {
  const parsed = parseThreshold(expression, '');
  if (isProblem(parsed) || parsed.stat !== 'count') return true;
  return parsed.operator.startsWith('<') || (parsed.operator === '==' && parsed.limit === 0);
}

/** Whole seconds after the ramp and before the first fault: from, until. */
export function calmBefore(plan: Pick<RunPlan, 'rampMs' | 'faults'>): { fromMs: number; untilMs: number } {
  const firstMs = Math.min(...plan.faults.map(({ atMs }) => atMs));
  return { fromMs: secondsUp(plan.rampMs), untilMs: secondsDown(firstMs) };
}

/** The end of the second in which that moment lies; a hair beyond a full second is rounding, not a second. */
export function secondsUp(ms: number): number {
  return Math.ceil(Math.round(ms) / 1e3) * 1e3;
}

/** The start of it. */
export function secondsDown(ms: number): number {
  return Math.floor(Math.round(ms) / 1e3) * 1e3;
}

function checkCalm(plan: RunPlan, check: Check, problems: Problem[]): void {
  const { faults, rampMs, totalMs } = plan;
  const first = earliest(faults);
  if (!first) {
    problems.push({
      code: 'no-faults',
      path: 'faults',
      got: 'none',
      wanted: 'a fault to be drilled with',
      hint: "firedrill run runs it as it is, or add faults: [fault.latency({ delayMs: 200 }).at('20s').for('10s')]",
    });
    return;
  }
  const calm = calmBefore(plan);
  if (looksBefore(check) && calm.untilMs - calm.fromMs < 1_000) {
    problems.push({
      code: 'no-calm-before-fault',
      path: `faults ${first.id}`,
      got: `on at ${formatMs(first.atMs)}, after a ramp of ${formatMs(rampMs)}`,
      wanted: 'a whole second of calm between the two, to see that the steady state holds',
      hint: `--check after, or move the fault to ${formatMs(calm.fromMs + 1_000)} or later`,
    });
  }
  const lastMs = Math.max(...faults.map(({ atMs, forMs }) => atMs + forMs));
  if (looksAfter(check) && secondsDown(totalMs) - secondsUp(lastMs) < 1_000) {
    problems.push({
      code: 'no-calm-after-fault',
      path: 'faults',
      got: `the last is lifted at ${formatMs(lastMs)}, and the run ends at ${formatMs(totalMs)}`,
      wanted: 'a whole second between the two, to see that the steady state is back',
      hint: '--check before or --check during, or a longer hold',
    });
  }
}

function earliest(faults: readonly PlannedFault[]): PlannedFault | null {
  let first: PlannedFault | null = null;
  for (const fault of faults) if (!first || fault.atMs < first.atMs) first = fault;
  return first;
}
