/**
 * The lines of `timeline.ndjson`, as types: one a second, one per broadcast,
 * one per mark, and timeouts by cause. Times named `atMs` count from the first arrival's due time.
 */
import type { TimedKind, TimeoutCause } from '../base/timeout-causes.ts';

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
  /** Timeouts of this second by what timed out: `push`, `join`, `heartbeat`, `connect`. */
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
    /**
     * Sockets its telemetry counted since the look before, those refused in connect/3 too, and how many that
     * is per second of the time between the looks; absent when that is not known. These came later.
     */
    connects?: number;
    connectsPerSecond?: number;
    /** Every telemetry event that happened since then, by name. */
    events?: Record<string, number>;
  };
  driver: {
    latenessP99Ms: number;
    loopLagP99Ms: number;
    /** Cores used by all workers. */
    cpu: number;
    rssBytes: number;
    workers: number;
    /** Cores used by the busiest of them, and what the garbage collector took of this second; these came later. */
    busiestCpu?: number;
    gcMs?: number;
  };
  /**
   * What the kernel counted in this second, for all programs of this machine and in the network of the run's own;
   * absent where it does not tell.
   */
  kernel?: {
    synRetransmits: number;
    listenDrops: number;
    listenOverflows: number;
    tcpTimeouts: number;
    /** Entries of the firewall's connection table; null where there is none. */
    conntrack: number | null;
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
  mark: 'phase' | 'fault-on' | 'fault-share' | 'fault-off' | 'incident' | 'deviated' | 'interrupted' | 'end';
  name: string;
  /** The fault's id, for fault marks. */
  fault?: string;
};

/** Timeouts of one second whose cause was settled, some time after; several lines of a second and a cause add up. */
export type CauseLine = {
  type: 'causes';
  /** Start of the second in which they timed out. */
  atMs: number;
  kind: TimedKind;
  cause: TimeoutCause;
  count: number;
};

export type TimelineLine = WindowLine | BroadcastLine | MarkLine | CauseLine;
