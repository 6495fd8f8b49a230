/** Every metric of the run, folded away. */

import type { RunRecord } from '../../../../harness/record/run-record.ts';
import { countText, msText, shareText, valueText } from '../../figures.ts';
import { gaugeUnit, isCount, isShareRate, isTrend } from '../../metrics.ts';
import { visibleLine } from '../../visible-text.ts';
import { el, type Markup } from '../markup.ts';
import { nothing, table } from '../table.ts';

const MOST_ROWS = 500;

/** The full table of metrics in a `<details>`. */
export function metricsSection({ summary }: RunRecord): Markup {
  const entries = Object.entries(summary.metrics)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MOST_ROWS);
  const trends = entries.flatMap(([name, one]) => {
    if (!isTrend(one)) return [];
    const values = [one.min, one.avg, one.med, one.p90, one.p95, one.p99, one.p999, one.max];
    const texts = one.count === 0 ? values.map(() => '–') : values.map((value) => msText(value));
    return [[metricName(name), countText(one.count), ...texts]];
  });
  const counts = entries.flatMap(([name, one]) => {
    if (!isCount(one)) return [];
    return [
      [
        metricName(name),
        countText(one.count),
        isShareRate(name) ? shareText(one.rate) : valueText('perSecond', one.rate),
      ],
    ];
  });
  const gauges = entries.flatMap(([name, one]) => {
    if (isTrend(one) || isCount(one)) return [];
    const unit = gaugeUnit(name);
    return [[metricName(name), ...[one.value, one.min, one.max].map((value) => valueText(unit, value))]];
  });
  const number = (head: string): { head: string; number: boolean } => ({ head, number: true });
  return el(
    'details',
    { id: 'metrics', class: 'fold card' },
    el('summary', {}, `All ${countText(entries.length)} metrics`),
    entries.length === 0 && nothing('No metric was recorded.'),
    trends.length > 0 &&
      table(
        'Durations',
        [
          { head: 'duration' },
          ...['samples', 'min', 'avg', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max'].map(number),
        ],
        trends,
      ),
    counts.length > 0 &&
      table(
        'Rates and counters',
        [{ head: 'rate or counter' }, number('count'), number('share or rate')],
        counts,
      ),
    gauges.length > 0 &&
      table('Gauges', [{ head: 'gauge' }, ...['last', 'least', 'most'].map(number)], gauges),
  );
}

function metricName(name: string): Markup {
  return el('code', {}, visibleLine(name, 100));
}
