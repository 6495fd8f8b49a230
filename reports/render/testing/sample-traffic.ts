/**
 * The invented traffic of the sample run: 10,000 clients for three minutes and
 * four faults. Only shapes matter: each fault shows in the lanes it would show
 * in on a real server.
 */

import { Random } from '../../../harness/base/random.ts';
import type { BroadcastLine, TopMailbox, WindowLine } from '../../../harness/record/timeline-line.ts';
import { cellsOf, rounded, windowTrend } from './exact-figures.ts';

export const CLIENTS = 10_000;
export const SECONDS = 180;
export const PUSHES_PER_SECOND = 400;
const RAMP_SECONDS = 22;

/** When each fault is on, in seconds. */
export const SLOW_JOINS = { from: 40, to: 60 };
export const BLOCKING = { from: 75, to: 95 };
export const INTERCEPT = { from: 110, to: 130 };
export const DROPS = { from: 145, to: 165 };

type Span = { from: number; to: number };

/** All that happened, second by second, and every sample behind it. */
export type Traffic = {
  windows: WindowLine[];
  broadcasts: BroadcastLine[];
  joins: number[];
  pushes: number[];
  broadcastLatencies: number[];
  spreads: number[];
  reconnects: number[];
  lateness: number[];
};

function on(second: number, span: Span): boolean {
  return second >= span.from && second < span.to;
}

/** A latency around `median` with a tail; `spread` of 1 is a factor of e for one in three. */
function latency(random: Random, median: number, spread: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return rounded(Math.max(0.2, median * Math.exp(normal * spread)));
}

/** Messages that wait in the blocked rooms, and how long the oldest has waited. */
function backlogAt(second: number): { waiting: number; oldestMs: number } {
  const since = second - BLOCKING.from;
  if (since < 0 || second >= BLOCKING.to + 5) return { waiting: 0, oldestMs: 0 };
  const growing = Math.min(since + 1, BLOCKING.to - BLOCKING.from);
  const drained = Math.max(0, second - BLOCKING.to + 1);
  return {
    waiting: Math.max(0, growing * 92 - drained * 400),
    oldestMs: Math.max(0, growing * 190 - drained * 800),
  };
}

function pushLatencies(random: Random, second: number, count: number): number[] {
  const backlog = backlogAt(second);
  return Array.from({ length: count }, () => {
    if (backlog.oldestMs > 0 && random.next() < 0.1)
      return latency(random, backlog.oldestMs * (0.35 + 0.65 * random.next()), 0.08);
    if (on(second, DROPS) && random.next() < 0.03) return latency(random, 130, 0.3);
    if (on(second, INTERCEPT) && random.next() < 0.2) return latency(random, 14, 0.6);
    if (on(second, SLOW_JOINS) && random.next() < 0.02) return latency(random, 60, 0.4);
    return latency(random, 1.2, 0.35);
  });
}

function joinLatencies(random: Random, second: number): number[] {
  if (second < RAMP_SECONDS)
    return Array.from({ length: joinedBy(second + 1) - joinedBy(second) }, () => latency(random, 1.8, 0.4));
  if (on(second, SLOW_JOINS)) return Array.from({ length: 26 }, () => latency(random, 206, 0.03));
  const again = reconnectsIn(second);
  return Array.from({ length: again }, () => latency(random, 2.1, 0.45));
}

function joinedBy(second: number): number {
  return Math.min(CLIENTS, Math.round((CLIENTS * second) / RAMP_SECONDS));
}

/** Clients away because of the drops: some at once, the rest as they notice. */
function awayAt(second: number): number {
  if (second < DROPS.from) return 0;
  if (second < DROPS.to) return Math.min(1_150, 300 * (second - DROPS.from + 1));
  return Math.max(0, 1_150 - 105 * (second - DROPS.to + 1));
}

function dropsIn(second: number): number {
  return on(second, DROPS) ? Math.max(0, awayAt(second) - awayAt(second - 1)) + 12 : 0;
}

function reconnectsIn(second: number): number {
  return dropsIn(second) - (awayAt(second) - awayAt(second - 1));
}

function pushTimeouts(random: Random, second: number): number {
  // Pushes into a half-open connection are given up after ten seconds.
  if (second >= DROPS.from + 10 && second < DROPS.to + 4) return 3 + random.integer(4);
  return 0;
}

/** Heartbeats that a silent connection never answers are given up later still. */
function heartbeatTimeouts(random: Random, second: number): number {
  return second >= DROPS.from + 16 && second < DROPS.to + 9 ? 1 + random.integer(4) : 0;
}

function rooms(second: number, waiting: number): TopMailbox[] {
  if (waiting === 0) return [];
  return [17, 42, 108].map((room, index) => ({
    pid: `#PID<0.${room + 400}.0>`,
    kind: 'channel',
    topic: `room:${room}`,
    len: Math.round((waiting / 60) * (1 - index * 0.15)),
    highWater: Math.round((waiting / 60) * (1 - index * 0.15)) + 2,
    oldestWaitMs: Math.max(0, backlogAt(second).oldestMs - index * 90),
  }));
}

