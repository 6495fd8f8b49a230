/** The shapes of load a scenario can ask for: one of three. */
import type { Duration } from '../base/units.ts';

/** A part of a schedule: within `for` the figure moves evenly from where it was to `to`. */
export type Stage = { to: number; for: Duration };

/**
 * Pushes per second of all clients together, for `user.pace`: each client has its even share, so that
 * clients who are not there leave theirs out. Stages start at 0 with the first arrival; the last figure stays.
 */
export type PushRate = { rate?: number | readonly Stage[] };

/** Closed: so many clients arrive evenly over the ramp and stay. */
export type HoldLoad = PushRate & {
  clients: number;
  /** Time over which the clients arrive, evenly; 0 for all at once. */
  ramp: Duration;
  /** Time from the last arrival to the end. */
  hold: Duration;
  stages?: never;
  arrivals?: never;
};

/**
 * Closed: the number of clients follows the stages from 0; those that arrived last leave first,
 * and come back as new sessions of the same clients. A stage of `for: 0` is a jump.
 */
export type StagedLoad = PushRate & {
  stages: readonly Stage[];
  clients?: never;
  ramp?: never;
  hold?: never;
  arrivals?: never;
};

/** Open: clients arrive whatever the server does, and leave when their script has ended. */
export type ArrivalLoad = {
  arrivals: {
    /** Arrivals per second when the first stage begins (0 unless stages are left out). */
    rate?: number;
    /** How the rate moves; without stages `rate` holds for `for`. */
    stages?: readonly Stage[];
    for?: Duration;
    /** `even` (default), `poisson` from the seed, or that many at once. */
    spacing?: 'even' | 'poisson' | { burst: number };
    /** Clients at once; who arrives beyond it is dropped and counted. */
    atMost?: number;
  };
  /** Time from the last arrival to the end; without it the run ends with the last stage. */
  hold?: Duration;
  clients?: never;
  ramp?: never;
  rate?: never;
  stages?: never;
};

export type Load = HoldLoad | StagedLoad | ArrivalLoad;
