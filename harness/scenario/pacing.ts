/**
 * The due times of `user.pace`: the k-th push of the whole run falls due when
 * the integral of `load.rate` rises above k; client i has i, i + N, i + 2N …
 */
import { hash } from '../base/random.ts';
import type { DueTimes } from './due-times.ts';
import type { PlannedRate, PlannedStage } from './planned-load.ts';
import { rateLine, type RateLine } from './rate-line.ts';
import { exponentialDraw } from './schedule.ts';

/** One for the run, shared by the due times of all clients. */
export type Pacing = {
  /** The due times of one client. */
  dueTimesOf(index: number, spacing?: 'even' | 'poisson'): DueTimes;
};

/** The pacing of a plan; null when it has no rate. */
export function pacingOf(plan: { rate: PlannedRate; clients: number; seed: number }): Pacing | null {
  const { rate, clients, seed } = plan;
  if (rate === null) return null;
  const line = lineOf(rate);
  return {
    dueTimesOf: (index, spacing) =>
      spacing === 'poisson'
        ? new PoissonPace(line, clients, hash(seed ^ PACE_STREAM, index))
        : new EvenPace(line, clients, index),
  };
}

function lineOf(rate: number | PlannedStage[]): RateLine {
  return typeof rate === 'number' ? rateLine(rate, []) : rateLine(0, rate);
}

/** Sets these draws apart from those of `user.every`. */
const PACE_STREAM = 0x9ace;

class EvenPace implements DueTimes {
  readonly #line: RateLine;
  readonly #clients: number;
  /** Of the whole run's pushes, this client's next. */
  #push: number;

  constructor(line: RateLine, clients: number, index: number) {
    this.#line = line;
    this.#clients = clients;
    this.#push = index;
  }

  first(elapsedUs: number): number {
    const passed = this.#line.countAt(elapsedUs) - this.#push;
    // Rounding may lose the one due just now: begin one early, and look.
    this.#push += Math.max(0, Math.floor(passed / this.#clients)) * this.#clients;
    let dueUs = this.next();
    while (dueUs < elapsedUs) dueUs = this.next();
    return dueUs;
  }

  next(): number {
    const dueUs = this.#line.dueUs(this.#push);
    this.#push += this.#clients;
    return dueUs;
  }
}

/** A Poisson process of the client's own, of which `clients` together have the rate; by time rescaling. */
class PoissonPace implements DueTimes {
  readonly #line: RateLine;
  readonly #clients: number;
  readonly #seed: number;
  #nth = 0;
  #sum = 0;

  constructor(line: RateLine, clients: number, seed: number) {
    this.#line = line;
    this.#clients = clients;
    this.#seed = seed;
  }

  first(elapsedUs: number): number {
    let dueUs = this.next();
    while (dueUs < elapsedUs) dueUs = this.next();
    return dueUs;
  }

  next(): number {
    this.#sum += exponentialDraw(this.#seed, this.#nth++);
    return this.#line.dueUs(this.#sum * this.#clients);
  }
}