function mailboxAt(random: Random, second: number): NonNullable<WindowLine['mailbox']> {
  const { waiting, oldestMs } = backlogAt(second);
  const intercepted = on(second, INTERCEPT) ? 420 + random.integer(120) : 0;
  const sum = waiting + intercepted + random.integer(9);
  return {
    sum,
    max: Math.max(1, Math.round(sum / 60)),
    oldestWaitMs: Math.max(oldestMs, rounded(1 + random.next() * 3)),
    top: rooms(second, waiting),
  };
}

function serverCpu(random: Random, second: number): number {
  const base = second < RAMP_SECONDS ? 1.3 : on(second, INTERCEPT) ? 1.1 : on(second, DROPS) ? 0.6 : 0.42;
  return rounded(base + random.next() * 0.08);
}

/** The whole run from one seed. */
export function sampleTraffic(seed: number): Traffic {
  const random = new Random(seed);
  const traffic: Traffic = {
    windows: [],
    broadcasts: [],
    joins: [],
    pushes: [],
    broadcastLatencies: [],
    spreads: [],
    reconnects: [],
    lateness: [],
  };
  for (let second = 0; second < SECONDS; second++) {
    const connected = joinedBy(second + 1) - awayAt(second);
    const offered = second === 0 ? 0 : Math.round((PUSHES_PER_SECOND * joinedBy(second)) / CLIENTS);
    const timeouts = pushTimeouts(random, second);
    const beats = heartbeatTimeouts(random, second);
    const pushes = pushLatencies(random, second, Math.max(0, offered - timeouts));
    const joins = joinLatencies(random, second);
    const broadcast = second >= 26 && second % 2 === 0 ? sampleBroadcast(random, second, connected) : null;
    const lateness = rounded((second < RAMP_SECONDS ? 2.2 : 1.0) + random.next() * 0.6);
    traffic.windows.push({
      type: 'window',
      atMs: second * 1_000,
      clients: { connected, joined: connected },
      offered,
      sent: offered,
      joins: joins.length,
      reconnects: reconnectsIn(second),
      drops: dropsIn(second),
      dropped: 0,
      deliveries: broadcast?.received ?? 0,
      timeouts: { ...(timeouts > 0 ? { push: timeouts } : {}), ...(beats > 0 ? { heartbeat: beats } : {}) },
      errors: 0,
      ...(joins.length > 0 ? { join: windowTrend(joins) } : {}),
      ...(pushes.length > 0 ? { push: windowTrend(pushes) } : {}),
      pushCells: cellsOf(pushes),
      mailbox: mailboxAt(random, second),
      server: {
        cpu: serverCpu(random, second),
        rssBytes: 612_000_000,
        connections: connected,
        processes: connected * 2 + 240,
        runQueue: random.integer(4),
        loopLagMs: rounded(0.4 + random.next()),
      },
      driver: {
        latenessP99Ms: lateness,
        loopLagP99Ms: rounded(lateness * 0.8),
        cpu: rounded(0.5 + random.next() * 0.1),
        rssBytes: 410_000_000,
        workers: 2,
      },
    });
    traffic.joins.push(...joins);
    traffic.pushes.push(...pushes);
    traffic.lateness.push(lateness);
    for (let index = 0; index < reconnectsIn(second); index++)
      traffic.reconnects.push(latency(random, 1_400, 0.5));
    if (broadcast) recordBroadcast(traffic, random, broadcast);
  }
  return traffic;
}

function sampleBroadcast(random: Random, second: number, connected: number): BroadcastLine {
  const lastMs = on(second, INTERCEPT) ? latency(random, 262, 0.03) : latency(random, 94, 0.03);
  const missing = on(second, DROPS) && second >= DROPS.from + 6 ? 150 + random.integer(60) : 0;
  return {
    type: 'broadcast',
    atMs: second * 1_000,
    topic: 'lobby',
    event: 'shout',
    publisher: random.integer(CLIENTS),
    sequence: (second - 26) / 2 + 1,
    expected: connected,
    received: connected - missing,
    missing,
    firstMs: latency(random, 1.1, 0.2),
    lastMs,
  };
}

/** A hundred receivers stand for all of a broadcast. */
function recordBroadcast(traffic: Traffic, random: Random, broadcast: BroadcastLine): void {
  traffic.broadcasts.push(broadcast);
  const first = broadcast.firstMs ?? 0;
  const last = broadcast.lastMs ?? 0;
  traffic.spreads.push(rounded(last - first));
  traffic.broadcastLatencies.push(first, last);
  for (let index = 0; index < 98; index++)
    traffic.broadcastLatencies.push(rounded(first + (last - first) * random.next()));
}
