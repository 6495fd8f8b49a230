/** Lines for a terminal: marked pieces that are cut to a width before they are coloured. */

import { visibleLine } from './visible-text.ts';

/** How a piece is marked; colour is never the only carrier of what it says. */
export type Mark = 'plain' | 'soft' | 'bold' | 'pass' | 'fail' | 'warn';

/** A piece of a line. */
export type Piece = { text: string; mark: Mark };

const CODES: Record<Mark, string> = {
  plain: '',
  soft: '\u001b[2m',
  bold: '\u001b[1m',
  pass: '\u001b[1;32m',
  fail: '\u001b[1;31m',
  warn: '\u001b[33m',
};
const RESET = '\u001b[0m';

/** A piece of text; control characters from outside are taken out, spaces of our own are kept. */
export function piece(text: string, mark: Mark = 'plain'): Piece {
  return { text, mark };
}

/** Text from outside on one line of at most `longest` characters. */
export function outside(text: string, longest: number): string {
  return visibleLine(text, longest);
}

/** The pieces as one line of at most `columns` characters, coloured when asked. */
export function writeLine(pieces: readonly Piece[], colour: boolean, columns = Infinity): string {
  let room = columns;
  let line = '';
  for (const { text, mark } of pieces) {
    if (room <= 0) break;
    const letters = [...text];
    const cut = letters.length <= room ? text : letters.slice(0, room).join('');
    room -= letters.length;
    line += colour && mark !== 'plain' && cut.trim() !== '' ? `${CODES[mark]}${cut}${RESET}` : cut;
  }
  return line.trimEnd();
}

/** The text in a field of that width: cut when longer, filled on the right (or on the left) when shorter. */
export function field(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const letters = [...text];
  if (letters.length > width) return `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
  const space = ' '.repeat(width - letters.length);
  return side === 'left' ? text + space : space + text;
}

/** A word of a text that is wrapped: the space before it, and its pieces, which are never parted. */
type Word = { gap: string; pieces: Piece[]; width: number };

function wordsOf(pieces: readonly Piece[]): Word[] {
  const words: Word[] = [];
  let gap: string | null = '';
  for (const { text, mark } of pieces) {
    // A number is not parted from its unit.
    for (const token of text.match(/\s+|\S*\d (?:µs|ms|s|min|%)\S*|\S+/gu) ?? []) {
      if (token.trim() === '') {
        gap = (gap ?? '') + token;
        continue;
      }
      const last = gap === null ? words.at(-1) : undefined;
      const word = last ?? { gap: gap ?? '', pieces: [], width: 0 };
      if (!last) words.push(word);
      word.pieces.push({ text: token, mark });
      word.width += [...token].length;
      gap = null;
    }
  }
  return words;
}

/** The pieces on as many lines as they need; every line but the first begins with `indent` spaces. */
export function wrapPieces(pieces: readonly Piece[], columns: number, indent: number): Piece[][] {
  let line: Piece[] = [];
  const lines = [line];
  let width = 0;
  for (const word of wordsOf(pieces)) {
    const isFull = line.length > 0 && width + word.gap.length + word.width > columns;
    if (isFull) {
      line = [];
      lines.push(line);
      width = 0;
    }
    const gap = isFull ? ' '.repeat(indent) : word.gap;
    const last = line.at(-1);
    const [first, ...rest] = word.pieces;
    if (first && last?.mark === first.mark) {
      // A run of equal marks stays one piece, so that it is coloured once.
      line[line.length - 1] = { text: last.text + gap + first.text, mark: last.mark };
    } else if (first) {
      if (gap !== '') line.push({ text: gap, mark: 'plain' });
      line.push(first);
    }
    line.push(...rest);
    width += gap.length + word.width;
  }
  return lines;
}
