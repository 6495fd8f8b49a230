/** How far identical runs lie apart: the difference below which a change is noise. */
import type { NoiseFloor } from './calibration.ts';

/** One figure of the two runs of a pair, in ms. */
export type Pair = readonly [first: number, second: number];

export function noiseFloor(
  metric: NoiseFloor['metric'],
  statistic: NoiseFloor['statistic'],
  pairs: readonly Pair[],
): NoiseFloor | null {
  const whole = pairs.filter(([first, second]) => first > 0 && second > 0);
  if (whole.length === 0) return null;
  const shifts = whole.map(([first, second]) => second / first - 1);
  return {
    metric,
    statistic,
    typicalMs: median(whole.flat()),
    shift: median(shifts),
    // Up by a third and down by a quarter are the same distance.
    spread: Math.max(
      ...whole.map(([first, second]) => Math.max(first, second) / Math.min(first, second) - 1),
    ),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
