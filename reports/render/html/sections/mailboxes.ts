/** Mailboxes by process: the fullest ones any reading of the run found. */

import { formatClock } from '../../../../harness/base/units.ts';
import type { RunRecord } from '../../../../harness/record/run-record.ts';
import type { TopMailbox, WindowLine } from '../../../../harness/record/timeline-line.ts';
import { type FaultSpan, spanBehind } from '../../fault-spans.ts';
import { countText, msText } from '../../figures.ts';
import { visibleLine } from '../../visible-text.ts';
import { el, type Markup } from '../markup.ts';
import { card, nothing, section, table } from '../table.ts';

const MOST_ROWS = 12;

/** A process at its worst. */
export type WorstMailbox = TopMailbox & { atMs: number };

/** One entry a process (by pid and topic), each at its longest, the longest first. */
export function worstMailboxes(windows: readonly WindowLine[]): WorstMailbox[] {
  const worst = new Map<string, WorstMailbox>();
  for (const window of windows) {
    for (const one of window.mailbox?.top ?? []) {
      const key = JSON.stringify([one.pid, one.topic]);
      const known = worst.get(key);
      if (!known) {
        worst.set(key, { ...one, atMs: window.atMs });
        continue;
      }
      known.highWater = Math.max(known.highWater, one.highWater);
      known.oldestWaitMs = Math.max(known.oldestWaitMs, one.oldestWaitMs);
      if (one.len > known.len) {
        known.len = one.len;
        known.atMs = window.atMs;
      }
    }
  }
  return [...worst.values()]
    .filter((one) => one.len > 0 || one.highWater > 0)
    .toSorted((a, b) => b.len - a.len || b.highWater - a.highWater);
}

/** The section of mailboxes by process. */
export function mailboxesSection(record: RunRecord, spans: readonly FaultSpan[]): Markup {
  const observed = record.windows.some((window) => window.mailbox !== undefined);
  const worst = worstMailboxes(record.windows);
  if (worst.length === 0) {
    const why = observed
      ? 'No reading found a message waiting in any process.'
      : 'Not measured: no control port was read (--control), so only what clients see is known.';
    return section('mailboxes', 'Mailboxes by process', '', card(nothing(why)));
  }
  const columns = [
    { head: 'process' },
    { head: 'kind' },
    { head: 'topic' },
    { head: 'waiting', number: true },
    { head: 'high water', number: true },
    { head: 'oldest wait', number: true },
    { head: 'at', number: true },
    { head: 'fault' },
  ];
  const rows = worst.slice(0, MOST_ROWS).map((one) => {
    const span = spanBehind(spans, one.atMs);
    return [
      el('code', {}, visibleLine(one.pid, 40)),
      visibleLine(one.kind, 40),
      one.topic === null ? '–' : el('code', {}, visibleLine(one.topic, 60)),
      countText(one.len),
      countText(one.highWater),
      msText(one.oldestWaitMs),
      el('a', { href: '#timeline', 'data-at': String(Math.round(one.atMs)) }, formatClock(one.atMs)),
      span ? visibleLine(span.fault.name, 40) : '–',
    ];
  });
  const more =
    worst.length > MOST_ROWS
      ? `the ${MOST_ROWS} longest of ${countText(worst.length)} seen`
      : 'each at its longest';
  return section(
    'mailboxes',
    'Mailboxes by process',
    more,
    card(table('Mailboxes by process', columns, rows)),
  );
}
