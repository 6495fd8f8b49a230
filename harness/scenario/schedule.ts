/** The due times of `user.every`: even, or Poisson from the seed; from a phase, so many times. */
import { drawFor, hash } from '../base/random.ts';
import type { DueTimes } from './due-times.ts';

/** `Schedule` of the API with its durations read. */
export type PlannedSchedule = {
  /** Undefined spreads the clients evenly over the interval. */
  phaseUs?: number;
  spacing?: 'even' | 'poisson';
  times?: number;
};

/** The fraction of the golden ratio: consecutive multiples of it spread evenly over 0..1. */
const GOLDEN = 0.618_033_988_749_895;

/**
 * The due times of a client's action every `intervalUs`. `ordinal` tells the schedules of
 * one client apart (0 for its first), so that two Poisson ones are not the same.
 */
export function scheduleOf(
  intervalUs: number,
  schedule: PlannedSchedule,
  seed: number,
  index: number,
  ordinal = 0,
): DueTimes {
  const interval = Math.max(1, intervalUs);
  const times = schedule.times ?? Infinity;
  if (schedule.spacing === 'poisson') {
    return new PoissonTimes(interval, schedule.phaseUs ?? 0, times, hash(hash(seed, index), ordinal));
  }
  return new EvenTimes(interval, schedule.phaseUs ?? ((index * GOLDEN) % 1) * interval, times);
}

class EvenTimes implements DueTimes {
  readonly #intervalUs: number;
  readonly #phaseUs: number;
  /** Intervals from the phase to the next due time. */
  #nth = 0;
  #left: number;

  constructor(intervalUs: number, phaseUs: number, times: number) {
    this.#intervalUs = intervalUs;
    this.#phaseUs = phaseUs;
    this.#left = times;
  }

  first(elapsedUs: number): number {
    this.#nth = Math.max(0, Math.ceil((elapsedUs - this.#phaseUs) / this.#intervalUs));
    return this.next();
  }

  next(): number {
    if (this.#left <= 0) return Infinity;
    this.#left -= 1;
    // A product, not a sum: a day of additions would drift.
    return this.#phaseUs + this.#nth++ * this.#intervalUs;
  }
}

class PoissonTimes implements DueTimes {
  readonly #meanUs: number;
  readonly #seed: number;
  #nth = 0;
  #dueUs: number;
  #left: number;

  constructor(meanUs: number, phaseUs: number, times: number, seed: number) {
    this.#meanUs = meanUs;
    this.#seed = seed;
    this.#dueUs = phaseUs;
    this.#left = times;
  }

  first(elapsedUs: number): number {
    do this.#advance();
    while (this.#dueUs < elapsedUs);
    return this.#take();
  }

  next(): number {
    this.#advance();
    return this.#take();
  }

  #advance(): void {
    this.#dueUs += exponentialDraw(this.#seed, this.#nth++) * this.#meanUs;
  }

  #take(): number {
    if (this.#left <= 0) return Infinity;
    this.#left -= 1;
    return this.#dueUs;
  }
}

/** The n-th draw of mean 1 under a seed: without a state of its own, for there may be one of these per client. */
export function exponentialDraw(seed: number, nth: number): number {
  return -Math.log(1 - drawFor(seed, nth));
}
