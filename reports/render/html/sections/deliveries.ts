/** Did everybody get everything, once, in order, and how far apart? */

import type { RunRecord } from '../../../../harness/record/run-record.ts';
import { countText, msText, numbered, shareText } from '../../figures.ts';
import { trendOf } from '../../metrics.ts';
import { el, type Markup } from '../markup.ts';
import { card, type Cell, nothing, section, table } from '../table.ts';

/** The deliveries section. */
export function deliveriesSection({ summary, broadcasts }: RunRecord): Markup {
  const { expected, received, missing, duplicate, reordered } = summary.deliveries;
  const meaning = broadcasts.length > 0 ? `${numbered(broadcasts.length, 'broadcast')} witnessed` : '';
  const spread = trendOf(summary, 'broadcast_spread');
  if (expected === 0 && broadcasts.length === 0 && !spread) {
    return section('deliveries', 'Deliveries', '', card(nothing('No broadcast was witnessed in this run.')));
  }
  const share = (count: number): string => (expected === 0 ? '' : shareText(count / expected));
  const row = (name: string, count: number, bad: boolean): Cell[] => [
    name,
    { cell: countText(count), className: bad ? 'bad' : '' },
    share(count),
  ];
  const rows = [
    row('expected', expected, false),
    row('received once', received, false),
    row('missing', missing, missing > 0),
    row('duplicate', duplicate, duplicate > 0),
    row('reordered', reordered, reordered > 0),
  ];
  const columns = [
    { head: 'deliveries' },
    { head: 'count', number: true },
    { head: 'of expected', number: true },
  ];
  const words = spread
    ? `Between the first and the last receiver of one broadcast: p50 ${msText(spread.med)}, p99 ${msText(spread.p99)}, most ${msText(spread.max)}.`
    : 'The spread between first and last receiver was not measured.';
  return section(
    'deliveries',
    'Deliveries',
    meaning,
    card(table('Deliveries', columns, rows), el('p', { class: 'left-out' }, words)),
  );
}
