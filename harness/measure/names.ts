/**
 * The metrics a worker records, in the order in which they travel: durations
 * as histograms (µs), outcomes of operations and events as counters.
 */
export const TRENDS = [
  'connect_duration',
  'join_duration',
  'push_duration',
  'push_service_duration',
  'broadcast_latency',
  'heartbeat_duration',
  'reconnect_duration',
  'send_lateness',
  'loop_lag',
  'gc_pause',
] as const;

export type TrendName = (typeof TRENDS)[number];

export const OPERATIONS = ['connect', 'join', 'push', 'heartbeat'] as const;
export const ENDS = ['planned', 'sent', 'ok', 'error', 'timeout', 'lost', 'dropped'] as const;

type OutcomeName = `${(typeof OPERATIONS)[number]}_${(typeof ENDS)[number]}`;

/** `…_unsent`: of those dropped, what timed out while it waited to be sent. */
const EVENTS = [
  'arrivals_planned',
  'arrivals_begun',
  'dropped_arrivals',
  'join_unsent',
  'push_unsent',
  'casts_planned',
  'casts',
  'casts_dropped',
  'drops',
  'reconnects',
  'late_replies',
  'channel_crashes',
  'deliveries',
  'delivery_duplicates',
  'delivery_reordered',
] as const;

export type CounterName = OutcomeName | (typeof EVENTS)[number];

export const COUNTERS: readonly CounterName[] = [
  ...OPERATIONS.flatMap((operation) => ENDS.map((end): OutcomeName => `${operation}_${end}`)),
  ...EVENTS,
];

/** Counters by name; a plain object so that the hot path adds to a property. */
export type Counters = Record<CounterName, number>;

export function zeroCounters(): Counters {
  return Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counters;
}
