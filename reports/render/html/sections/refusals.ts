/** What was refused or stayed without an answer, by its cause, and what to try. */

import { explainRefusal, worthTelling } from '../../../../harness/explain/explain-refusal.ts';
import type { Refusal } from '../../../../harness/base/refusal.ts';
import type { Summary } from '../../../../harness/record/run-record.ts';
import { numbered } from '../../figures.ts';
import { visibleLine } from '../../visible-text.ts';
import { el, type Markup } from '../markup.ts';
import { card, type Cell, section, table } from '../table.ts';

/** Kinds beyond this many are folded away. */
const MOST_SHOWN = 5;
const MOST_FOLDED = 200;

const COLUMNS = [{ head: 'what' }, { head: 'why, and what to try' }];

/** The section; null when nothing was refused. */
export function refusalsSection(summary: Summary): Markup | null {
  const refusals = worthTelling(summary.refusals);
  if (refusals.length === 0) return null;
  const folded = refusals.slice(MOST_SHOWN, MOST_SHOWN + MOST_FOLDED);
  const title = 'What was refused, and what to try';
  return section(
    'refusals',
    title,
    'most frequent first',
    card(
      table(title, COLUMNS, refusals.slice(0, MOST_SHOWN).map(refusalRow)),
      folded.length > 0 &&
        el(
          'details',
          { class: 'twin' },
          el('summary', {}, numbered(folded.length, 'further kind')),
          table('Further kinds of refusals', COLUMNS, folded.map(refusalRow)),
        ),
    ),
  );
}

function refusalRow(refusal: Refusal): Cell[] {
  const { what, why, tryThis } = explainRefusal(refusal);
  return [
    visibleLine(what, 300),
    [
      why !== '' && el('span', {}, visibleLine(why, 400)),
      tryThis.length > 0 &&
        el('ul', { class: 'notes' }, ...tryThis.map((one) => el('li', {}, visibleLine(one, 300)))),
    ],
  ];
}
