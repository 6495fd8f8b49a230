/** How much one run may ask for: beyond it a slip is likelier than a plan. */

/** Most clients of one run, all its arrivals together. */
export const MAX_CLIENTS = 10_000_000;
/** Most pushes, or arrivals, per second. */
export const MAX_RATE = 10_000_000;
/** Most stages of one line. */
export const MAX_STAGES = 1_000;
/** Longest run. */
export const MAX_RUN_MS = 86_400_000;
