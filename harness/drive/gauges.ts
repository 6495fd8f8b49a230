/** A worker's state at the end of a window, and the state of several together. */

/** The worker's state at the end of the window. */
export type Gauges = {
  connected: number;
  joined: number;
  everConnected: number;
  everJoined: number;
  /** Since the first arrival; −1 until all clients of this worker were joined at once. */
  allJoinedAtUs: number;
  inFlightConnect: number;
  inFlightJoin: number;
  inFlightPush: number;
  inFlightHeartbeat: number;
  /** Pushes that wait for their join, as phoenix.js keeps them. */
  bufferedPush: number;
  /** CPU of this window, and resident memory now. */
  cpuUs: number;
  rssBytes: number;
  /** Broadcasts that still wait for a receiver. */
  waiting: number;
};

/** In the order in which they travel. */
export const GAUGES: readonly (keyof Gauges)[] = [
  'connected',
  'joined',
  'everConnected',
  'everJoined',
  'allJoinedAtUs',
  'inFlightConnect',
  'inFlightJoin',
  'inFlightPush',
  'inFlightHeartbeat',
  'bufferedPush',
  'cpuUs',
  'rssBytes',
  'waiting',
];

/** Adds up the gauges of several workers; `allJoinedAtUs` makes no sense in a sum. */
export function sumGauges(parts: readonly Gauges[]): Gauges {
  const sum = Object.fromEntries(GAUGES.map((name) => [name, 0])) as Gauges;
  for (const part of parts) for (const name of GAUGES) sum[name] += part[name];
  return sum;
}
