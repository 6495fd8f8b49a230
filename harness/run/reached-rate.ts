/** Whether the pushes of `load.rate` fell due at all. */
import type { WindowLine } from '../record/timeline-line.ts';
import type { RunPlan } from '../scenario/plan.ts';
import { rateLine } from '../scenario/rate-line.ts';

/**
 * Pushes per second over the hold, planned and fallen due; pushes beside the
 * rate only add. Null without a rate, or where clients come and go: whoever is
 * away has a share of the rate that nobody sends.
 */
export function reachedRate(
  plan: Pick<RunPlan, 'rate' | 'load' | 'rampMs' | 'totalMs'>,
  windows: readonly WindowLine[],
): { planned: number; reached: number } | null {
  const { rate, load, rampMs, totalMs } = plan;
  if (rate === null || load.model !== 'hold') return null;
  const hold = windows.filter(({ atMs }) => atMs >= rampMs && atMs + 1_000 <= totalMs);
  const first = hold[0];
  const last = hold.at(-1);
  if (!first || !last) return null;
  const reached = hold.reduce((sum, line) => sum + line.offered, 0) / hold.length;
  if (typeof rate === 'number') return { planned: rate, reached };
  const line = rateLine(0, rate);
  const planned = line.countAt((last.atMs + 1_000) * 1e3) - line.countAt(first.atMs * 1e3);
  return { planned: planned / ((last.atMs + 1_000 - first.atMs) / 1e3), reached };
}
