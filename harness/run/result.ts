/** A run that is over, as the `finding` of its scenario reads it: by the figures thresholds are held against. */
import { EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import { METRIC_NAMES } from '../base/metrics.ts';
import type { OwnSpec } from '../base/own-metrics.ts';
import { formatBytes, formatCount, formatFigure, formatMs, formatShare } from '../base/units.ts';
import { evaluateThresholds, type Measurements } from '../judge/evaluate.ts';
import type { Summary, ThresholdResult } from '../record/run-record.ts';
import { checkThresholds, type ThresholdNames } from '../scenario/check-thresholds.ts';
import type { Result } from '../scenario/finding.ts';

/** What a run may be asked about: its scenario's own metrics, and the kinds of its faults. */
export type ResultNames = { own: ReadonlyMap<string, OwnSpec>; faultKinds: readonly string[] };

/** The result of a run; a figure that no threshold could name is a `FiredrillError` that says what there is. */
export function resultOf(
  measured: Measurements,
  names: ResultNames,
  { clients, verdict, thresholds }: Pick<Summary, 'clients' | 'verdict' | 'thresholds'>,
): Result {
  const known: ThresholdNames = {
    knownMetrics: METRIC_NAMES,
    own: new Map([...names.own].map(([name, { kind }]) => [name, kind])),
    faultKinds: names.faultKinds,
  };
  const read = (metric: string, statistic: string, during = 'all'): ThresholdResult => {
    // Any limit would do: what is wanted is what would have been held against it.
    const asked = Object.fromEntries([[metric, [{ expression: `${statistic}${ANY_LIMIT}`, during }]]]);
    const problems: Problem[] = [];
    checkThresholds(asked, known, problems);
    const [figure] = problems.length === 0 ? evaluateThresholds(asked, measured) : [];
    if (figure) return figure;
    throw new FiredrillError(
      EXIT.scenarioThrew,
      problems.map((problem) => asFigure(problem, metric, statistic)),
    );
  };
  return {
    figure: (metric, statistic, { during } = {}) => read(metric, statistic, during).actual,
    text(metric, statistic, { during } = {}) {
      const { actual, unit } = read(metric, statistic, during);
      if (actual !== null) return inUnit(actual, unit);
      const isPercentile = statistic.startsWith('p') || statistic === 'med';
      const samples = isPercentile ? (read(metric, 'count', during).actual ?? 0) : 0;
      return samples > 0 ? 'too few samples' : 'nothing';
    },
    clients: clients.planned - clients.failed,
    verdict: verdict.status,
    thresholds,
  };
}

const ANY_LIMIT = '>=0';
const STATISTICS = 'p(N), avg, min, max, med, count, rate or value';

/** The problem a threshold would have had, in the words of a figure. */
function asFigure({ hint, got, ...problem }: Problem, metric: string, statistic: string): Problem {
  const asked = `figure('${metric}', '${statistic}')`;
  return {
    ...problem,
    path: asked,
    ...(got === undefined ? {} : { got: got.replace(ANY_LIMIT, '') }),
    ...(hint === undefined ? {} : { hint: hint.replace(ANY_LIMIT, '') }),
    ...(problem.code === 'threshold-grammar' ? { wanted: STATISTICS } : {}),
  };
}

function inUnit(value: number, unit: ThresholdResult['unit']): string {
  switch (unit) {
    case 'ms':
      return formatMs(value);
    case 'share':
      return formatShare(value);
    case 'perSecond':
      return `${formatFigure(value)}/s`;
    case 'bytes':
      return formatBytes(value);
    case 'count':
      return Number.isInteger(value) ? formatCount(value) : formatFigure(value);
  }
}
