/** Small records for tests: a complete, empty run, and windows to put into it. */

import {
  type FaultSummary,
  type Outcomes,
  type RunRecord,
  type Summary,
  SUMMARY_SCHEMA,
  type ThresholdResult,
  type TrendMetric,
} from '../../../harness/record/run-record.ts';
import type { WindowLine, WindowTrend } from '../../../harness/record/timeline-line.ts';

type Operation = Outcomes & { planned: number; sent: number };

/** An operation of which nothing was planned. */
export function noOperation(): Operation {
  return { planned: 0, sent: 0, ok: 0, error: 0, timeout: 0, lost: 0, dropped: 0, inFlight: 0 };
}

/** A summary in which nothing happened and nothing is wrong. */
export function plainSummary(changes: Partial<Summary> = {}): Summary {
  return {
    schema: SUMMARY_SCHEMA,
    firedrill: '0.1.0',
    scenario: 'plain',
    about: '',
    seed: 7,
    startedAt: '2026-11-21T10:40:00.000Z',
    durationMs: 0,
    target: 'ws://127.0.0.1:4000/socket',
    clients: { planned: 0, connected: 0, joined: 0, failed: 0, joinedAfterMs: null },
    metrics: {},
    outcomes: { ok: 0, error: 0, timeout: 0, lost: 0, dropped: 0, inFlight: 0 },
    operations: {
      connect: noOperation(),
      join: noOperation(),
      push: noOperation(),
      heartbeat: noOperation(),
    },
    deliveries: { expected: 0, received: 0, missing: 0, duplicate: 0, reordered: 0 },
    faults: [],
    thresholds: [],
    generator: {
      sendLatenessP99Ms: 0.4,
      loopLagP99Ms: 0.6,
      cpu: 0.2,
      saturated: false,
      latenessLimitMs: 10,
      lateSeconds: 0,
      workers: 2,
      rssBytes: 120_000_000,
    },
    books: { balanced: true, problems: [] },
    verdict: { status: 'pass', reasons: [] },
    exitCode: 0,
    interrupted: false,
    incidents: [],
    limits: [],
    server: null,
    distributions: {},
    environment: {
      node: '26.10.0',
      platform: 'linux x64',
      cpuModel: 'Example CPU',
      cores: 2,
      memoryBytes: 8_589_934_592,
      descriptorsPerProcess: 20_000,
      serverNodes: null,
      tcpSynRetrans: null,
      listenDrops: null,
    },
    command: 'firedrill run plain --seed 7',
    ...changes,
  };
}

/** A run of nothing at all, with the summary changed as given. */
export function plainRecord(
  changes: Partial<Summary> = {},
  rest: Partial<Omit<RunRecord, 'summary'>> = {},
): RunRecord {
  return { summary: plainSummary(changes), windows: [], broadcasts: [], marks: [], ...rest };
}

/** A second in which nothing happened. */
export function plainWindow(atMs: number, changes: Partial<WindowLine> = {}): WindowLine {
  return {
    type: 'window',
    atMs,
    clients: { connected: 10, joined: 10 },
    offered: 0,
    sent: 0,
    joins: 0,
    reconnects: 0,
    drops: 0,
    dropped: 0,
    deliveries: 0,
    timeouts: {},
    errors: 0,
    pushCells: [],
    driver: { latenessP99Ms: 0.4, loopLagP99Ms: 0.6, cpu: 0.2, rssBytes: 120_000_000, workers: 2 },
    ...changes,
  };
}

/** Percentiles of a second, all around one value. */
export function plainTrend(ms: number, count = 100): WindowTrend {
  return { count, p50: ms, p99: ms * 3, p999: ms * 5, max: ms * 6 };
}

/** A metric of durations around one value. */
export function plainMetric(ms: number, count = 1_000): TrendMetric {
  return {
    count,
    min: ms / 2,
    avg: ms,
    med: ms,
    p90: ms * 2,
    p95: ms * 2.5,
    p99: ms * 3,
    p999: ms * 5,
    max: ms * 6,
  };
}

/** A fault from one second to another. */
export function plainFault(
  id: string,
  name: string,
  fromMs: number | null,
  toMs: number | null,
): FaultSummary {
  return {
    id,
    kind: 'blocking_handler',
    name,
    whom: '10 % of rooms',
    what: 'handle_in takes 150 ms',
    params: {},
    share: 0.1,
    appliedAtMs: fromMs,
    liftedAtMs: toMs,
    recoveredAfterMs: null,
    effects: [],
  };
}

/** A threshold on the p99 of pushes that failed. */
export function plainThreshold(changes: Partial<ThresholdResult> = {}): ThresholdResult {
  return {
    metric: 'push_duration',
    expression: 'p(99)<250',
    actual: 812,
    limit: 250,
    unit: 'ms',
    status: 'fail',
    during: 'all',
    level: 'error',
    worstAtMs: 81_000,
    worstDuring: null,
    ...changes,
  };
}
