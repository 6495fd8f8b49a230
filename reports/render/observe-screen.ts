/** The whole screen of `observe`: a head, a page, a line of keys; never larger than the terminal. */

import type { ObserveView } from '../../harness/record/observe-view.ts';
import { msText } from './figures.ts';
import {
  lengthsLine,
  mailboxLine,
  nodeLines,
  ratesLine,
  tablesLine,
  titleLine,
  totalsLine,
} from './observe-screen-head.ts';
import { eventPage, helpPage, supervisorPage, tablePage } from './observe-screen-pages.ts';
import { processLines } from './observe-screen-process.ts';
import { tableLines } from './observe-screen-table.ts';
import { asManyAsFit, screenLine, shown, type LineStyle } from './observe-screen-width.ts';
import { type Piece, piece } from './terminal.ts';

export type ScreenSize = { columns: number; rows: number; colour: boolean };

type Line = readonly Piece[];

/** Terminals this high have room for what is good to have. */
const HIGH = 32;

/** Exactly `rows` lines of at most `columns` cells. */
export function renderObserve(view: ObserveView, size: ScreenSize): string[] {
  const columns = Math.max(20, Math.floor(size.columns) || 80);
  const rows = Math.max(5, Math.floor(size.rows) || 24);
  const style: LineStyle = { columns, colour: size.colour };
  const write = (line: Line): string => screenLine(line, style);
  const head = headLines(view, columns, rows).map(write);
  const height = rows - head.length - 1;
  const page =
    view.screen.page === 'processes'
      ? tableLines(view, height, style)
      : scrolled(view, columns, height).map(write);
  const body = [...head, ...page].slice(0, rows - 1);
  const space = Array.from({ length: rows - 1 - body.length }, () => '');
  return [...body, ...space, write(keyLine(view, columns))];
}

/** Rows a page has beside the head: how far PgUp and PgDn go. */
export function pageHeight(view: ObserveView, { columns, rows }: Omit<ScreenSize, 'colour'>): number {
  return Math.max(
    1,
    rows - headLines(view, columns, rows).length - 1 - (view.screen.page === 'processes' ? 2 : 0),
  );
}

function headLines(view: ObserveView, columns: number, rows: number): Line[] {
  const { server, screen } = view;
  const title = titleLine(view, columns);
  const notice = noticeLine(view);
  if (server === null) return [title, notice ?? []];
  // A page needs the room more than the figures that are on the table's head.
  if (screen.page !== 'processes' || rows < 16) {
    return [title, totalsLine(server, columns), mailboxLine(view, columns), notice ?? []];
  }
  const isHigh = rows >= HIGH;
  const lengths = isHigh ? lengthsLine(server, columns) : null;
  return [
    title,
    ...nodeLines(view, Math.max(2, Math.floor(rows / 6)), columns),
    totalsLine(server, columns),
    mailboxLine(view, columns),
    ...(lengths === null ? [] : [lengths]),
    tablesLine(server, columns),
    ratesLine(view, columns),
    notice ?? [],
  ];
}

/** What is wrong, on the line that is empty otherwise. */
function noticeLine({ silence, server }: ObserveView): Line | null {
  if (silence === null) return null;
  const age = server === null ? '' : `   figures of ${msText(silence.oldMs)} ago`;
  return [piece(` ✕ no answer: ${shown(silence.what, 120)}`, 'fail'), piece(`${age}   asking again`, 'soft')];
}

function scrolled(view: ObserveView, columns: number, height: number): Line[] {
  const lines = pageLines(view, columns);
  const first = Math.max(0, Math.min(view.screen.scroll, lines.length - height));
  const hidden = lines.length - first - height;
  if (hidden <= 0) return lines.slice(first);
  return [...lines.slice(first, first + height - 1), [piece(` ↓ ${hidden + 1} more lines`, 'soft')]];
}

/** Lines of the open page: as far as it can be scrolled. */
export function pageLength(view: ObserveView, columns: number): number {
  return pageLines(view, columns).length;
}

function pageLines(view: ObserveView, columns: number): Line[] {
  switch (view.screen.page) {
    case 'process':
      return processLines(view, columns);
    case 'tables':
      return tablePage(view, columns);
    case 'events':
      return eventPage(view, columns);
    case 'supervisors':
      return supervisorPage(view);
    case 'help':
      return helpPage();
    case 'processes':
      return [];
  }
}

function keyLine({ screen }: ObserveView, columns: number): Line {
  if (screen.typing) {
    return [
      piece(' filter ', 'bold'),
      piece(`${shown(screen.filter, 60)}▏`),
      piece('   Enter keeps it, Esc drops it', 'soft'),
    ];
  }
  const pages = columns < 92 ? ['t e v pages'] : ['t tables', 'e events', 'v tree'];
  const keys =
    screen.page === 'processes'
      ? ['q quit', 'h help', '↑↓ Enter open', 's sort', '/ filter', 'n node', 'p pause', ...pages]
      : ['q back', 'h help', '↑↓ scroll', 'p pause', ...pages];
  return [piece(` ${asManyAsFit(keys, columns - 1, '  ')}`, 'soft')];
}
