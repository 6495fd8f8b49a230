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
