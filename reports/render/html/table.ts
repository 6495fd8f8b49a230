/** Tables, cards and headings: the few shapes all sections are made of. */

import { type Child, el, type Markup } from './markup.ts';

/** A column of a table; numbers stand at the right. */
export type TableColumn = { head: string; number?: boolean };

/** A cell that is more than its text: spanning rows, or marked as bad. */
export type Cell = Child | { cell: Child; rows?: number; className?: string };

function isCellObject(cell: Cell): cell is { cell: Child; rows?: number; className?: string } {
  return typeof cell === 'object' && cell !== null && 'cell' in cell;
}

function writeCell(cell: Cell, column: TableColumn | undefined, first: boolean): Markup {
  const shape = isCellObject(cell) ? cell : { cell };
  const classes = [column?.number === true ? 'num' : '', shape.className ?? '']
    .filter((one) => one !== '')
    .join(' ');
  const attributes = { class: classes === '' ? undefined : classes, rowspan: shape.rows };
  return first ? el('th', { ...attributes, scope: 'row' }, shape.cell) : el('td', attributes, shape.cell);
}

/** A row; one that stands under cells of an earlier row spanning it says at which column it begins. */
export type Row = readonly Cell[] | { startsAt: number; cells: readonly Cell[] };

function writeRow(row: Row, columns: readonly TableColumn[]): Markup {
  const startsAt = 'cells' in row ? row.startsAt : 0;
  const cells = 'cells' in row ? row.cells : row;
  return el(
    'tr',
    {},
    ...cells.map((cell, index) => writeCell(cell, columns[index + startsAt], index + startsAt === 0)),
  );
}

/** A table that scrolls within itself when the page is narrow. */
export function table(label: string, columns: readonly TableColumn[], rows: readonly Row[]): Markup {
  const head = columns.map((one) =>
    el('th', { class: one.number === true ? 'num' : undefined, scope: 'col' }, one.head),
  );
  return el(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, ...head)),
      el('tbody', {}, ...rows.map((row) => writeRow(row, columns))),
    ),
  );
}

/** A table folded away under the chart it repeats. */
export function tableTwin(label: string, columns: readonly TableColumn[], rows: readonly Row[]): Markup {
  return el('details', { class: 'twin' }, el('summary', {}, label), table(label, columns, rows));
}

/** A section: its heading with what it means in grey, and a card. */
export function section(id: string, title: string, meaning: string, ...content: Child[]): Markup {
  return el(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    el('h2', { id: `${id}-title` }, title, meaning !== '' && el('span', {}, ` ${meaning}`)),
    ...content,
  );
}

/** The white sheet things stand on. */
export function card(...content: Child[]): Markup {
  return el('div', { class: 'card' }, ...content);
}

/** A grey sentence in place of a chart or table that has nothing to show. */
export function nothing(why: string): Markup {
  return el('p', { class: 'nothing' }, why);
}
