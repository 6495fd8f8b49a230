/** The faults at the end of a run: one row each, what was measured before, during and after. */

import type { FaultEffect } from '../../harness/record/run-record.ts';
import type { FaultSpan } from './fault-spans.ts';
import { onText, steadyText } from './fault-words.ts';
import { countText, valueText } from './figures.ts';
import { field, outside, type Piece, piece } from './terminal.ts';

const HEADS = ['fault', 'on', 'metric', 'before', 'during', 'after', 'steady again'];
const METRIC = 2;
/** Columns from here on hold figures and stand at the right. */
const FIRST_FIGURE = 3;
const INDENT = 3;
const GAP = 2;
const LEAST_METRIC = 8;

/** At most `room` lines of at most `columns` characters; none when there is no room for a fault. */
export function faultLines(spans: readonly FaultSpan[], room: number, columns: number): Piece[][] {
  if (spans.length === 0 || room < 2) return [];
  const fits = spans.length <= room - 1;
  const shown = fits ? spans : spans.slice(0, room - 2);
  const rows = [HEADS, ...shown.map(faultCells)];
  const widths = columnWidths(rows, columns);
  const lines = rows.map((row, index) => [piece(writeRow(row, widths), index === 0 ? 'soft' : 'plain')]);
  if (!fits)
    lines.push([piece(`   and ${countText(spans.length - shown.length)} more in the report`, 'soft')]);
  return lines;
}

function faultCells(span: FaultSpan): string[] {
  const effect = span.fault.effects[0];
  const metric = effect ? outside(effect.metric, 30) : '–';
  return [outside(span.fault.name, 24), onText(span), metric, ...effectTexts(effect), steadyText(span)];
}

function effectTexts(effect: FaultEffect | undefined): string[] {
  if (!effect) return ['–', '–', '–'];
  return [effect.before, effect.during, effect.after].map((value) => valueText(effect.unit, value));
}

/** Every column as wide as its longest text; the metric gives way when a row would be too long. */
function columnWidths(rows: readonly (readonly string[])[], columns: number): number[] {
  const widths = HEADS.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  const total = widths.reduce((sum, width) => sum + width, INDENT + GAP * (HEADS.length - 1));
  const metric = widths[METRIC] ?? 0;
  widths[METRIC] = Math.max(Math.min(metric, LEAST_METRIC), metric - Math.max(0, total - columns));
  return widths;
}

function writeRow(row: readonly string[], widths: readonly number[]): string {
  const cells = widths.map((width, column) =>
    field(row[column] ?? '', width, column < FIRST_FIGURE ? 'left' : 'right'),
  );
  return ' '.repeat(INDENT) + cells.join(' '.repeat(GAP));
}
