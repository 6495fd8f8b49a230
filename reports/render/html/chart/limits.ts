/** Thresholds that can be drawn as a line on the chart of their metric. */

import type { Summary } from '../../../../harness/record/run-record.ts';
import type { FaultSpan } from '../../fault-spans.ts';
import { valueText } from '../../figures.ts';
import { bareName } from '../../metrics.ts';
import { comparisonOf, duringText } from '../../threshold-words.ts';

/** A limit in the metric's unit, with the words beside its line. */
export type DrawnLimit = { limit: number; words: string; failed: boolean };

const MOST_LINES = 2;

/** The limits on a duration metric: failed ones first, at most two, so that a lane stays readable. */
export function limitsOn(summary: Summary, metric: string, spans: readonly FaultSpan[]): DrawnLimit[] {
  const drawn: DrawnLimit[] = [];
  for (const threshold of summary.thresholds) {
    if (bareName(threshold.metric) !== metric || threshold.unit !== 'ms' || !(threshold.limit > 0)) continue;
    const { statistic } = comparisonOf(threshold.expression);
    const words = [
      'limit',
      statisticText(statistic),
      valueText('ms', threshold.limit),
      duringText(threshold, spans),
    ];
    drawn.push({
      limit: threshold.limit,
      words: words.filter((word) => word !== '').join(' '),
      failed: threshold.status === 'fail',
    });
  }
  return drawn.toSorted((a, b) => Number(b.failed) - Number(a.failed)).slice(0, MOST_LINES);
}

/** `p99` for `p(99)`, anything else as it is. */
export function statisticText(statistic: string): string {
  const quantile = /^p\((\d+(?:\.\d+)?)\)$/.exec(statistic);
  return quantile ? `p${quantile[1]}` : statistic;
}
