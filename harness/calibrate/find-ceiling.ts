/**
 * The ceiling of one kind of work, from the seconds of a run that asked for
 * more and more of it. What counts is the driver's CPU for one operation: a
 * rate that was reached is bounded by the server that shares the cores.
 */
import { SATURATION_LIMITS } from '../judge/saturation.ts';
import type { Ceiling } from './calibration.ts';

export type WorkSecond = {
  /** Operations done. */
  done: number;
  /** Operations due. */
  due: number;
  /** CPU of the driver for them, in microseconds. */
  cpuUs: number;
  latenessP99Ms: number;
};

/** A second in which less than this of what was due was done is not sustained. */
const DONE_SHARE = 0.9;
/** The best seconds speak; one alone may have had its garbage collected in the next. */
const BEST = 3;

/** Less CPU than this in a second is mostly what a worker takes for being there. */
const LEAST_CPU_US = 40_000;

/** The ceiling on a machine of so many cores; null when nothing was done at all. */
export function findCeiling(seconds: readonly WorkSecond[], cores: number): Ceiling | null {
  // One bad second is a neighbour's; what the driver or the server cannot do goes on.
  const end = seconds.findIndex((second, at) => isBad(second) && isBad(seconds[at + 1] ?? second));
  const sustained = (end < 0 ? seconds : seconds.slice(0, end)).filter((second) => !isBad(second));
  const best = bestOf(sustained, seconds);
  const done = best.reduce((sum, second) => sum + second.done, 0);
  if (done === 0) return null;
  const last = seconds[end];
  const endedBy = last === undefined ? 'plan' : isLate(last) ? 'driver' : 'server';
  const cpuUs = best.reduce((sum, second) => sum + second.cpuUs, 0) / done;
  return ceilingOf(cpuUs, cores, best[0]?.done ?? 0, endedBy);
}

/** On a machine too busy to be on time, CPU for an operation is still CPU for an operation. */
function bestOf(sustained: readonly WorkSecond[], all: readonly WorkSecond[]): WorkSecond[] {
  const working = (second: WorkSecond): boolean => second.done > 0 && second.cpuUs > 0;
  const busy = (second: WorkSecond): boolean => working(second) && second.cpuUs >= LEAST_CPU_US;
  const choices = [sustained.filter(busy), all.filter(busy), all.filter(working)];
  const chosen = choices.find((seconds) => seconds.length > 0) ?? [];
  return chosen.toSorted((a, b) => b.done - a.done).slice(0, BEST);
}

/** From the CPU of one operation to how many fit into a second. */
export function ceilingOf(
  cpuUs: number,
  cores: number,
  reached: number,
  endedBy: Ceiling['endedBy'],
): Ceiling {
  return { cpuUs, perWorker: 1e6 / cpuUs, allCores: (1e6 / cpuUs) * cores, reached, endedBy };
}

function isBad(second: WorkSecond): boolean {
  return isLate(second) || isBehind(second);
}

function isLate({ latenessP99Ms }: WorkSecond): boolean {
  return latenessP99Ms > SATURATION_LIMITS.latenessMs;
}

function isBehind({ done, due }: WorkSecond): boolean {
  return done < due * DONE_SHARE;
}
