/** The sample run kept in git: an illustration of a report, generated from a seed, measured by nobody. */

import type {
  FaultSummary,
  Outcomes,
  RunRecord,
  Summary,
  ThresholdResult,
} from '../../../harness/record/run-record.ts';
import type { MarkLine } from '../../../harness/record/timeline-line.ts';
import { distributionOf, rounded, trendMetric } from './exact-figures.ts';
import { plainSummary } from './plain-record.ts';
import { sampleFaults, slowestBroadcast } from './sample-faults.ts';
import { CLIENTS, DROPS, sampleTraffic, SECONDS, type Traffic } from './sample-traffic.ts';

const SEED = 7;

function threshold(
  metric: string,
  expression: string,
  actual: number,
  limit: number,
  rest: Partial<ThresholdResult>,
): ThresholdResult {
  const status = actual < limit || (expression.includes('==') && actual === limit) ? 'pass' : 'fail';
  return {
    metric,
    expression,
    actual,
    limit,
    unit: 'ms',
    status,
    during: 'all',
    level: 'error',
    worstAtMs: null,
    worstDuring: null,
    ...rest,
  };
}

function outcome(
  planned: number,
  timeout: number,
  lost: number,
  inFlight: number,
): Outcomes & { planned: number; sent: number } {
  return {
    planned,
    sent: planned,
    ok: planned - timeout - lost - inFlight,
    error: 0,
    timeout,
    lost,
    dropped: 0,
    inFlight,
  };
}

function marksOf(faults: readonly FaultSummary[]): MarkLine[] {
  const marks = faults.flatMap((one): MarkLine[] => [
    { type: 'mark', atMs: one.appliedAtMs ?? 0, mark: 'fault-on', name: one.name, fault: one.id },
    { type: 'mark', atMs: one.liftedAtMs ?? 0, mark: 'fault-off', name: one.name, fault: one.id },
  ]);
  return [
    { type: 'mark', atMs: 0, mark: 'phase', name: 'ramp' },
    { type: 'mark', atMs: 22_000, mark: 'phase', name: 'hold' },
    ...marks,
    { type: 'mark', atMs: SECONDS * 1_000, mark: 'end', name: 'end' },
  ];
}

