/** `--threshold` and `--abort metric=expression`, on metrics of ours and on the counters of events heard. */
import type { Problem } from '../base/errors.ts';
import { METRIC_NAMES, metricOf } from '../base/metrics.ts';
import { neighbours } from '../base/neighbours.ts';
import { checkStatistic, isProblem, parseThreshold } from '../judge/threshold-grammar.ts';
import { readTypedThresholds } from '../scenario/typed-thresholds.ts';
import type { QuickDrill } from './drill.ts';

type Flag = '--threshold' | '--abort';

/** The thresholds by metric; those that are none are left out and reported. */
export function readThresholds(
  typed: readonly string[],
  counters: readonly string[],
  problems: Problem[],
  typedAborts: readonly string[] = [],
): QuickDrill['thresholds'] {
  const held = readHeld('--threshold', typed, counters, problems);
  const aborts = readHeld('--abort', typedAborts, counters, problems);
  return [...new Set([...held.keys(), ...aborts.keys()])].map((metric) => {
    const ends = aborts.get(metric);
    return { metric, expressions: held.get(metric) ?? [], ...(ends ? { aborts: ends } : {}) };
  });
}

function readHeld(
  flag: Flag,
  typed: readonly string[],
  counters: readonly string[],
  problems: Problem[],
): Map<string, string[]> {
  const thresholds = new Map<string, string[]>();
  for (const [metric, expressions] of readTypedThresholds(typed, problems, flag)) {
    const kind = metricOf(metric)?.kind ?? (counters.includes(metric) ? 'counter' : undefined);
    if (kind === undefined) {
      const known = [...METRIC_NAMES, ...counters];
      const [near] = neighbours(metric, known);
      const hint = near === undefined ? {} : { hint: `did you mean ${near}?` };
      const wanted =
        near === undefined ? `one of ${known.join(', ')}` : 'a metric of a run, or received_<event>';
      problems.push({ path: flag, code: 'unknown-metric', got: `'${metric}'`, wanted, ...hint });
      continue;
    }
    const held = expressions.filter((expression) => {
      const parsed = parseThreshold(expression, flag);
      const problem = isProblem(parsed) ? parsed : checkStatistic(parsed, metric, kind, flag);
      if (problem) problems.push(problem);
      return !problem;
    });
    if (held.length > 0) thresholds.set(metric, held);
  }
  return thresholds;
}
