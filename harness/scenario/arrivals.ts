/**
 * Who arrives when, as pure maths of the plan: the same sessions whatever the
 * number of workers, to which they are dealt by the client's index: one by one in
 * turn, or to many workers in hands of neighbours.
 */
import { Random } from '../base/random.ts';
import type { LoadPlan, PlannedStage } from './planned-load.ts';
import { rateLine } from './rate-line.ts';

/** The sessions of one worker in the order they fall due; times in microseconds from the start of the run. */
export type Arrivals = {
  readonly count: number;
  /** The client (0 … clients − 1 of the whole run) whose session the n-th is; with stages it may come back. */
  clientOf(nth: number): number;
  dueUs(nth: number): number;
  /** When the plan ends the session; Infinity when only the run or the client's script does. */
  untilUs(nth: number): number;
};

/** What falls to a worker (0 … workers − 1) of a plan; without one the whole plan. */
export function arrivalsOf(plan: { load: LoadPlan; seed: number }, worker = 0, workers = 1): Arrivals {
  const { load, seed } = plan;
  switch (load.model) {
    case 'hold':
      return held(load.clients, load.rampMs * 1e3, worker, workers);
    case 'stages':
      return staged(load.stages, worker, workers);
    case 'arrivals':
      return load.spacing === 'poisson' ? poisson(load, seed, worker, workers) : paced(load, worker, workers);
  }
}

/**
 * Neighbours that fall to the same worker. One by one where workers are few; many of them on a few cores
 * would all wake for every arrival, each with cold caches, where one can take a hand of them in one go.
 */
function handOf(workers: number): number {
  return workers > FEW_WORKERS ? 64 : 1;
}

const FEW_WORKERS = 8;

/** How many of the first `clients` fall to a worker (0 … workers − 1). */
export function clientsOf(worker: number, workers: number, clients: number): number {
  const hand = handOf(workers);
  const round = hand * workers;
  const rest = (clients % round) - worker * hand;
  return Math.floor(clients / round) * hand + Math.min(Math.max(0, Math.ceil(rest)), hand);
}

/** The index in the whole run of a worker's n-th client (from 0). */
export function clientIndexOf(nth: number, worker: number, workers: number): number {
  const hand = handOf(workers);
  return Math.floor(nth / hand) * hand * workers + worker * hand + (nth % hand);
}

/** Which of its worker's clients (from 0) the client of an index in the whole run is. */
export function nthOf(index: number, workers: number): number {
  const hand = handOf(workers);
  return Math.floor(index / (hand * workers)) * hand + (index % hand);
}

function workerOf(index: number, workers: number): number {
  return Math.floor(index / handOf(workers)) % workers;
}

/** When the client of that index arrives; the first at 0, the last before `rampUs`. */
function arrivalDueUs(index: number, clients: number, rampUs: number): number {
  return (index * rampUs) / clients;
}

function held(clients: number, rampUs: number, worker: number, workers: number): Arrivals {
  const clientOf = (nth: number): number => clientIndexOf(nth, worker, workers);
  return {
    count: clientsOf(worker, workers, clients),
    clientOf,
    dueUs: (nth) => arrivalDueUs(clientOf(nth), clients, rampUs),
    untilUs: () => Infinity,
  };
}

type OpenLoad = Extract<LoadPlan, { model: 'arrivals' }>;

/** Open arrivals at even distances of the rate's integral: the n-th when the integral rises above n. */
function paced(load: OpenLoad, worker: number, workers: number): Arrivals {
  const line = rateLine(load.fromRate, load.stages);
  // A hair above a whole number is the sum of rounded parts, no further arrival.
  const bursts = Math.ceil((line.total / load.burst) * (1 - 1e-12) - 1e-9);
  const clientOf = (nth: number): number => clientIndexOf(nth, worker, workers);
  return {
    count: clientsOf(worker, workers, bursts * load.burst),
    clientOf,
    dueUs: (nth) => line.dueUs(Math.floor(clientOf(nth) / load.burst) * load.burst),
    untilUs: () => Infinity,
  };
}

/** Poisson arrivals by time rescaling: those of rate 1, drawn from the seed, bent onto the rate's integral. */
function poisson(load: OpenLoad, seed: number, worker: number, workers: number): Arrivals {
  const line = rateLine(load.fromRate, load.stages);
  const all = countBelow(line.total, seed);
  const count = clientsOf(worker, workers, all);
  const dues = new Float64Array(count);
  const random = new Random(seed ^ ARRIVAL_STREAM);
  let sum = 0;
  for (let index = 0; index < all; index++) {
    sum += exponential(random);
    if (workerOf(index, workers) === worker) dues[nthOf(index, workers)] = line.dueUs(sum);
  }
  return {
    count,
    clientOf: (nth) => clientIndexOf(nth, worker, workers),
    dueUs: (nth) => dues[nth] ?? Infinity,
    untilUs: () => Infinity,
  };
}

/** Sets these draws apart from the other streams of the same seed. */
const ARRIVAL_STREAM = 0x5a17_ab1e;

function countBelow(limit: number, seed: number): number {
  const random = new Random(seed ^ ARRIVAL_STREAM);
  let count = 0;
  for (let sum = exponential(random); sum < limit; sum += exponential(random)) count += 1;
  return count;
}

function exponential(random: Random): number {
  return -Math.log(1 - random.next());
}

/** A stage in which the number of clients rises, with how many sessions and how many clients of this worker lie before it. */
type Rise = {
  stage: number;
  startUs: number;
  lengthUs: number;
  from: number;
  to: number;
  before: number;
  first: number;
};

/**
 * A number of clients that follows stages: client i has a session while the
 * number is above i, so that those who arrived last leave first.
 */
function staged(stages: readonly PlannedStage[], worker: number, workers: number): Arrivals {
  const rises: Rise[] = [];
  let startUs = 0;
  let from = 0;
  let count = 0;
  for (const [stage, { to, forMs }] of stages.entries()) {
    if (to > from) {
      const first = clientsOf(worker, workers, from);
      rises.push({ stage, startUs, lengthUs: forMs * 1e3, from, to, before: count, first });
      count += clientsOf(worker, workers, to) - first;
    }
    startUs += forMs * 1e3;
    from = to;
  }
  const riseOf = (nth: number): Rise => rises.findLast((rise) => rise.before <= nth) as Rise;
  const clientIn = (rise: Rise, nth: number): number =>
    clientIndexOf(rise.first + nth - rise.before, worker, workers);
  return {
    count,
    clientOf: (nth) => clientIn(riseOf(nth), nth),
    dueUs(nth) {
      const rise = riseOf(nth);
      return rise.startUs + ((clientIn(rise, nth) - rise.from) * rise.lengthUs) / (rise.to - rise.from);
    },
    untilUs(nth) {
      const rise = riseOf(nth);
      return fallUs(stages, rise.stage + 1, rise.startUs + rise.lengthUs, rise.to, clientIn(rise, nth));
    },
  };
}

/** When the number of clients, `level` at `startUs`, falls to `client` in one of the stages from that one on. */
function fallUs(
  stages: readonly PlannedStage[],
  stage: number,
  startUs: number,
  level: number,
  client: number,
): number {
  let beganUs = startUs;
  let from = level;
  for (const { to, forMs } of stages.slice(stage)) {
    if (to <= client) return beganUs + ((from - client) * forMs * 1e3) / (from - to);
    beganUs += forMs * 1e3;
    from = to;
  }
  return Infinity;
}
