/** `--threshold metric=expression`, on metrics of ours and on the counters of events heard. */
import type { Problem } from '../base/errors.ts';
import { METRIC_NAMES, metricOf } from '../base/metrics.ts';
import { neighbours } from '../base/neighbours.ts';
import { checkStatistic, isProblem, parseThreshold } from '../judge/threshold-grammar.ts';
import { readTypedThresholds } from '../scenario/typed-thresholds.ts';
import type { QuickDrill } from './drill.ts';

/** The thresholds by metric; those that are none are left out and reported. */
export function readThresholds(
  typed: readonly string[],
  counters: readonly string[],
  problems: Problem[],
): QuickDrill['thresholds'] {
  const thresholds: QuickDrill['thresholds'][number][] = [];
  const refuse = (problem: Omit<Problem, 'path'>): number =>
    problems.push({ path: '--threshold', ...problem });
  for (const [metric, expressions] of readTypedThresholds(typed, problems)) {
    const kind = metricOf(metric)?.kind ?? (counters.includes(metric) ? 'counter' : undefined);
    if (kind === undefined) {
      const known = [...METRIC_NAMES, ...counters];
      const [near] = neighbours(metric, known);
      const hint = near === undefined ? {} : { hint: `did you mean ${near}?` };
      const wanted =
        near === undefined ? `one of ${known.join(', ')}` : 'a metric of a run, or received_<event>';
      refuse({ code: 'unknown-metric', got: `'${metric}'`, wanted, ...hint });
      continue;
    }
    const held = expressions.filter((expression) => {
      const parsed = parseThreshold(expression, '--threshold');
      const problem = isProblem(parsed) ? parsed : checkStatistic(parsed, metric, kind, '--threshold');
      if (problem) problems.push(problem);
      return !problem;
    });
    if (held.length > 0) thresholds.push({ metric, expressions: held });
  }
  return thresholds;
}
