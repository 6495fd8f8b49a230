import { formatPid } from '../otp/pid.ts';
import type { Process } from '../otp/process.ts';
import type { Runtime } from '../otp/runtime.ts';
import type { Table } from '../otp/table.ts';
import type { Telemetry } from './counters.ts';

const TOP_MAILBOXES = 10;

/** One process with mail, as the observer lists it. */
export interface MailboxEntry {
  readonly pid: string;
  readonly kind: string;
  readonly topic: string | null;
  readonly len: number;
  readonly high_water: number;
  readonly oldest_wait_ms: number;
}

/** What one node says about itself. Times in milliseconds, sizes in bytes. */
export interface NodeSnapshot {
  readonly name: string;
  readonly os_pid: number;
  readonly connections: number;
  readonly channels: number;
  readonly processes: number;
  readonly mailbox: {
    readonly sum: number;
    readonly max: number;
    readonly oldest_wait_ms: number;
    readonly top: readonly MailboxEntry[];
  };
  readonly tables: ReadonlyArray<{ readonly name: string; readonly rows: number; readonly bytes: number }>;
  readonly memory: { readonly rss: number; readonly heap: number };
  readonly cpu_ms: number;
  readonly run_queue: number;
  readonly loop_lag_ms: number;
  readonly telemetry: Readonly<Record<string, number>>;
}

/** Where the figures of a node come from. */
export interface NodeSources {
  readonly name: string;
  readonly runtime: Runtime;
  readonly telemetry: Telemetry;
  readonly tables: Iterable<Table>;
  readonly connections: number;
  readonly channels: number;
  readonly loopLagMs: number;
}

/** Longest first, then longest waiting: the order of the worst mailboxes. */
export function compareMailboxes(a: MailboxEntry, b: MailboxEntry): number {
  return b.len - a.len || b.oldest_wait_ms - a.oldest_wait_ms;
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function mailboxes(runtime: Runtime): NodeSnapshot['mailbox'] {
  const nowMs = runtime.clock.nowMs();
  let oldest = 0;
  // Only processes with mail are looked at, and of those only the worst are described.
  const worst: Process[] = [];
  for (const process of runtime.scheduler.busy()) {
    oldest = Math.max(oldest, process.mailbox.oldestWaitMs(nowMs));
    insertWorst(worst, process, nowMs);
  }
  const top = worst.map((process) => ({
    pid: formatPid(runtime.node, process.id),
    kind: process.kind,
    topic: process.topic,
    len: process.mailbox.length,
    high_water: process.mailbox.highWater,
    oldest_wait_ms: round(process.mailbox.oldestWaitMs(nowMs)),
  }));
  return { sum: runtime.scheduler.waiting, max: top[0]?.len ?? 0, oldest_wait_ms: round(oldest), top };
}

function insertWorst(worst: Process[], process: Process, nowMs: number): void {
  const worse = (other: Process): boolean =>
    process.mailbox.length > other.mailbox.length ||
    (process.mailbox.length === other.mailbox.length &&
      process.mailbox.oldestWaitMs(nowMs) > other.mailbox.oldestWaitMs(nowMs));
  const last = worst.at(-1);
  if (worst.length === TOP_MAILBOXES && last !== undefined && !worse(last)) return;
  const at = worst.findIndex(worse);
  worst.splice(at < 0 ? worst.length : at, 0, process);
  if (worst.length > TOP_MAILBOXES) worst.pop();
}

/** One look at a node; cheap whatever the number of processes. */
export function snapshotNode(sources: NodeSources): NodeSnapshot {
  const { runtime } = sources;
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  return {
    name: sources.name,
    os_pid: process.pid,
    connections: sources.connections,
    channels: sources.channels,
    processes: runtime.processes,
    mailbox: mailboxes(runtime),
    tables: Array.from(sources.tables, ({ name, rows, bytes }) => ({ name, rows, bytes })),
    memory: { rss: memory.rss, heap: memory.heapUsed },
    cpu_ms: Math.round((cpu.user + cpu.system) / 1000),
    run_queue: runtime.scheduler.runQueue,
    loop_lag_ms: round(sources.loopLagMs),
    telemetry: sources.telemetry.snapshot(),
  };
}
