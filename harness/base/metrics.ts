/**
 * Every metric there is: its name in thresholds and summaries, what kind of
 * figure it is and in which unit. A trend is a distribution, a rate a share of
 * operations, a counter a total, a gauge a reading.
 */

export type MetricKind = 'trend' | 'rate' | 'counter' | 'gauge';

/** The unit of a value: `share` is 0..1, `cores` are processor seconds a second. */
export type MetricUnit = 'ms' | 'count' | 'share' | 'perSecond' | 'bytes' | 'cores';

export type MetricSpec<Name extends string = string> = {
  name: Name;
  kind: MetricKind;
  unit: MetricUnit;
  /** What it measures, in a few words. */
  about: string;
  /** True for a counter that others keep: where they do not tell, nothing was measured, not nought. */
  isTold?: true;
};

// Each keeps its name as a type, so that an editor can complete the names in `thresholds`.
type Spec<Name extends string> = MetricSpec<Name>;
const trend = <Name extends string>(name: Name, about: string): Spec<Name> => ({
  name,
  kind: 'trend',
  unit: 'ms',
  about,
});
const rate = <Name extends string>(name: Name, about: string): Spec<Name> => ({
  name,
  kind: 'rate',
  unit: 'share',
  about,
});
const counter = <Name extends string>(name: Name, about: string): Spec<Name> => ({
  name,
  kind: 'counter',
  unit: 'count',
  about,
});
const toldCounter = <Name extends string>(name: Name, about: string): Spec<Name> => ({
  ...counter(name, about),
  isTold: true,
});
const gauge = <Name extends string>(name: Name, unit: MetricUnit, about: string): Spec<Name> => ({
  name,
  kind: 'gauge',
  unit,
  about,
});

const CATALOGUE = [
  trend('connect_duration', 'TCP and upgrade'),
  trend('join_duration', 'due to the reply of a join'),
  trend('push_duration', 'due to the reply of a push'),
  trend('push_service_duration', 'sent to the reply of a push'),
  trend('broadcast_latency', 'due to each receiver of a broadcast'),
  trend('broadcast_spread', 'first to last receiver of one broadcast'),
  trend('heartbeat_duration', 'sent to the reply of a heartbeat'),
  trend('reconnect_duration', 'connection lost to joined again'),
  trend('recovery_duration', 'fault lifted to steady again'),
  rate('join_timeouts', 'joins without an answer in time'),
  rate('push_timeouts', 'pushes without an answer in time'),
  rate('heartbeat_timeouts', 'heartbeats without an answer in time'),
  rate('errors', 'operations answered with an error'),
  rate('clients_joined', 'clients that joined; that connected, where the scenario joins nothing'),
  counter('connections', 'connections opened'),
  counter('drops', 'connections lost'),
  counter('deliveries', 'broadcasts received'),
  counter('delivery_missing', 'broadcasts expected and never received'),
  counter('delivery_duplicates', 'broadcasts received twice'),
  counter('delivery_reordered', 'broadcasts received after a later one'),
  counter('late_replies', 'replies after their timeout'),
  counter('dropped_sends', 'pushes that could not be sent when due'),
  counter('casts', 'messages sent that nobody answers'),
  counter('dropped_arrivals', 'clients that found the run full when they arrived'),
  toldCounter('syn_retransmits', 'connection requests the kernel sent again'),
  toldCounter('listen_drops', 'connections dropped at a full listen queue'),
  toldCounter('server_connects', 'connects as the server counts them, those it refuses in connect/3 too'),
  toldCounter('server_events', "events of Phoenix's telemetry; {event:…} counts any one of the server"),
  gauge('server_connect_rate', 'perSecond', 'connects in a second as the server counts them'),
  gauge('mailbox_len', 'count', 'messages waiting in all mailboxes'),
  gauge('mailbox_max', 'count', 'messages waiting in the longest mailbox'),
  gauge('mailbox_oldest_wait', 'ms', 'wait of the oldest message in any mailbox'),
  gauge('process_count', 'count', 'processes of the server'),
  gauge('ets_memory', 'bytes', 'memory of all tables'),
  gauge('server_memory', 'bytes', 'resident memory of the server'),
  gauge('run_queue', 'count', 'processes ready to run'),
  gauge('worker_cpu', 'cores', 'cores used by all load workers'),
  gauge('conntrack', 'count', 'connections the firewall of this machine tracks'),
  trend('send_lateness', 'due to sent, our own delay'),
  trend('loop_lag', 'delay of the event loop of the load workers'),
  trend('gc_pause', 'pauses of the garbage collector in the load workers'),
];

export const METRICS: readonly MetricSpec[] = CATALOGUE;

/** A name of the catalogue. */
export type MetricName = (typeof CATALOGUE)[number]['name'];

/** The names of all metrics, in the order of the catalogue. */
export const METRIC_NAMES: readonly string[] = METRICS.map((metric) => metric.name);

const BY_NAME = new Map(METRICS.map((metric) => [metric.name, metric]));

/** The metric of that name, undefined when there is none. */
export function metricOf(name: string): MetricSpec | undefined {
  return BY_NAME.get(name);
}
