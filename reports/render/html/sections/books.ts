/** The books: where every operation ended. planned = sent + dropped; sent = ok + error + timeout + lost + in flight. */

import type { OperationKind, RunRecord, Summary } from '../../../../harness/record/run-record.ts';
import { countText } from '../../figures.ts';
import { visibleLine } from '../../visible-text.ts';
import { all, el, type Markup } from '../markup.ts';
import { card, type Cell, section, table } from '../table.ts';

const KINDS: readonly OperationKind[] = ['connect', 'join', 'push', 'heartbeat'];

type Operation = Summary['operations'][OperationKind];

/** True when an operation's own row adds up. */
export function addsUp(one: Operation): boolean {
  return (
    one.planned === one.sent + one.dropped &&
    one.sent === one.ok + one.error + one.timeout + one.lost + one.inFlight
  );
}

/** The operations section. */
export function booksSection({ summary }: RunRecord): Markup {
  const heads = ['planned', 'dropped', 'sent', 'ok', 'error', 'timeout', 'lost', 'in flight'];
  const columns = [{ head: 'operation' }, ...heads.map((head) => ({ head, number: true }))];
  const rows = KINDS.map((kind) => operationRow(kind, summary.operations[kind]));
  return section(
    'operations',
    'Operations',
    'planned = dropped + sent; sent = ok + error + timeout + lost + in flight at the end',
    card(
      table('Operations', columns, rows),
      el(
        'p',
        { class: 'left-out' },
        summary.books.balanced
          ? all(el('span', { class: 'sign pass' }, '✓'), 'The books balance.')
          : all(el('span', { class: 'sign fail' }, '✕'), `The books do not balance: ${problems(summary)}`),
      ),
    ),
  );
}

function problems({ books }: Summary): string {
  return books.problems.length === 0 ? 'no problem is named.' : visibleLine(books.problems.join('; '), 600);
}

function operationRow(kind: OperationKind, one: Operation): Cell[] {
  const ok = addsUp(one);
  const name = all(el('span', { class: `sign ${ok ? 'pass' : 'fail'}` }, ok ? '✓' : '✕'), kind);
  const bad = (count: number): Cell => ({ cell: countText(count), className: count > 0 ? 'bad' : '' });
  return [
    name,
    countText(one.planned),
    bad(one.dropped),
    countText(one.sent),
    countText(one.ok),
    bad(one.error),
    bad(one.timeout),
    bad(one.lost),
    countText(one.inFlight),
  ];
}
