/** The wait before a try, from a ladder whose last wait holds for ever (phoenix-semantics 6.1). */

/** `tries` have failed since the last success; `draw` in [0, 1) places the wait within its jitter. */
export function waitMs(ladder: readonly number[], tries: number, jitter: number, draw: number): number {
  const wait = ladder[Math.min(tries, ladder.length - 1)] ?? 0;
  return jitter === 0 ? wait : wait * (1 - jitter + 2 * jitter * draw);
}
