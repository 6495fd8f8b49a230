/** What a run showed of its own strain, gathered from its windows for the judge. */
import { SATURATION_LIMITS, type Symptoms } from '../judge/saturation.ts';
import type { RunTotals } from '../measure/run-totals.ts';
import type { WindowLine } from '../record/timeline-line.ts';

/** Seconds that a load must last to count: a single one is a garbage collection, or a neighbour. */
const LASTING = 10;

/** What this machine brings to it. */
export type Surroundings = Pick<Symptoms, 'workers' | 'cores' | 'kernel' | 'conntrack' | 'isLocal'>;

export function symptomsOf(
  totals: RunTotals,
  windows: readonly WindowLine[],
  around: Surroundings,
): Symptoms {
  const pauses = totals.trend('gc_pause');
  const workerSeconds = windows.reduce((sum, line) => sum + line.driver.workers, 0);
  const late = windows.filter(isLate);
  // A herd of three seconds is late in those three, and a mean over ten would find cores free.
  const busiest = late.length > 0 ? late : fullest(windows, allCpu);
  const meanOf = (read: (line: WindowLine) => number): number =>
    busiest.length === 0 ? 0 : busiest.reduce((sum, line) => sum + read(line), 0) / busiest.length;
  const hasServer = busiest.some((line) => line.server?.cpu != null);
  return {
    latenessP99Ms: totals.trend('send_lateness').percentile(99) / 1e3,
    lateSeconds: windows.filter(isLateToSend).length,
    loopLagP99Ms: totals.trend('loop_lag').percentile(99) / 1e3,
    gc: {
      pauses: pauses.count,
      longestMs: pauses.max / 1e3,
      share: workerSeconds === 0 ? 0 : pauses.sum / 1e6 / workerSeconds,
    },
    busiestWorkerCpu: mean(fullest(windows, busiestCpu).map(busiestCpu)),
    driverCpu: meanOf((line) => line.driver.cpu),
    serverCpu: hasServer ? meanOf((line) => line.server?.cpu ?? 0) : null,
    connects: totals.counters.connect_planned,
    ...around,
  };
}

function isLateToSend({ driver }: WindowLine): boolean {
  return driver.latenessP99Ms > SATURATION_LIMITS.latenessMs;
}

function isLate(line: WindowLine): boolean {
  return isLateToSend(line) || line.driver.loopLagP99Ms > SATURATION_LIMITS.loopLagMs;
}

function allCpu(line: WindowLine): number {
  return line.driver.cpu + (line.server?.cpu ?? 0);
}

function busiestCpu(line: WindowLine): number {
  return line.driver.busiestCpu ?? 0;
}

/** The ten seconds in a row (or all, of a shorter run) that add up to the most. */
function fullest(windows: readonly WindowLine[], read: (line: WindowLine) => number): readonly WindowLine[] {
  const width = Math.min(LASTING, windows.length);
  let sum = windows.slice(0, width).reduce((total, line) => total + read(line), 0);
  let most = sum;
  let from = 0;
  for (const [end, line] of windows.entries()) {
    const first = windows[end - width];
    if (end < width || !first) continue;
    sum += read(line) - read(first);
    if (sum <= most) continue;
    most = sum;
    from = end - width + 1;
  }
  return windows.slice(from, from + width);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
