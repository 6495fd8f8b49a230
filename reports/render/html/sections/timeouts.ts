/** Timeout rates by kind, each against the operations it is a share of, and by cause where that is known. */

import { causeWords, isTimeoutCause, TIMED_KINDS } from '../../../../harness/base/timeout-causes.ts';
import { TIMEOUT_WORDS } from '../../../../harness/explain/timeout-words.ts';
import type { RunRecord, Summary } from '../../../../harness/record/run-record.ts';
import { countText, shareText } from '../../figures.ts';
import { bareName, countOf, isCount } from '../../metrics.ts';
import { causesOf } from '../../timeout-causes.ts';
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

/** Why they timed out, with a sentence for each cause; nothing where nothing did, or nobody asked why. */
export function timeoutCausesSection({ summary }: RunRecord): Markup | null {
  const byCause = new Map<string, Map<string, number>>();
  for (const kind of TIMED_KINDS) {
    for (const [cause, count] of causesOf(summary, kind)) {
      byCause.set(cause, (byCause.get(cause) ?? new Map<string, number>()).set(kind, count));
    }
  }
  const kinds = TIMED_KINDS.filter((kind) => [...byCause.values()].some((counts) => counts.has(kind)));
  if (kinds.length === 0) return null;
  const totalOf = (counts: ReadonlyMap<string, number>): number =>
    [...counts.values()].reduce((a, b) => a + b, 0);
  const rows = [...byCause]
    .toSorted(([, a], [, b]) => totalOf(b) - totalOf(a))
    .map(([cause, counts]): Cell[] => {
      const words = isTimeoutCause(cause) ? TIMEOUT_WORDS[cause] : { means: '', tryThis: '' };
      const numbers = kinds.map((kind) => (counts.has(kind) ? countText(counts.get(kind)) : ''));
      return [visibleLine(causeWords(cause), 40), ...numbers, words.means, words.tryThis];
    });
  const columns = [
    { head: 'timed out for' },
    ...kinds.map((kind) => ({ head: HEADS[kind], number: true })),
    { head: 'what it means' },
    { head: 'what to try' },
  ];
  const aside = 'each charged to the one the evidence speaks for';
  return section(
    'timeout-causes',
    'Timeouts by cause',
    aside,
    card(table('Timeouts by cause', columns, rows)),
  );
}

const HEADS = { connect: 'connects', join: 'joins', push: 'pushes', heartbeat: 'heartbeats' } as const;

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
