/** Is it good? The word, its sign and colour, one sentence, and how far to trust it. */

import type { RunRecord } from '../../../../harness/record/run-record.ts';
import { numbered } from '../../figures.ts';
import {
  type Note,
  type Part,
  trustPhrases,
  VERDICT_WORDS,
  verdictNotes,
  verdictSentence,
} from '../../verdict-words.ts';
import { visibleLine } from '../../visible-text.ts';
import { all, el, type Markup } from '../markup.ts';

/** Notes beyond this many are folded away. */
const MOST_NOTES = 4;

const NOTE_NAMES: Record<Note['kind'], string> = {
  interrupted: 'Interrupted',
  limit: 'Machine limit',
  incident: 'Incident',
  books: 'Books',
  reason: 'Also',
  'left-out': 'Optional',
};

/** The verdict band. */
export function verdictSection(record: RunRecord): Markup {
  const { summary } = record;
  const { sign, word } = VERDICT_WORDS[summary.verdict.status];
  const notes = verdictNotes(record);
  const folded = notes.slice(MOST_NOTES);
  return el(
    'section',
    { class: `verdict ${summary.verdict.status}`, id: 'verdict', 'aria-label': 'Verdict' },
    el('p', { class: 'word' }, el('span', { 'aria-hidden': 'true' }, `${sign} `), word),
    el(
      'div',
      { class: 'reasons' },
      el('p', { class: 'sentence' }, ...verdictSentence(summary).map(writePart)),
      el('p', { class: 'trust' }, trustPhrases(summary).join(' · ')),
      notes.length > 0 && el('ul', { class: 'notes' }, ...notes.slice(0, MOST_NOTES).map(writeNote)),
      folded.length > 0 &&
        el(
          'details',
          {},
          el('summary', {}, numbered(folded.length, 'more note')),
          el('ul', { class: 'notes' }, ...folded.slice(0, 100).map(writeNote)),
        ),
    ),
  );
}

function writePart(part: Part): Markup {
  // The line is trimmed, but a part's own spaces hold the sentence together.
  const lead = part.text.startsWith(' ') ? ' ' : '';
  const trail = part.text.endsWith(' ') ? ' ' : '';
  const written = `${lead}${visibleLine(part.text, 400)}${trail}`;
  switch (part.tone) {
    case 'metric':
      return el('code', {}, written);
    case 'bad':
      return el('b', { class: 'bad' }, written);
    case 'fault':
      return el('b', { class: `fault-${part.fault ?? 0}` }, written);
    case 'plain':
      return all(written);
  }
}

function writeNote(note: Note): Markup {
  // An interruption's own text begins with the word already.
  const named =
    note.kind === 'interrupted' || note.kind === 'books' ? null : el('b', {}, `${NOTE_NAMES[note.kind]} `);
  return el(
    'li',
    { class: note.kind },
    named,
    visibleLine(note.text, 500),
    note.hint !== undefined && all(' Lift it: ', el('code', {}, visibleLine(note.hint, 300))),
  );
}
