/** One merged second of the run as a line of the timeline. */
import type { Gauges } from '../drive/gauges.ts';
import type { BroadcastResult } from '../measure/broadcasts.ts';
import type { Histogram } from '../measure/histogram.ts';
import type { MergedWindow } from '../measure/merge.ts';
import { logCells } from './log-grid.ts';
import type { BroadcastLine, WindowLine, WindowTrend } from '../record/timeline-line.ts';

/** What the observer last said, as the timeline keeps it. */
export type ServerReading = Pick<WindowLine, 'mailbox' | 'server'>;

export function toWindowLine(
  merged: MergedWindow,
  gauges: Gauges,
  workers: number,
  reading: ServerReading,
): WindowLine {
  const { counters, trends } = merged;
  const timeouts: Record<string, number> = {};
  for (const kind of ['push', 'join', 'heartbeat', 'connect'] as const) {
    if (counters[`${kind}_timeout`] > 0) timeouts[kind] = counters[`${kind}_timeout`];
  }
  const line: WindowLine = {
    type: 'window',
    atMs: merged.window * 1_000,
    clients: { connected: gauges.connected, joined: gauges.joined },
    offered: counters.push_planned,
    sent: counters.push_sent,
    joins: counters.join_ok,
    reconnects: counters.reconnects,
    drops: counters.drops,
    dropped: counters.push_dropped,
    deliveries: counters.deliveries,
    timeouts,
    errors: counters.connect_error + counters.join_error + counters.push_error + counters.heartbeat_error,
    pushCells: trends.push_duration
      ? logCells(trends.push_duration).map(({ fromMs, count }) => [fromMs, count])
      : [],
    ...reading,
    driver: {
      latenessP99Ms: (trends.send_lateness?.percentile(99) ?? 0) / 1e3,
      loopLagP99Ms: (trends.loop_lag?.percentile(99) ?? 0) / 1e3,
      cpu: gauges.cpuUs / 1e6,
      rssBytes: gauges.rssBytes,
      workers,
    },
  };
  if (trends.connect_duration) line.connect = toWindowTrend(trends.connect_duration);
  if (trends.join_duration) line.join = toWindowTrend(trends.join_duration);
  if (trends.push_duration) line.push = toWindowTrend(trends.push_duration);
  if (trends.broadcast_latency) line.broadcast = toWindowTrend(trends.broadcast_latency);
  return line;
}

function toWindowTrend(histogram: Histogram): WindowTrend {
  return {
    count: histogram.count,
    p50: histogram.percentile(50) / 1e3,
    p99: histogram.percentile(99) / 1e3,
    p999: histogram.percentile(99.9) / 1e3,
    max: histogram.max / 1e3,
  };
}

export function toBroadcastLine(result: BroadcastResult, startUs: number): BroadcastLine {
  const reached = result.received > 0;
  return {
    type: 'broadcast',
    atMs: Math.round((result.dueUs - startUs) / 1e3),
    topic: result.topic,
    event: result.event,
    publisher: result.publisher,
    sequence: result.sequence,
    expected: result.expected,
    received: result.received,
    missing: result.missing,
    firstMs: reached ? round((result.firstUs - result.dueUs) / 1e3) : null,
    lastMs: reached ? round((result.lastUs - result.dueUs) / 1e3) : null,
  };
}

function round(ms: number): number {
  return Number(ms.toFixed(3));
}
