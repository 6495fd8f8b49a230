/** What a scenario counted itself, on one line: events heard, things that were so. */

import { metricOf } from '../../harness/base/metrics.ts';
import type { Summary } from '../../harness/record/run-record.ts';
import { countText } from './figures.ts';
import { isCount } from './metrics.ts';
import { outside, type Piece, piece } from './terminal.ts';

const MOST_SHOWN = 4;

/** No line when the scenario counts nothing of its own. */
export function ownLines({ metrics }: Summary): Piece[][] {
  const own = Object.entries(metrics).flatMap(([name, metric]) =>
    isCount(metric) && !name.includes('{') && metricOf(name) === undefined
      ? [{ name, count: metric.count }]
      : [],
  );
  if (own.length === 0) return [];
  const shown = own.slice(0, MOST_SHOWN).map(({ name, count }) => `${outside(name, 60)} ${countText(count)}`);
  const rest = own.length > MOST_SHOWN ? ` · and ${countText(own.length - MOST_SHOWN)} more` : '';
  return [[piece('   counted  ', 'soft'), piece(`${shown.join(' · ')}${rest}`)]];
}
