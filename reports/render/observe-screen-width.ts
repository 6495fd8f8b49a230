/**
 * Text in cells of a terminal. Names come from outside: one wide letter or one
 * joined emoji must not shift a whole table, so a text is measured and cut in
 * cells, and what joins letters into one is taken out.
 */
import { type Piece, writeLine } from './terminal.ts';
import { visibleLine } from './visible-text.ts';

/** Two cells: the scripts and signs that East Asian Width calls wide, and emoji drawn as pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** No cell: marks that stand on the letter before, and the inner letters of Hangul. */
const NONE = /[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff]/u;
/** What makes one picture of several, or hides: terminals differ on it. */
const JOINERS = /\u200d|\p{Variation_Selector}|\p{Emoji_Modifier}|[\u115f\u1160\u3164\uffa0]/gu;

/** Text from outside on one line of at most `longest` letters, each as wide as `cellsOf` says. */
export function shown(text: string, longest = 200): string {
  return visibleLine(text.replace(JOINERS, ''), longest);
}

/** Cells a text takes. */
export function cellsOf(text: string): number {
  // What we write ourselves is ASCII for the most part.
  if (/^[ -~]*$/.test(text)) return text.length;
  let cells = 0;
  for (const letter of text) cells += letterCells(letter);
  return cells;
}

function letterCells(letter: string): number {
  if (NONE.test(letter)) return 0;
  return WIDE.test(letter) ? 2 : 1;
}

/** The text in exactly that many cells: cut with an ellipsis, or filled on the right (or on the left). */
export function cell(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const cut = cutCells(text, width);
  const space = ' '.repeat(Math.max(0, width - cellsOf(cut)));
  return side === 'left' ? cut + space : space + cut;
}

/** The text in at most that many cells. */
export function cutCells(text: string, width: number): string {
  if (cellsOf(text) <= width) return text;
  let cut = '';
  let room = width - 1;
  for (const letter of text) {
    room -= letterCells(letter);
    if (room < 0) break;
    cut += letter;
  }
  return width > 0 ? `${cut}…` : '';
}

/** How a line is written: its cells, colours or none, the cursor on it or not. */
export type LineStyle = { columns: number; colour: boolean; selected?: boolean };

/** The pieces as one line of at most `columns` cells; a selected line is reversed to the edge. */
export function screenLine(pieces: readonly Piece[], { columns, colour, selected }: LineStyle): string {
  let room = columns;
  const fitting: Piece[] = [];
  for (const { text, mark } of pieces) {
    if (room <= 0) break;
    const cut = cutCells(text, room);
    room -= cellsOf(cut);
    fitting.push({ text: cut, mark });
  }
  if (!selected || !colour) return writeLine(fitting, colour);
  return `\u001b[7m${fitting.map(({ text }) => text).join('')}${' '.repeat(Math.max(0, room))}\u001b[0m`;
}

/** As many of the items as fit beside each other; an ellipsis stands for the rest. */
export function asManyAsFit(items: readonly string[], columns: number, gap = '   '): string {
  let line = '';
  for (const [index, item] of items.entries()) {
    const longer = line === '' ? item : `${line}${gap}${item}`;
    const tail = index === items.length - 1 ? 0 : 2;
    if (cellsOf(longer) + tail > columns) return line === '' ? cutCells(item, columns) : `${line} …`;
    line = longer;
  }
  return line;
}
