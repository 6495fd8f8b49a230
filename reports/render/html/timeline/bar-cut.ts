/** Where bars are cut off so that one fault's long ones do not flatten all the others. */

import { roundTop } from '../chart/ticks.ts';

/** Bars are cut when the longest is more than this many times the middle one. */
const FLATTENING = 4;
/** The lane then reaches to this many times the middle one. */
const KEPT = 3;

/** The top of the lane, a round number at or above what it must show, and whether any bar is longer. */
export type BarTop = { top: number; isCut: boolean };

/** The top for bars of these lengths, in their own unit; cut when the longest would flatten the others. */
export function barTop(lengths: readonly number[], mostTicks = 3): BarTop {
  const sorted = lengths.toSorted((a, b) => a - b);
  const longest = sorted.at(-1) ?? 0;
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  if (middle > 0 && longest > middle * FLATTENING) {
    const top = roundTop(middle * KEPT, mostTicks);
    // Rounding up may already make room for the longest.
    return { top, isCut: longest > top };
  }
  return { top: roundTop(longest, mostTicks), isCut: false };
}
