/** The timeline's twin: a row a column, for those who read numbers rather than lanes. */

import { formatClock } from '../../../../harness/base/units.ts';
import { spanAt } from '../../fault-spans.ts';
import { countText, figureText, msText, NOT_MEASURED } from '../../figures.ts';
import type { Markup } from '../markup.ts';
import { type TableColumn, tableTwin } from '../table.ts';
import type { Column, ColumnTrend } from './columns.ts';
import type { LaneContext } from './lane.ts';
import { timeoutsText } from './timeouts-lane.ts';

type Field = { head: TableColumn; write: (column: Column) => string; speaks: (column: Column) => boolean };

const always = (): boolean => true;

function field(
  head: string,
  write: (column: Column) => string,
  speaks: (column: Column) => boolean = always,
): Field {
  return { head: { head, number: true }, write, speaks };
}

function trendText(trend: ColumnTrend | null, pick: (trend: ColumnTrend) => number): string {
  return trend ? msText(pick(trend)) : '–';
}

const FIELDS: readonly Field[] = [
  field('connected', (one) => countText(one.connected)),
  field('joined', (one) => countText(one.joined)),
  field(
    'pushes due/s',
    (one) => figureText(one.offered),
    (one) => one.offered > 0,
  ),
  field(
    'sent/s',
    (one) => figureText(one.sent),
    (one) => one.sent > 0,
  ),
  field(
    'push p50',
    (one) => trendText(one.push, (trend) => trend.p50),
    (one) => one.push !== null,
  ),
  field(
    'push p99',
    (one) => trendText(one.push, (trend) => trend.p99),
    (one) => one.push !== null,
  ),
  field(
    'push max',
    (one) => trendText(one.push, (trend) => trend.max),
    (one) => one.push !== null,
  ),
  field(
    'join p99',
    (one) => trendText(one.join, (trend) => trend.p99),
    (one) => one.join !== null,
  ),
  field(
    'broadcast last',
    (one) => (one.broadcasts ? msText(one.broadcasts.lastMs) : '–'),
    (one) => one.broadcasts !== null,
  ),
  field(
    'missing',
    (one) => (one.broadcasts ? countText(one.broadcasts.missing) : '–'),
    (one) => one.broadcasts !== null,
  ),
  field('timeouts/s', timeoutsText, (one) => Object.keys(one.timeouts).length > 0),
  field(
    'errors/s',
    (one) => figureText(one.errors),
    (one) => one.errors > 0,
  ),
  field(
    'drops/s',
    (one) => figureText(one.drops),
    (one) => one.drops > 0,
  ),
  field(
    'reconnects/s',
    (one) => figureText(one.reconnects),
    (one) => one.reconnects > 0,
  ),
  field(
    'server connects/s',
    (one) => figureText(one.serverConnects),
    (one) => one.serverConnects !== null,
  ),
  field(
    'mailboxes',
    (one) => countText(one.mailbox?.sum),
    (one) => one.mailbox !== null,
  ),
  field(
    'oldest wait',
    (one) => msText(one.mailbox?.oldestWaitMs),
    (one) => one.mailbox !== null,
  ),
  field(
    'server cores',
    (one) => figureText(one.cpu),
    (one) => one.cpu !== null,
  ),
  field('driver late p99', (one) => msText(one.latenessMs)),
];

/** The table of all columns; fields in which nothing ever happened are left out. */
export function timelineTable({ timeline, spans }: LaneContext): Markup {
  const columns = timeline.columns.filter((column) => column !== null);
  const fields = FIELDS.filter((one) => columns.some(one.speaks));
  const rows = columns.map((column) => [
    formatClock(column.fromMs),
    ...fields.map((one) => short(one.write(column))),
    spanAt(spans, column.fromMs)?.fault.name ?? '',
  ]);
  const heads: TableColumn[] = [{ head: 'from' }, ...fields.map((one) => one.head), { head: 'fault on' }];
  return tableTwin('The timeline as a table', heads, rows);
}

/** A dash keeps a wide table of seconds readable where a second had no sample. */
function short(text: string): string {
  return text === NOT_MEASURED ? '–' : text;
}
