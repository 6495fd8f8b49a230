/**
 * What a run leaves on disk, as types: `summary.json` (numbers and verdict) and
 * the lines of `timeline.ndjson` (one a second, one per broadcast, one per mark).
 * Durations are milliseconds, shares are 0..1, `…Bytes` are bytes; times named
 * `atMs` count from the first arrival's due time. Additive changes keep the
 * schema's number, anything else raises it.
 */
import type { Hits } from '../base/hits.ts';
import type { Refusal } from '../base/refusal.ts';
import type { DrillSummary } from './drill-record.ts';
import type { TimeoutCauses } from '../base/timeout-causes.ts';
import type { WindowLine, BroadcastLine, CauseLine, MarkLine } from './timeline-line.ts';

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

/** A fault that could not be lifted: what is still on, and what takes it off. */
export type FaultUndo = {
  stillActive: string;
  /** What ends it without anybody; null when nothing does. */
  endsBy: string | null;
  /** A command that can be typed. */
  byHand: string;
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
  /** How many it hit; absent where nobody counts them. This and what follows came later. */
  hit?: Hits;
  /** How it rose, step by step; absent where all of it was hit at once. */
  ramp?: FaultRamp;
  /** What is still on and how it is taken off, only where it could not be lifted. */
  undo?: FaultUndo;
};

/** A fault that rose: what of it, how long that was to take, and the steps that were taken, each in words too: `40 %`. */
export type FaultRamp = {
  param: string;
  overMs: number;
  steps: { atMs: number; value: number; text: string }[];
};

/** An optional fault that the target or this machine could not take. */
export type FaultLeftOut = { id: string; kind: string; name: string; why: string };

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

/** One thing that tells whether the driver or the machine was the bottleneck, beside its limit. */
export type SaturationSign = {
  name:
    | 'send_lateness'
    | 'loop_lag'
    | 'worker_cpu'
    | 'gc_pause'
    | 'syn_retransmits'
    | 'listen_drops'
    | 'conntrack';
  value: number;
  limit: number;
  unit: 'ms' | 'share' | 'cores' | 'count';
  isOver: boolean;
  /** False for what only explains: a full core is no harm while nothing is late. */
  decides: boolean;
  /** What it means and what to do about it; empty when it is within its limit. */
  words: string;
};

/** How near the busiest second came to what `firedrill calibrate` measured on this machine. */
export type CeilingShare = {
  what: 'joins' | 'pushes' | 'deliveries';
  /** Of `what`, per second, in the busiest second. */
  reached: number;
  ceiling: number;
  /** Of the driver's CPU that all operations of that second take by the calibration, together. */
  share: number;
  /** `worker`: one core for each worker is the limit; `machine`: all cores are. */
  scope: 'worker' | 'machine';
  atMs: number;
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
  /** Cores the busiest worker used over its busiest ten seconds; this and what follows came later. */
  busiestWorkerCpu?: number;
  /** Pauses of the garbage collector: the longest, and the share of the workers' time they took. */
  gc?: { pauses: number; longestMs: number; share: number };
  /** What was looked at to tell whether it was us. */
  signs?: SaturationSign[];
  /** Null without a calibration of this machine. */
  ceiling?: CeilingShare | null;
};

/** `deviated`: the steady state of a drill did not hold. */
export type Verdict = { status: 'pass' | 'fail' | 'inconclusive' | 'deviated'; reasons: string[] };

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
  /** Listen queues found full, and retransmission timeouts, likewise; these and what follows came later. */
  listenOverflows?: number | null;
  tcpTimeouts?: number | null;
  /** The firewall's connection table at its fullest; null where there is none. */
  conntrack?: { most: number; max: number } | null;
};

/** A limit of this machine that made the run smaller than asked. */
export type BindingLimit = { limit: string; asked: number; fits: number; hint: string };

export type Summary = {
  schema: typeof SUMMARY_SCHEMA;
  firedrill: string;
  scenario: string;
  about: string;
  /** Which of the scenario's variants; null where it has none, absent in records of earlier versions. */
  variant?: string | null;
  /** What the scenario says of its runs, once all of them are over; null where it says nothing. */
  finding?: string | null;
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
  /**
   * `buffered`: pushes that still waited for their join at the end; `unsent`: of those dropped, what timed out while
   * it waited to be sent. Both are absent in records of earlier versions, and so are the causes of timeouts.
   */
  operations: Record<
    OperationKind,
    Outcomes & { planned: number; sent: number; buffered?: number; unsent?: number }
  >;
  timeoutCauses?: TimeoutCauses;
  deliveries: Deliveries;
  faults: FaultSummary[];
  /** Absent in records of earlier versions. */
  faultsLeftOut?: FaultLeftOut[];
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
  /** Most frequent first; absent in records of earlier versions. */
  refusals?: Refusal[];
  /** Server side, largest readings; null when the target has no observer. */
  server: {
    rssBytes: number;
    connections: number;
    mailboxMax: number;
    /** What its telemetry counted over the run, by event; absent when it did not tell. */
    telemetry?: Record<string, number>;
  } | null;
  distributions: Record<string, Distribution>;
  /** Of a drill; absent where the run was none. */
  drill?: DrillSummary;
  environment: Environment;
  /** The exact command that repeats the run. */
  command: string;
};

/** A run read back from its folder. */
export type RunRecord = {
  summary: Summary;
  windows: WindowLine[];
  broadcasts: BroadcastLine[];
  marks: MarkLine[];
  /** Absent where nobody asked why anything timed out. */
  causes?: CauseLine[];
};
