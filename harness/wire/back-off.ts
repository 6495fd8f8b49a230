/** The retry ladders of phoenix.js, in milliseconds, without jitter (phoenix-semantics 6.1). */

const RECONNECT_MS = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000];
const REJOIN_MS = [1_000, 2_000, 5_000];

/** Wait before reconnect attempt `tries` (1 is the first after an open connection was lost). */
export function reconnectAfterMs(tries: number): number {
  return RECONNECT_MS[tries - 1] ?? 5_000;
}

/** Wait before rejoin attempt `tries` of one channel. */
export function rejoinAfterMs(tries: number): number {
  return REJOIN_MS[tries - 1] ?? 10_000;
}
