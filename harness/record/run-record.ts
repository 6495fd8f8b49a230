/**
 * What a run leaves on disk, as types: `summary.json` (numbers and verdict) and
 * the lines of `timeline.ndjson` (one a second, one per broadcast, one per mark).
 * Durations are milliseconds, shares are 0..1, `…Bytes` are bytes; times named
 * `atMs` count from the first arrival's due time. Additive changes keep the
 * schema's number, anything else raises it.
 */

export const SUMMARY_SCHEMA = 'firedrill/summary/1';

/** A duration metric over the whole run, in milliseconds. */
export type TrendMetric = {
  count: number;
  min: number;
  avg: number;
  med: number;
  p90: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
};

/** A rate metric (`rate` is the share 0..1 of operations that ended so) or a counter (`rate` is per second). */
export type CountMetric = { count: number; rate: number };

/** A gauge: the last reading, and the extremes of all readings. */
export type GaugeMetric = { value: number; min: number; max: number };

export type Metric = TrendMetric | CountMetric | GaugeMetric;

/** Where operations ended. planned = sent + dropped; sent = ok + error + timeout + lost + inFlight. */
export type Outcomes = {
  ok: number;
  error: number;
  timeout: number;
  lost: number;
  dropped: number;
  inFlight: number;
};

export type OperationKind = 'connect' | 'join' | 'push' | 'heartbeat';

/** expected = delivered once + missing; received = expected − missing, doubles counted apart. */
export type Deliveries = {
  expected: number;
  received: number;
  missing: number;
  duplicate: number;
  reordered: number;
};

/** One metric before, during and after a fault: the figure the fault is judged by. */
export type FaultEffect = {
  /** Metric name and statistic, as text: `push_duration p99`. */
  metric: string;
  unit: 'ms' | 'count' | 'share';
  before: number | null;
  during: number | null;
  after: number | null;
};

export type FaultSummary = {
  /** Stable within the run: `blocking-handler-1`. */
  id: string;
  /** As in the catalogue: `slow_join`, `blocking_handler`, `intercept`, `network_drop`. */
  kind: string;
  /** As a person says it: `blocking handlers`. */
  name: string;
  /** Whom it hit, in words: `10 % of rooms`. */
  whom: string;
  /** What it did, in words: `handle_in takes 150 ms`. */
  what: string;
  params: Record<string, string | number | boolean>;
  share: number;
  appliedAtMs: number | null;
  liftedAtMs: number | null;
  /** From lift until steady again; null when it was not reached before the run ended, or not applied. */
  recoveredAfterMs: number | null;
  effects: FaultEffect[];
};

export type ThresholdResult = {
  metric: string;
  expression: string;
  /** The value measured, in the metric's unit; null when there was nothing to measure. */
  actual: number | null;
  limit: number;
  unit: 'ms' | 'count' | 'share' | 'perSecond' | 'bytes';
  status: 'pass' | 'fail' | 'inconclusive';
  /** Part of the run it looked at: `all`, `steady` (no fault on), or a fault's id. */
  during: string;
  level: 'error' | 'warn';
  /** Second of the run in which the metric was worst, and the fault that was on then. */
  worstAtMs: number | null;
  worstDuring: string | null;
  /** Why it is inconclusive, in words. */
  reason?: string;
};

/** The driver's own state: was it the bottleneck? */
export type GeneratorSummary = {
  sendLatenessP99Ms: number;
  loopLagP99Ms: number;
  /** Cores the workers used on average, together. */
  cpu: number;
  saturated: boolean;
  /** The limit beyond which the run is inconclusive. */
  latenessLimitMs: number;
  /** Seconds of the run in which lateness p99 was over its limit. */
  lateSeconds: number;
  workers: number;
  /** Most resident memory of all workers together. */
  rssBytes: number;
};

export type Verdict = { status: 'pass' | 'fail' | 'inconclusive'; reasons: string[] };

/** A distribution for plotting: percentile curve and log-spaced buckets, in ms. */
export type Distribution = {
  /** [quantile 0..1, value ms], rising. */
  percentiles: [number, number][];
  /** [from ms, to ms, count], only those that hold samples. */
  buckets: [number, number, number][];
};

export type Environment = {
  node: string;
  platform: string;
  cpuModel: string;
  cores: number;
  memoryBytes: number;
  descriptorsPerProcess: number;
  /** Node processes of the bundled server; null for a stranger's server. */
  serverNodes: number | null;
  /** SYNs sent again, listen queue drops over the run; null when the kernel does not tell. */
  tcpSynRetrans: number | null;
  listenDrops: number | null;
};

