/** Moments that matter more than a note: a line through all lanes, with its word at the top. */

import type { MarkLine } from '../../../../harness/record/timeline-line.ts';
import { percent, PLANE } from '../chart/plot.ts';
import type { Scale } from '../chart/scale.ts';
import { el, type Markup } from '../markup.ts';

/** Beyond this place of the plane a word is written to the left of its line. */
const TURN = 0.85;

/** When the steady state of a drill was first seen to have broken. */
export function momentLines(marks: readonly MarkLine[], x: Scale): Markup[] {
  return marks
    .filter(({ mark }) => mark === 'deviated')
    .flatMap(({ atMs }) => {
      const place = Math.min(PLANE, Math.max(0, x.at(atMs)));
      const at = percent(place);
      const isLate = place > PLANE * TURN;
      return [
        el('line', { class: 'moment', x1: at, x2: at, y1: 0, y2: '100%' }),
        el(
          'text',
          {
            class: 'moment-name',
            x: at,
            y: 11,
            dx: isLate ? -4 : 4,
            'text-anchor': isLate ? 'end' : 'start',
          },
          'deviated',
        ),
      ];
    });
}
