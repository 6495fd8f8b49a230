/** How near a run came to the ceiling of its machine. */
import { formatCount, formatShare } from '../base/units.ts';
import type { CeilingShare } from '../record/run-record.ts';
import type { WindowLine } from '../record/timeline-line.ts';
import { WORK, type Calibration, type Work } from './calibration.ts';

/** From here on a run is told that it comes near. */
export const NEAR = 0.8;

/**
 * The busiest second, by the CPU that all its operations together take by the
 * calibration; null for a run without any.
 */
export function ceilingShare(
  windows: readonly WindowLine[],
  { workers, cores }: { workers: number; cores: number },
  { ceilings }: Calibration,
): CeilingShare | null {
  // A worker has one core at most, and all of them together no more than the machine.
  const cpuUs = Math.min(workers, cores) * 1e6;
  let busiest: CeilingShare | null = null;
  for (const line of windows) {
    const done: Record<Work, number> = { joins: line.joins, pushes: line.sent, deliveries: line.deliveries };
    const costOf = (work: Work): number => done[work] * ceilings[work].cpuUs;
    const total = WORK.reduce((sum, work) => sum + costOf(work), 0);
    if (total === 0 || total / cpuUs <= (busiest?.share ?? 0)) continue;
    const what = WORK.reduce((most, work) => (costOf(work) > costOf(most) ? work : most));
    busiest = {
      what,
      reached: done[what],
      ceiling: cpuUs / ceilings[what].cpuUs,
      share: total / cpuUs,
      scope: workers < cores ? 'worker' : 'machine',
      atMs: line.atMs,
    };
  }
  return busiest;
}

/** A sentence for a run that came near; null for one that did not. */
export function ceilingWords(share: CeilingShare | null): string | null {
  if (share === null || share.share < NEAR) return null;
  const figures = `${formatCount(share.reached)} ${share.what} in its busiest second, and calibration found ${formatCount(share.ceiling)} here`;
  const todo = share.scope === 'worker' ? 'more --workers would raise it' : 'beyond it the driver is late';
  return `the run came near the driver's ceiling, ${formatShare(share.share)} of its CPU: ${figures}; ${todo}`;
}
