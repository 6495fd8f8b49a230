/** What a terminal shows of a conformance run: cases by section, then why some were not or not wholly judged. */
import { field, piece, wrapPieces, writeLine, type Piece } from '../../reports/render/terminal.ts';
import type { Outcome } from '../conformance/case.ts';
import { SECTION_TITLES } from '../conformance/section-ten.ts';
import { bySection, type Column, type Row } from '../conformance/verdicts.ts';

const NUMBER_WIDTH = 4;
const CELL_WIDTH = 11;

/** Sign, word and colour of an outcome. */
function cellPiece(cell: Outcome | null): Piece {
  if (cell === null) return piece('');
  if (cell.status === 'failed') return piece('✕ failed', 'fail');
  if (cell.status === 'n/a') return piece('  n/a', 'soft');
  return cell.notes.length > 0 ? piece('✓ in part', 'warn') : piece('✓ passed', 'pass');
}

function rowPieces({ conformance: { number, title }, cells }: Row): Piece[] {
  const words = cells.map((cell) => {
    const { text, mark } = cellPiece(cell);
    return piece(field(text, CELL_WIDTH), mark);
  });
  return [piece(`${field(String(number), NUMBER_WIDTH, 'right')}  `), ...words, piece(title)];
}

/** Reasons of n/a, or notes of the passed, each with the cases it is said of. */
function remarksOf(rows: readonly Row[], read: (cell: Outcome) => readonly string[]): Map<string, string[]> {
  const remarks = new Map<string, Set<string>>();
  for (const { conformance, cells } of rows) {
    for (const text of cells.flatMap((cell) => (cell === null ? [] : read(cell)))) {
      const numbers = remarks.get(text) ?? new Set();
      remarks.set(text, numbers.add(String(conformance.number)));
    }
  }
  return new Map(Array.from(remarks, ([text, numbers]) => [text, [...numbers]]));
}

/** The table in lines of at most `columns` characters; colour repeats what signs and words say. */
export function renderTable(
  rows: readonly Row[],
  verdicts: readonly Column[],
  { columns, colour }: { columns: number; colour: boolean },
): string {
  const lines: Piece[][] = [];
  const indent = NUMBER_WIDTH + 2;
  const heads = verdicts.map(({ profile }) => piece(field(profile, CELL_WIDTH), 'soft'));
  for (const [section, inside] of bySection(rows)) {
    const title = `${section}  ${SECTION_TITLES[section] ?? ''}`;
    lines.push([], [piece(title, 'bold')], [piece(' '.repeat(indent)), ...heads], ...inside.map(rowPieces));
  }
  const remarks = {
    'not looked at': remarksOf(rows, (cell) => (cell.status === 'passed' ? cell.notes : [])),
    'n/a': remarksOf(rows, (cell) => (cell.status === 'n/a' ? [cell.reason] : [])),
  };
  for (const [name, said] of Object.entries(remarks)) {
    if (said.size > 0) lines.push([], [piece(name, 'bold')]);
    for (const [text, numbers] of said) {
      const pieces = [piece(`${numbers.join(', ')}  `), piece(text, 'soft')];
      lines.push(...wrapPieces([piece('  '), ...pieces], columns, indent));
    }
  }
  return lines
    .slice(1)
    .map((line) => writeLine(line, colour, columns))
    .join('\n');
}
