/** The process table of the observer's screen, and which rows of it its reader sees. */

import type { ObserveView, ScreenState } from '../../harness/record/observe-view.ts';
import type { ProcessRow, Sort } from '../../harness/record/server-view.ts';
import { bytesText, countText, msText, shortCount } from './figures.ts';
import { type Mark, type Piece, piece } from './terminal.ts';
import { cell, cellsOf, screenLine, shown, type LineStyle } from './observe-screen-width.ts';

const NO_FIGURE = '–';
const SORT_WORDS: Readonly<Record<Sort, string>> = {
  len: 'mailbox length',
  wait: 'oldest wait',
  handled: 'messages handled',
  bytes: 'bytes waiting',
  idle: 'time idle',
};
/** A wait that long is worth a colour. */
const LONG_WAIT_MS = 1_000;

type Column = {
  head: string;
  sort?: Sort;
  width: number;
  /** Where there is no room, the column of the largest rank goes first; 0 stays. */
  rank: number;
  side: 'left' | 'right';
  read(row: ProcessRow): string;
  mark?(row: ProcessRow): Mark;
};

/** Takes what the others leave, and no less than this: it tells most. */
const TOPIC: Column = {
  head: 'topic or name',
  width: 16,
  rank: 0,
  side: 'left',
  read: ({ topic, name }) => shown(topic ?? name ?? ''),
};

const COLUMNS: readonly Column[] = [
  { head: 'pid', width: 11, rank: 0, side: 'left', read: ({ pid }) => shown(pid) },
  { head: 'kind', width: 10, rank: 2, side: 'left', read: ({ kind }) => shown(kind) },
  TOPIC,
  {
    head: 'state',
    width: 11,
    rank: 3,
    side: 'left',
    read: ({ state }) => (state === '' ? NO_FIGURE : shown(state)),
  },
  { head: 'len', sort: 'len', width: 7, rank: 0, side: 'right', read: ({ len }) => countIn(len, 7) },
  { head: 'most', width: 7, rank: 4, side: 'right', read: ({ highWater }) => countIn(highWater, 7) },
  {
    head: 'oldest',
    sort: 'wait',
    width: 10,
    rank: 1,
    side: 'right',
    read: ({ oldestWaitMs }) => (oldestWaitMs === 0 ? NO_FIGURE : msText(oldestWaitMs)),
    mark: ({ oldestWaitMs }) => (oldestWaitMs >= LONG_WAIT_MS ? 'warn' : 'plain'),
  },
  {
    head: 'handled',
    sort: 'handled',
    width: 9,
    rank: 5,
    side: 'right',
    read: ({ handled }) => countIn(handled, 9),
  },
  {
    head: 'bytes',
    sort: 'bytes',
    width: 9,
    rank: 6,
    side: 'right',
    read: ({ bytes }) => (bytes === null ? NO_FIGURE : bytesText(bytes)),
  },
  {
    head: 'idle',
    sort: 'idle',
    width: 12,
    rank: 7,
    side: 'right',
    read: ({ idleMs }) => (idleMs === null ? NO_FIGURE : msText(idleMs)),
  },
];

/** A count in that many cells: short where its digits do not fit. */
function countIn(value: number | null, width: number): string {
  if (value === null) return NO_FIGURE;
  const text = countText(value);
  return cellsOf(text) <= width ? text : shortCount(value);
}

/** The processes the reader has not filtered away, in the order of the server. */
export function visibleRows(view: Pick<ObserveView, 'server' | 'processes' | 'screen'>): ProcessRow[] {
  const rows = view.processes?.rows ?? view.server?.top ?? [];
  const wanted = view.screen.filter.toLowerCase();
  // Nodes are listed by the number their pids begin with.
  const node = view.server?.nodes.findIndex(({ name }) => name === view.screen.node) ?? -1;
  return rows.filter(
    ({ pid, kind, topic, name }) =>
      (node < 0 || pid.startsWith(`<${node}.`)) &&
      (wanted === '' || [kind, topic, name].some((text) => text?.toLowerCase().includes(wanted))),
  );
}

/** The row under the cursor: the process it stood on, or the place where that was. */
export function cursorRow(screen: ScreenState, pids: readonly string[]): number {
  const at = screen.pid === null ? -1 : pids.indexOf(screen.pid);
  return at >= 0 ? at : Math.max(0, Math.min(screen.row, pids.length - 1));
}

/** The table in at most `height` lines, the cursor among them. */
export function tableLines(view: ObserveView, height: number, style: LineStyle): string[] {
  const columns = fitColumns(style.columns, view.screen.sort);
  const rows = visibleRows(view);
  const { screen } = view;
  const cursor = cursorRow(
    screen,
    rows.map(({ pid }) => pid),
  );
  const room = Math.max(1, height - 2);
  const first = Math.max(0, cursor - room + 1);
  const lines = rows.slice(first, first + room).map((row, index) => {
    const selected = first + index === cursor;
    return screenLine(tableRow(row, columns, selected), { ...style, selected });
  });
  const head = columns.flatMap((column) => {
    const sorted = column.sort === screen.sort;
    const text = cell(`${column.head}${sorted ? '▼' : ''}`, column.width, column.side);
    return [piece(' '), piece(text, sorted ? 'bold' : 'soft')];
  });
  const nothing = rows.length === 0 ? [screenLine([piece(` ${whyEmpty(view)}`, 'soft')], style)] : [];
  return [
    screenLine(countPieces(view, rows.length), style),
    screenLine([piece(' '), ...head], style),
    ...nothing,
    ...lines,
  ].slice(0, height);
}

function tableRow(row: ProcessRow, columns: readonly Column[], selected: boolean): Piece[] {
  const cells = columns.flatMap((column) => [
    piece(' '),
    piece(cell(column.read(row), column.width, column.side), column.mark?.(row) ?? 'plain'),
  ]);
  return [piece(selected ? '›' : ' '), ...cells];
}

/** The columns this width has room for; the one it is sorted by is always among them. */
function fitColumns(width: number, sort: Sort): Column[] {
  let columns = [...COLUMNS];
  for (;;) {
    const others = columns.reduce((sum, column) => sum + 1 + (column === TOPIC ? 0 : column.width), 1);
    const spare = columns
      .filter((column) => column.rank > 0 && column.sort !== sort)
      .reduce<Column | null>((last, column) => (column.rank > (last?.rank ?? 0) ? column : last), null);
    if (width - others >= TOPIC.width || spare === null) {
      const topic = { ...TOPIC, width: Math.max(1, width - others) };
      return columns.map((column) => (column === TOPIC ? topic : column));
    }
    columns = columns.filter((column) => column !== spare);
  }
}

function countPieces({ processes, noProcesses, screen }: ObserveView, listed: number): Piece[] {
  const total = processes?.total ?? null;
  const of = total === null ? '' : ` of ${countText(total)}`;
  const filter = screen.filter === '' ? '' : `   filter ${shown(screen.filter, 40)}`;
  const node = screen.node === null ? '' : `   on ${shown(screen.node, 40)}`;
  const why = noProcesses === null ? '' : `   longest mailboxes only: ${shown(noProcesses, 80)}`;
  return [
    piece(' processes', 'bold'),
    piece(`  ${countText(listed)}${of} by ${SORT_WORDS[screen.sort]}${node}${filter}`),
    piece(why, 'warn'),
  ];
}

function whyEmpty({ screen, server }: ObserveView): string {
  if (server === null) return 'nothing is known yet';
  return screen.filter === '' && screen.node === null ? 'no process is listed' : 'no process fits the filter';
}