function sampleSummary(traffic: Traffic): Summary {
  const faults = sampleFaults(traffic);
  const total = (pick: (one: Traffic['windows'][number]) => number): number =>
    traffic.windows.reduce((sum, one) => sum + pick(one), 0);
  const timeouts = total((one) => one.timeouts['push'] ?? 0);
  const beats = total((one) => one.timeouts['heartbeat'] ?? 0);
  const push = outcome(
    total((one) => one.sent),
    timeouts,
    0,
    0,
  );
  const reconnects = total((one) => one.reconnects);
  const expected = traffic.broadcasts.reduce((sum, one) => sum + one.expected, 0);
  const missing = traffic.broadcasts.reduce((sum, one) => sum + one.missing, 0);
  const pushes = trendMetric(traffic.pushes);
  const joins = trendMetric(traffic.joins);
  const slowest = slowestBroadcast(traffic, { from: 0, to: SECONDS }) ?? 0;
  const steadyMissing = traffic.broadcasts
    .filter((one) => one.atMs < DROPS.from * 1_000)
    .reduce((sum, one) => sum + one.missing, 0);
  const worstPush = traffic.windows.reduce((most, one) =>
    (one.push?.p99 ?? 0) > (most.push?.p99 ?? 0) ? one : most,
  );
  const waiting = traffic.windows.map((one) => one.mailbox?.sum ?? 0);
  const longest = traffic.windows.reduce((most, one) => Math.max(most, one.mailbox?.max ?? 0), 0);
  const count = (many: number, of: number): { count: number; rate: number } => ({
    count: many,
    rate: of === 0 ? 0 : many / of,
  });
  return plainSummary({
    scenario: 'illustration',
    about:
      'An illustration: every figure on this page is invented by a seeded generator to show what a report looks like.',
    seed: SEED,
    durationMs: SECONDS * 1_000,
    clients: { planned: CLIENTS, connected: CLIENTS, joined: CLIENTS, failed: 0, joinedAfterMs: 21_400 },
    metrics: {
      // A rejoin under the slow joins needs no new connection.
      connect_duration: trendMetric(traffic.joins.filter((ms) => ms < 100).map((ms) => ms * 0.7)),
      join_duration: joins,
      push_duration: pushes,
      push_service_duration: trendMetric(traffic.pushes.map((ms) => ms * 0.97)),
      broadcast_latency: trendMetric(traffic.broadcastLatencies),
      broadcast_spread: trendMetric(traffic.spreads),
      reconnect_duration: trendMetric(traffic.reconnects),
      recovery_duration: trendMetric(faults.map((one) => one.recoveredAfterMs ?? 0)),
      send_lateness: trendMetric(traffic.lateness),
      join_timeouts: count(0, traffic.joins.length),
      push_timeouts: count(timeouts, push.sent),
      'push_timeouts{cause:half_open}': count(timeouts, push.sent),
      heartbeat_timeouts: count(beats, 49_800),
      errors: count(0, push.sent),
      drops: { count: total((one) => one.drops), rate: rounded(total((one) => one.drops) / SECONDS) },
      mailbox_len: { value: waiting.at(-1) ?? 0, min: 0, max: waiting.reduce((a, b) => Math.max(a, b)) },
      mailbox_max: { value: 1, min: 1, max: longest },
      server_memory: { value: 612_000_000, min: 118_000_000, max: 612_000_000 },
      run_queue: { value: 1, min: 0, max: 3 },
    },
    outcomes: { ok: push.ok, error: 0, timeout: timeouts, lost: 0, dropped: 0, inFlight: 0 },
    operations: {
      connect: outcome(CLIENTS + reconnects, 0, 0, 0),
      join: outcome(traffic.joins.length, 0, 0, 0),
      push,
      heartbeat: outcome(49_800, beats, 40, 12),
    },
    timeoutCauses: { push: { half_open: timeouts }, heartbeat: { half_open: beats } },
    deliveries: { expected, received: expected - missing, missing, duplicate: 0, reordered: 0 },
    faults,
    thresholds: [
      threshold('push_duration', 'p(99)<250', pushes.p99, 250, {
        worstAtMs: worstPush.atMs,
        worstDuring: 'blocking-handler-1',
      }),
      threshold('join_duration', 'p(99)<1000', joins.p99, 1_000, {
        worstAtMs: 45_000,
        worstDuring: 'slow-join-1',
      }),
      threshold('push_timeouts', 'rate<0.01', timeouts / push.sent, 0.01, {
        unit: 'share',
        worstAtMs: 158_000,
        worstDuring: 'network-drop-1',
      }),
      threshold('broadcast_latency', 'max<500', slowest, 500, {
        worstAtMs: 118_000,
        worstDuring: 'intercept-1',
      }),
      threshold('delivery_missing', 'count==0', steadyMissing, 0, { unit: 'count', during: 'steady' }),
      threshold('recovery_duration', 'max<30000', 11_200, 30_000, {
        worstAtMs: 165_000,
        worstDuring: 'network-drop-1',
      }),
    ],
    generator: {
      sendLatenessP99Ms: 1.3,
      loopLagP99Ms: 1.1,
      cpu: 0.55,
      saturated: false,
      latenessLimitMs: 10,
      lateSeconds: 0,
      workers: 2,
      rssBytes: 410_000_000,
    },
    verdict: { status: 'fail', reasons: ['push_duration p(99) is over its limit'] },
    exitCode: 99,
    server: { rssBytes: 612_000_000, connections: CLIENTS, mailboxMax: longest },
    distributions: {
      push_duration: distributionOf(traffic.pushes),
      join_duration: distributionOf(traffic.joins),
      broadcast_latency: distributionOf(traffic.broadcastLatencies),
    },
    environment: {
      node: '26.10.0',
      platform: 'linux x64',
      cpuModel: 'an invented machine',
      cores: 2,
      memoryBytes: 25_769_803_776,
      descriptorsPerProcess: 20_000,
      serverNodes: 2,
      tcpSynRetrans: 0,
      listenDrops: 0,
    },
    command: 'firedrill run flagship --clients 10000 --seed 7',
  });
}

/** The sample run; the same every time. */
export function sampleRecord(): RunRecord {
  const traffic = sampleTraffic(SEED);
  const summary = sampleSummary(traffic);
  return {
    summary,
    windows: traffic.windows,
    broadcasts: traffic.broadcasts,
    marks: marksOf(summary.faults),
  };
}
