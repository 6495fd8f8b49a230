/** A share of things that stand in order: one stretch of their ring, or two. */
import { drawFor } from '../../base/random.ts';

/** Positions from the first to the last, both included. */
export type Stretch = readonly [first: number, last: number];

/**
 * The stretches that hold `share` of `count`, at least one of them, where the seed and the name
 * put them. Few words describe them to a firewall, however many they hold.
 */
export function ringShare(count: number, share: number, seed: number, name: string): Stretch[] {
  if (count === 0 || share <= 0) return [];
  const hit = Math.min(count, Math.max(1, Math.round(count * share)));
  if (hit === count) return [[0, count - 1]];
  const first = Math.floor(drawFor(seed, name) * count);
  const last = first + hit - 1;
  if (last < count) return [[first, last]];
  return [
    [first, count - 1],
    [0, last - count],
  ];
}
