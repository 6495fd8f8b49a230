/** Timeout rates by kind, each against the operations it is a share of, and by cause where that is known. */

import type { RunRecord, Summary } from '../../../../harness/record/run-record.ts';
import { countText, shareText } from '../../figures.ts';
import { bareName, countOf, isCount } from '../../metrics.ts';
import { visibleLine } from '../../visible-text.ts';
import { all, el, type Markup } from '../markup.ts';
import { card, type Cell, section, table } from '../table.ts';

type Kind = { metric: string; name: string; of: (summary: Summary) => number };

const KINDS: readonly Kind[] = [
  { metric: 'join_timeouts', name: 'joins timed out', of: (summary) => summary.operations.join.sent },
  { metric: 'push_timeouts', name: 'pushes timed out', of: (summary) => summary.operations.push.sent },
  {
    metric: 'heartbeat_timeouts',
    name: 'heartbeats timed out',
    of: (summary) => summary.operations.heartbeat.sent,
  },
  {
    metric: 'errors',
    name: 'errors, all operations',
    of: ({ operations }) => Object.values(operations).reduce((sum, one) => sum + one.sent, 0),
  },
];

/** The section of timeout rates. */
export function timeoutsSection({ summary }: RunRecord): Markup {
  const rows = KINDS.flatMap((kind) => [kindRow(summary, kind), ...causeRows(summary, kind)]);
  const columns = [
    { head: 'outcome' },
    { head: 'count', number: true },
    { head: 'of', number: true },
    { head: 'share', number: true },
  ];
  return section(
    'timeouts',
    'Timeouts and errors',
    'a timeout means: cannot tell',
    card(table('Timeouts and errors', columns, rows)),
  );
}

function kindRow(summary: Summary, kind: Kind): Cell[] {
  const metric = countOf(summary, kind.metric);
  return [kind.name, countText(metric?.count), countText(kind.of(summary)), shareText(metric?.rate)];
}

/** Rows of the same metric under a tag: `push_timeouts{cause:blocked handler}`. */
function causeRows(summary: Summary, kind: Kind): Cell[][] {
  return Object.entries(summary.metrics).flatMap(([name, metric]) => {
    if (name === kind.metric || bareName(name) !== kind.metric || !isCount(metric) || metric.count === 0)
      return [];
    const tag = visibleLine(name.slice(kind.metric.length).replace(/^\{|\}$/g, ''), 80);
    const label = all(el('span', { class: 'aside' }, '↳ '), tag);
    return [[label, countText(metric.count), '', shareText(metric.rate)]];
  });
}
