/** Thresholds: limit, actual, margin, and the way to the worst second. */

import { formatClock } from '../../../../harness/base/units.ts';
import type { Summary, ThresholdResult } from '../../../../harness/record/run-record.ts';
import type { FaultSpan } from '../../fault-spans.ts';
import {
  actualText,
  comparisonOf,
  duringText,
  limitText,
  marginText,
  statusSign,
} from '../../threshold-words.ts';
import { visibleLine } from '../../visible-text.ts';
import { all, el, type Markup } from '../markup.ts';
import { card, type Cell, nothing, section, table } from '../table.ts';

const ORDER = { fail: 0, inconclusive: 1, pass: 2 } as const;

/** The thresholds section; failed ones first. */
export function thresholdsSection(summary: Summary, spans: readonly FaultSpan[]): Markup {
  const sorted = summary.thresholds.toSorted((a, b) => ORDER[a.status] - ORDER[b.status]);
  const columns = [
    { head: 'metric' },
    { head: 'limit', number: true },
    { head: 'actual', number: true },
    { head: 'margin', number: true },
    { head: 'worst at', number: true },
  ];
  const content =
    sorted.length === 0
      ? nothing('This scenario sets no thresholds.')
      : table(
          'Thresholds',
          columns,
          sorted.map((one) => thresholdRow(one, spans)),
        );
  return section('thresholds', 'Thresholds', '', card(content));
}

function thresholdRow(threshold: ThresholdResult, spans: readonly FaultSpan[]): Cell[] {
  const bad = threshold.status === 'fail' ? 'bad' : '';
  const during = duringText(threshold, spans);
  const { statistic } = comparisonOf(threshold.expression);
  const worst =
    threshold.worstAtMs === null
      ? ''
      : el(
          'a',
          { href: '#timeline', 'data-at': String(Math.round(threshold.worstAtMs)) },
          formatClock(threshold.worstAtMs),
        );
  return [
    all(
      el('span', { class: `sign ${threshold.status}` }, statusSign(threshold.status)),
      el('span', { class: 'unseen' }, `${threshold.status}: `),
      el('code', {}, visibleLine(`${threshold.metric} ${statistic}`, 120)),
      during !== '' && ` ${visibleLine(during, 60)}`,
      threshold.level === 'warn' && el('span', { class: 'aside' }, ' warning only'),
      threshold.reason !== undefined && el('span', { class: 'why' }, visibleLine(threshold.reason, 200)),
    ),
    limitText(threshold),
    { cell: actualText(threshold), className: bad },
    { cell: marginText(threshold), className: bad },
    worst,
  ];
}
