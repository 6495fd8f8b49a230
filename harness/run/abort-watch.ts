/**
 * Thresholds that end a run, as k6's `abortOnFail`: each is looked at every second
 * after the ramp, over the last ten, so that no calm before dilutes the trouble.
 */
import { parseDurationMs } from '../base/units.ts';
import { evaluateThresholds, type Measurements } from '../judge/evaluate.ts';
import { isProblem, parseThreshold } from '../judge/threshold-grammar.ts';
import { describeMiss } from '../judge/verdict.ts';
import type { Thresholds } from '../scenario/api.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { RunPlan } from '../scenario/plan.ts';
import { measuredSoFar, type Going } from './measured-so-far.ts';
import { rangeMeasurements } from './range-measurements.ts';
import type { RunJournal } from './run-journal.ts';

/** How far a look goes back, but never into the ramp. */
export const LOOK_BACK_MS = 10_000;

type Condition = {
  metric: string;
  expression: string;
  /** When it is first looked at. */
  fromMs: number;
  /** A count that has yet to be reached says nothing before its ten seconds are full. */
  needsAll: boolean;
};

export class AbortWatch {
  readonly #conditions: readonly Condition[];
  readonly #plan: Pick<RunPlan, 'rampMs' | 'totalMs'>;
  readonly #measure: (fromMs: number, untilMs: number) => Measurements;

  /** `measure` reads a range of the run's whole seconds. */
  constructor(
    thresholds: Thresholds<string> | undefined,
    plan: Pick<RunPlan, 'rampMs' | 'totalMs'>,
    measure: (fromMs: number, untilMs: number) => Measurements,
  ) {
    this.#conditions = conditionsOf(thresholds ?? {}, plan.rampMs);
    this.#plan = plan;
    this.#measure = measure;
  }

  /** True when no threshold ends the run. */
  get isIdle(): boolean {
    return this.#conditions.length === 0;
  }

  /** Looks back from the end of a second that is measured; the first condition that failed, in words. */
  look(untilMs: number): string | null {
    if (untilMs > this.#plan.totalMs) return null;
    const rampEndMs = Math.ceil(this.#plan.rampMs / 1e3) * 1e3;
    const fromMs = Math.max(untilMs - LOOK_BACK_MS, rampEndMs);
    if (fromMs >= untilMs) return null;
    const due = this.#conditions.filter(
      (one) => untilMs >= one.fromMs && !(one.needsAll && untilMs - fromMs < LOOK_BACK_MS),
    );
    if (due.length === 0) return null;
    // Which second was worst is not asked, and finding it means decoding every one of them.
    const source: Measurements = { ...this.#measure(fromMs, untilMs), worst: () => null };
    const over = ` over the last ${(untilMs - fromMs) / 1e3} s`;
    for (const { metric, expression } of due) {
      const [result] = evaluateThresholds(Object.fromEntries([[metric, [expression]]]), source);
      if (result?.status === 'fail') return `${describeMiss(result, over)} (abort condition)`;
    }
    return null;
  }
}

/** Has each second of a run looked at, and the run ended by the first condition that fails. */
export function watchAborts(going: Going & { journal: RunJournal }, { scenario }: LoadedScenario): void {
  const { journal, plan } = going;
  const run = measuredSoFar(going);
  const measure = (fromMs: number, untilMs: number): Measurements => rangeMeasurements(run, fromMs, untilMs);
  const watch = new AbortWatch(scenario.thresholds, plan, measure);
  if (watch.isIdle) return;
  journal.onSecond.push((untilMs) => {
    const why = watch.look(untilMs);
    if (why !== null) journal.stop('condition', why);
  });
}

function conditionsOf(thresholds: Thresholds<string>, rampMs: number): Condition[] {
  const conditions: Condition[] = [];
  for (const [metric, list] of Object.entries(thresholds)) {
    for (const threshold of list ?? []) {
      if (typeof threshold === 'string' || threshold.abortOnFail !== true) continue;
      const { expression, delayAbortEval = 0 } = threshold;
      const fromMs = rampMs + (parseDurationMs(delayAbortEval) ?? 0);
      conditions.push({ metric, expression, fromMs, needsAll: hasYetToGrow(expression) });
    }
  }
  return conditions;
}

/** `count>100`: true only once enough time has gone by. */
function hasYetToGrow(text: string): boolean {
  const parsed = parseThreshold(text, 'thresholds');
  if (isProblem(parsed) || parsed.stat !== 'count') return false;
  const { operator, limit } = parsed;
  return operator.startsWith('>') || operator === '!=' || (operator === '==' && limit > 0);
}
