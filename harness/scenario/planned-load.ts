/**
 * The load of one run as plain numbers, the same for every process that reads
 * it: what arrivals and pacing are computed from.
 */

/** Within `forMs` the figure moves evenly from where it was to `to`. */
export type PlannedStage = { to: number; forMs: number };

/** Pushes per second of all clients together: constant, or from 0 along stages whose last figure stays; null for none. */
export type PlannedRate = number | PlannedStage[] | null;

/** Plain data: it goes to the workers as JSON. */
export type LoadPlan =
  /** So many clients arrive evenly over the ramp and stay. */
  | { model: 'hold'; clients: number; rampMs: number }
  /** The number of clients follows the stages, from 0. */
  | { model: 'stages'; stages: PlannedStage[] }
  /** Clients arrive at a rate that follows the stages from `fromRate`, `burst` at once, and leave when their script ends. */
  | {
      model: 'arrivals';
      fromRate: number;
      stages: PlannedStage[];
      spacing: 'even' | 'poisson';
      burst: number;
      /** Clients at once; who arrives beyond it is dropped. */
      atMost: number | null;
    };
