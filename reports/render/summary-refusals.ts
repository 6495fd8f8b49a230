/** What was refused, and what to try first, for the end of a run on a terminal. */

import { explainRefusal, worthTelling } from '../../harness/explain/explain-refusal.ts';
import type { Summary } from '../../harness/record/run-record.ts';
import { countText } from './figures.ts';
import { outside, type Piece, piece } from './terminal.ts';

const MOST_SHOWN = 3;
/** What, why, try. */
const LINES_EACH = 3;
/** Signs of a line behind its mark. */
const LONGEST = 106;

/** The most frequent refusals in at most `room` lines, each whole or not at all; the rest are counted. */
export function refusalLines(summary: Summary, room: number): Piece[][] {
  const refusals = worthTelling(summary.refusals);
  if (refusals.length === 0 || room < LINES_EACH) return [];
  const whole = Math.floor(room / LINES_EACH);
  // The line that counts the rest needs its place as well.
  const fits = refusals.length > whole && room % LINES_EACH === 0 ? whole - 1 : whole;
  const shown = refusals.slice(0, Math.max(1, Math.min(MOST_SHOWN, fits)));
  const lines = shown.flatMap((refusal): Piece[][] => {
    const { what, why, tryThis } = explainRefusal(refusal);
    return [
      [piece(' ✕ ', 'fail'), piece(outside(what, LONGEST))],
      ...(why === '' ? [] : [[piece('   why  ', 'soft'), piece(outside(why, LONGEST - 5))]]),
      ...(tryThis[0] === undefined
        ? []
        : [[piece('   try  ', 'soft'), piece(outside(tryThis[0], LONGEST - 5))]]),
    ];
  });
  const rest = refusals.length - shown.length;
  if (rest > 0 && lines.length < room) {
    lines.push([piece(`   and ${countText(rest)} more kinds in the report`, 'soft')]);
  }
  return lines;
}
