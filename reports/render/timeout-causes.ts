/** What timed out, by cause: most first, for whoever lists them. */

import { causeWords, TIMED_KINDS } from '../../harness/base/timeout-causes.ts';
import type { Summary } from '../../harness/record/run-record.ts';
import { countText } from './figures.ts';
import { outside, type Piece, piece } from './terminal.ts';

/** Causes of what timed out of one kind, with their counts. */
export function causesOf({ timeoutCauses }: Summary, kind: string): [string, number][] {
  const causes = timeoutCauses ?? {};
  const ofKind = Object.hasOwn(causes, kind) ? causes[kind as keyof typeof causes] : undefined;
  return Object.entries(ofKind ?? {}).toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
}

/** One line for a terminal: `timeouts  push: 9 blocked handler, 3 unknown`; none where nothing timed out. */
export function causeLines(summary: Summary): Piece[][] {
  const kinds = TIMED_KINDS.flatMap((kind) => {
    const causes = causesOf(summary, kind).map(
      ([cause, count]) => `${countText(count)} ${causeWords(cause)}`,
    );
    return causes.length === 0 ? [] : [`${kind}: ${causes.join(', ')}`];
  });
  return kinds.length === 0 ? [] : [[piece('   timeouts  ', 'soft'), piece(outside(kinds.join(' · '), 95))]];
}
