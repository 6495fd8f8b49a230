/** The faults at the end of a run: one row each, what was measured before, during and after. */

import type { FaultEffect } from '../../harness/record/run-record.ts';
import type { FaultSpan } from './fault-spans.ts';
import { hitText, onText, steadyText } from './fault-words.ts';
import { countText, valueText } from './figures.ts';
import { field, outside, type Piece, piece } from './terminal.ts';

const HEADS = ['fault', 'on', 'hit', 'metric', 'before', 'during', 'after', 'steady again'];
/** Columns that give way when a row would be too long, in this order, and what each keeps. */
const GIVING: readonly [column: number, least: number][] = [
  [3, 8],
  [0, 12],
];
const HIT = 2;
/** Columns from here on hold figures and stand at the right. */
const FIRST_FIGURE = 4;
const INDENT = 3;
const GAP = 2;

/** At most `room` lines of at most `columns` characters; none when there is no room for a fault. */
export function faultLines(spans: readonly FaultSpan[], room: number, columns: number): Piece[][] {
  if (spans.length === 0 || room < 2) return [];
  const fits = spans.length <= room - 1;
  const shown = fits ? spans : spans.slice(0, room - 2);
  const all = [HEADS, ...shown.map(faultCells)];
  // Where nothing was counted there is nothing to head.
  const rows = shown.some(({ fault }) => fault.hit) ? all : all.map((row) => row.with(HIT, ''));
  const widths = columnWidths(rows, columns);
  const lines = rows.map((row, index) => [piece(writeRow(row, widths), index === 0 ? 'soft' : 'plain')]);
  if (!fits)
    lines.push([piece(`   and ${countText(spans.length - shown.length)} more in the report`, 'soft')]);
  return lines;
}

function faultCells(span: FaultSpan): string[] {
  const effect = span.fault.effects[0];
  const metric = effect ? outside(effect.metric, 30) : '–';
  const name = outside(span.fault.name, 24);
  return [name, onText(span), hitCell(span), metric, ...effectTexts(effect), steadyText(span)];
}

/** What most faults hit goes without saying: `20,000 of 100,000`. */
function hitCell({ fault }: FaultSpan): string {
  return fault.hit ? hitText(fault).replace(/ clients?$/, '') : '–';
}

function effectTexts(effect: FaultEffect | undefined): string[] {
  if (!effect) return ['–', '–', '–'];
  return [effect.before, effect.during, effect.after].map((value) => valueText(effect.unit, value));
}

/** Every column as wide as its longest text, where that leaves a row too long the giving ones less so. */
function columnWidths(rows: readonly (readonly string[])[], columns: number): number[] {
  const widths = HEADS.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  const gaps = GAP * (widths.filter((width) => width > 0).length - 1);
  let over = widths.reduce((sum, width) => sum + width, INDENT + gaps) - columns;
  for (const [column, least] of GIVING) {
    const width = widths[column] ?? 0;
    const less = Math.max(0, Math.min(over, width - least));
    widths[column] = width - less;
    over -= less;
  }
  return widths;
}

function writeRow(row: readonly string[], widths: readonly number[]): string {
  const cells = widths.flatMap((width, column) =>
    width === 0 ? [] : [field(row[column] ?? '', width, column < FIRST_FIGURE ? 'left' : 'right')],
  );
  return ' '.repeat(INDENT) + cells.join(' '.repeat(GAP));
}
