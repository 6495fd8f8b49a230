/** How a scenario says what it is held against as a chaos drill: `drill: { steadyState, … }`. */
import type { Duration } from '../base/units.ts';
import type { ThresholdName } from './finding.ts';

/** When the steady state is looked at. */
export const CHECKS = ['before and after', 'before', 'after', 'during', 'continuously'] as const;
export type Check = (typeof CHECKS)[number];

/** What becomes of faults that are on when the steady state deviates, or when the drill ends. */
export const ROLLBACKS = ['always', 'deviated', 'never'] as const;
export type Rollback = (typeof ROLLBACKS)[number];

/** `'p(95)<250'`; a look has no parts, so there is no `during`. */
export type SteadyPromise = string | { expression: string };

/** The hypothesis of a chaos drill, and how `firedrill drill` goes about it; `run` only checks that it is right. */
export type Drill<Own extends string = never> = {
  /** What "steady" means: a promise for each metric, kept over any stretch of `window`. */
  steadyState: { readonly [Name in ThresholdName<Own>]?: readonly SteadyPromise[] };
  /** Seconds of the run each look covers (10 s). */
  window?: Duration;
  /**
   * When the steady state is looked at (`before and after`). Before the first fault it is a gate: a
   * system that is not steady then is given no fault. `during`: each second while a fault is on.
   * `continuously`: before, then each second to the end, then after.
   */
  check?: Check;
  /**
   * `always` (usual): whatever ends the drill, faults that are on are lifted. `deviated`: at the first
   * deviation all are lifted and no further one goes on; without one they keep their time. `never`: each
   * keeps its own time, even beyond the drill.
   */
  rollback?: Rollback;
};

/** A drill that has been checked, its metrics known by name only. */
export type CheckedDrill = Omit<Drill, 'steadyState'> & {
  steadyState: Readonly<Record<string, readonly SteadyPromise[]>>;
};
