/** How often trackers speak and how long they wait, in milliseconds or periods. Defaults are Phoenix's (phoenix-semantics 5.2). */
export interface TrackerPeriods {
  /** Between two deltas. */
  readonly broadcastMs: number;
  /** Share of a period by which the first one is put off at most. */
  readonly stutterShare: number;
  /** Periods without a delta before an empty heartbeat. */
  readonly silentPeriods: number;
  /** Periods over which the clocks of others are collected before what is missing is asked for. */
  readonly samplePeriods: number;
  /** Silence after which a node's presences leave. */
  readonly downMs: number;
  /** Silence after which a node is forgotten. */
  readonly permdownMs: number;
}

export const DEFAULT_PERIODS: TrackerPeriods = {
  broadcastMs: 1_500,
  stutterShare: 0.25,
  silentPeriods: 10,
  samplePeriods: 2,
  downMs: 30_000,
  permdownMs: 1_200_000,
};