/** A limit of this machine that made the run smaller than asked. */
export type BindingLimit = { limit: string; asked: number; fits: number; hint: string };

export type Summary = {
  schema: typeof SUMMARY_SCHEMA;
  firedrill: string;
  scenario: string;
  about: string;
  seed: number;
  /** ISO 8601, UTC. */
  startedAt: string;
  durationMs: number;
  target: string;
  clients: {
    planned: number;
    connected: number;
    joined: number;
    failed: number;
    /** From the first arrival until every planned client had joined; null when that never was. */
    joinedAfterMs: number | null;
  };
  metrics: Record<string, Metric>;
  /** Pushes of the scenario; `operations` has the others. */
  outcomes: Outcomes;
  operations: Record<OperationKind, Outcomes & { planned: number; sent: number }>;
  deliveries: Deliveries;
  faults: FaultSummary[];
  thresholds: ThresholdResult[];
  generator: GeneratorSummary;
  books: { balanced: boolean; problems: string[] };
  verdict: Verdict;
  exitCode: number;
  /** True when a signal or an error ended it before its time. */
  interrupted: boolean;
  /** What went wrong on the way: a lost worker, a dead server node, an unreadable observer. */
  incidents: { atMs: number; what: string }[];
  limits: BindingLimit[];
  /** Server side, largest readings; null when the target has no observer. */
  server: { rssBytes: number; connections: number; mailboxMax: number } | null;
  distributions: Record<string, Distribution>;
  environment: Environment;
  /** The exact command that repeats the run. */
  command: string;
};

/** Percentiles of one window, in ms; absent when it had no samples. */
export type WindowTrend = { count: number; p50: number; p99: number; p999: number; max: number };

export type TopMailbox = {
  pid: string;
  kind: string;
  topic: string | null;
  len: number;
  highWater: number;
  oldestWaitMs: number;
};

/** One second of the run. */
export type WindowLine = {
  type: 'window';
  /** Start of the second, from the first arrival. */
  atMs: number;
  clients: { connected: number; joined: number };
  /** Pushes that fell due, and those really sent, in this second. */
  offered: number;
  sent: number;
  joins: number;
  reconnects: number;
  drops: number;
  dropped: number;
  deliveries: number;
  /** Timeouts of this second by cause: `push`, `join`, `heartbeat`. */
  timeouts: Record<string, number>;
  errors: number;
  connect?: WindowTrend;
  join?: WindowTrend;
  push?: WindowTrend;
  broadcast?: WindowTrend;
  /** Heat-map of push latency: [lower edge in ms, count] on a log grid of 10 cells a decade. */
  pushCells: [number, number][];
  mailbox?: { sum: number; max: number; oldestWaitMs: number; top: TopMailbox[] };
  server?: {
    /** Cores used; null when the observer does not tell. */
    cpu: number | null;
    rssBytes: number;
    connections: number;
    processes: number;
    runQueue: number;
    loopLagMs: number;
    /** Bytes of all tables; absent when the observer does not tell. */
    etsBytes?: number;
  };
  driver: {
    latenessP99Ms: number;
    loopLagP99Ms: number;
    /** Cores used by all workers. */
    cpu: number;
    rssBytes: number;
    workers: number;
  };
};

/** One witnessed broadcast, written when its deliveries have settled. */
export type BroadcastLine = {
  type: 'broadcast';
  /** When it was due. */
  atMs: number;
  topic: string;
  event: string;
  publisher: number;
  sequence: number;
  expected: number;
  received: number;
  missing: number;
  /** Due → first and last receiver; null when nobody received it. */
  firstMs: number | null;
  lastMs: number | null;
};

/** Something that happened: a phase began, a fault went on or off, a worker was lost. */
export type MarkLine = {
  type: 'mark';
  atMs: number;
  mark: 'phase' | 'fault-on' | 'fault-off' | 'incident' | 'interrupted' | 'end';
  name: string;
  /** The fault's id, for fault marks. */
  fault?: string;
};

export type TimelineLine = WindowLine | BroadcastLine | MarkLine;

/** A run read back from its folder. */
export type RunRecord = {
  summary: Summary;
  windows: WindowLine[];
  broadcasts: BroadcastLine[];
  marks: MarkLine[];
};
