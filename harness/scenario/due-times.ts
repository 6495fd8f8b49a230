/**
 * When an action of one client falls due, as pure maths: times in microseconds
 * from the start of the run, fixed by the plan and the seed, not by when the client asks.
 */

/** One action's due times, in order; a small object of each client's own. */
export type DueTimes = {
  /** The first at or after that time; those before it are not made up for. Called once. */
  first(elapsedUs: number): number;
  /** The one after that; Infinity when there are no more. */
  next(): number;
};
