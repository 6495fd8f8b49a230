import type { NodeReport } from '../cluster.ts';
import { addCounts, BUCKET_BOUNDS_US, type DurationCounts } from '../telemetry/duration-histogram.ts';
import { compareMailboxes, mergeDistributions, TOP_MAILBOXES } from '../telemetry/mailbox-report.ts';
import type { NodeSnapshot, SupervisorNode } from '../telemetry/observer.ts';

function sum(snapshots: readonly NodeSnapshot[], read: (snapshot: NodeSnapshot) => number): number {
  return snapshots.reduce((total, snapshot) => total + read(snapshot), 0);
}

function max(snapshots: readonly NodeSnapshot[], read: (snapshot: NodeSnapshot) => number): number {
  return snapshots.reduce((most, snapshot) => Math.max(most, read(snapshot)), 0);
}

function nodeEntry(report: NodeReport): Record<string, unknown> {
  const { name, osPid, alive, state, stale, snapshot } = report;
  const head = { name, os_pid: osPid, alive, state, stale: alive && stale };
  if (snapshot === null) return head;
  const { connections, channels, processes, kinds, hibernating, mailbox, memory } = snapshot;
  const { sum: waiting, max: longest, oldest_wait_ms, distribution } = mailbox;
  const { cpu_ms, run_queue, loop_lag_ms, telemetry } = snapshot;
  return {
    ...head,
    connections,
    channels,
    processes,
    kinds,
    hibernating,
    mailbox: { sum: waiting, max: longest, oldest_wait_ms, distribution },
    memory,
    cpu_ms,
    run_queue,
    loop_lag_ms,
    telemetry,
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

function mergeCounts(all: ReadonlyArray<Readonly<Record<string, number>>>): Record<string, number> {
  const counts = new Map<string, number>();
  for (const one of all) {
    for (const [name, count] of Object.entries(one)) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return Object.fromEntries(counts);
}

/** One event's durations: only the buckets that hold any, each with its upper bound; null is beyond all bounds. */
function describeDurations({ count, sum_ms, buckets }: DurationCounts): Record<string, unknown> {
  const filled = buckets.flatMap((held, index) =>
    held === 0 ? [] : [{ le_us: BUCKET_BOUNDS_US[index] ?? null, count: held }],
  );
  return { count, sum_ms: Math.round(sum_ms * 1_000) / 1_000, buckets: filled };
}

function mergeDurations(snapshots: readonly NodeSnapshot[]): Record<string, unknown> {
  const merged = new Map<string, DurationCounts>();
  for (const [event, counts] of snapshots.flatMap(({ durations }) => Object.entries(durations))) {
    const before = merged.get(event);
    merged.set(event, before === undefined ? counts : addCounts(before, counts));
  }
  return Object.fromEntries([...merged].map(([event, counts]) => [event, describeDurations(counts)]));
}

/** One tree for each node that tells its own. */
function supervisorsOf(snapshots: readonly NodeSnapshot[]): SupervisorNode[] {
  return snapshots.flatMap(({ name, supervisors }) =>
    supervisors === null ? [] : [{ name, pid: null, kind: 'node', children: [supervisors] }],
  );
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
    kinds: mergeCounts(living.map(({ kinds }) => kinds)),
    hibernating: sum(living, (node) => node.hibernating),
    wake_ups: sum(living, (node) => node.wake_ups),
    mailbox: {
      sum: sum(living, (node) => node.mailbox.sum),
      max: max(living, (node) => node.mailbox.max),
      oldest_wait_ms: max(living, (node) => node.mailbox.oldest_wait_ms),
      distribution: mergeDistributions(living.map(({ mailbox }) => mailbox.distribution)),
      top: top.slice(0, TOP_MAILBOXES),
    },
    tables: mergeTables(living),
    memory: {
      rss: sum(living, (node) => node.memory.rss),
      heap: sum(living, (node) => node.memory.heap),
      external: sum(living, (node) => node.memory.external),
    },
    run_queue: sum(living, (node) => node.run_queue),
    loop_lag_ms: max(living, (node) => node.loop_lag_ms),
    telemetry: mergeCounts(living.map(({ telemetry }) => telemetry)),
    durations: mergeDurations(living),
    supervisors: supervisorsOf(living),
  };
}
