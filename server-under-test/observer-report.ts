import type { NodeReport } from './cluster.ts';
import { compareMailboxes, type NodeSnapshot } from './telemetry/observer.ts';

const TOP_MAILBOXES = 10;

function sum(snapshots: readonly NodeSnapshot[], read: (snapshot: NodeSnapshot) => number): number {
  return snapshots.reduce((total, snapshot) => total + read(snapshot), 0);
}

function max(snapshots: readonly NodeSnapshot[], read: (snapshot: NodeSnapshot) => number): number {
  return snapshots.reduce((most, snapshot) => Math.max(most, read(snapshot)), 0);
}

function nodeEntry(report: NodeReport): Record<string, unknown> {
  const { name, osPid, alive, stale, snapshot } = report;
  const head = { name, os_pid: osPid, alive, stale: alive && stale };
  if (snapshot === null) return head;
  const { connections, channels, processes, mailbox, memory, cpu_ms, run_queue, loop_lag_ms } = snapshot;
  const { sum: waiting, max: longest, oldest_wait_ms } = mailbox;
  return {
    ...head,
    connections,
    channels,
    processes,
    mailbox: { sum: waiting, max: longest, oldest_wait_ms },
    memory,
    cpu_ms,
    run_queue,
    loop_lag_ms,
  };
}

function mergeTables(
  snapshots: readonly NodeSnapshot[],
): Array<{ name: string; rows: number; bytes: number }> {
  const tables = new Map<string, { name: string; rows: number; bytes: number }>();
  for (const { name, rows, bytes } of snapshots.flatMap((snapshot) => snapshot.tables)) {
    const table = tables.get(name) ?? { name, rows: 0, bytes: 0 };
    tables.set(name, { name, rows: table.rows + rows, bytes: table.bytes + bytes });
  }
  return [...tables.values()];
}

function mergeCounts(snapshots: readonly NodeSnapshot[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const snapshot of snapshots) {
    for (const [name, count] of Object.entries(snapshot.telemetry))
      counts[name] = (counts[name] ?? 0) + count;
  }
  return counts;
}

/** GET /observer: the whole cluster. Sums are over living nodes; a dead one is listed and holds nothing. */
export function reportCluster(atMs: number, reports: readonly NodeReport[]): Record<string, unknown> {
  const living = reports.flatMap((report) =>
    report.alive && report.snapshot !== null ? [report.snapshot] : [],
  );
  const top = living.flatMap((snapshot) => snapshot.mailbox.top).toSorted(compareMailboxes);
  return {
    at: atMs,
    nodes: reports.map(nodeEntry),
    connections: sum(living, (node) => node.connections),
    channels: sum(living, (node) => node.channels),
    processes: sum(living, (node) => node.processes),
    mailbox: {
      sum: sum(living, (node) => node.mailbox.sum),
      max: max(living, (node) => node.mailbox.max),
      oldest_wait_ms: max(living, (node) => node.mailbox.oldest_wait_ms),
      top: top.slice(0, TOP_MAILBOXES),
    },
    tables: mergeTables(living),
    memory: { rss: sum(living, (node) => node.memory.rss), heap: sum(living, (node) => node.memory.heap) },
    run_queue: sum(living, (node) => node.run_queue),
    loop_lag_ms: max(living, (node) => node.loop_lag_ms),
    telemetry: mergeCounts(living),
  };
}
