import { hibernates } from '../otp/hibernation.ts';
import { IDLE } from '../otp/process-state.ts';
import type { Runtime } from '../otp/runtime.ts';
import type { Table } from '../otp/table.ts';
import type { Telemetry } from './counters.ts';
import type { DurationCounts } from './duration-histogram.ts';
import { reportMailboxes, type MailboxReport } from './mailbox-report.ts';
import { round } from './rounding.ts';

/** One place in the supervision tree: what is listed below it, or only how many that are. */
export interface SupervisorNode {
  readonly name: string | null;
  readonly pid: string | null;
  readonly kind: string;
  readonly strategy?: string;
  readonly children?: readonly SupervisorNode[];
  readonly count?: number;
}

/** What one node says about itself. Times in milliseconds, sizes in bytes. */
export interface NodeSnapshot {
  readonly name: string;
  readonly os_pid: number;
  readonly connections: number;
  readonly channels: number;
  readonly processes: number;
  /** Processes by kind. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Processes that hibernate now, and how often one was woken (phoenix-semantics 3.8). */
  readonly hibernating: number;
  readonly wake_ups: number;
  readonly mailbox: MailboxReport;
  readonly tables: ReadonlyArray<{ readonly name: string; readonly rows: number; readonly bytes: number }>;
  readonly memory: { readonly rss: number; readonly heap: number; readonly external: number };
  readonly cpu_ms: number;
  readonly run_queue: number;
  readonly loop_lag_ms: number;
  readonly telemetry: Readonly<Record<string, number>>;
  readonly durations: Readonly<Record<string, DurationCounts>>;
  readonly supervisors: SupervisorNode | null;
}

/** Where the figures of a node come from. */
export interface NodeSources {
  readonly name: string;
  readonly runtime: Runtime;
  readonly telemetry: Telemetry;
  readonly tables: Iterable<Pick<Table, 'name' | 'rows' | 'bytes'>>;
  readonly connections: number;
  readonly channels: number;
  readonly loopLagMs: number;
  /** The supervision tree as it stands; called once for each snapshot. */
  readonly supervisors?: () => SupervisorNode | null;
}

interface Census {
  readonly kinds: Record<string, number>;
  readonly hibernating: number;
}

/** Looks at every process once: the only part of a snapshot that grows with their number, by some 30 ns each. */
function countProcesses(runtime: Runtime): Census {
  const nowMs = runtime.clock.nowMs();
  const kinds: Record<string, number> = {};
  let hibernating = 0;
  for (const process of runtime.all()) {
    const { kind, state } = process;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (state === IDLE && hibernates(nowMs - process.lastActiveMs, process.hibernateAfterMs))
      hibernating += 1;
  }
  return { kinds, hibernating };
}

/** One look at a node. */
export function snapshotNode(sources: NodeSources): NodeSnapshot {
  const { runtime, telemetry } = sources;
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  return {
    name: sources.name,
    os_pid: process.pid,
    connections: sources.connections,
    channels: sources.channels,
    processes: runtime.processes,
    ...countProcesses(runtime),
    wake_ups: runtime.wakeUps,
    mailbox: reportMailboxes(runtime),
    tables: Array.from(sources.tables, ({ name, rows, bytes }) => ({ name, rows, bytes })),
    memory: { rss: memory.rss, heap: memory.heapUsed, external: memory.external },
    cpu_ms: Math.round((cpu.user + cpu.system) / 1000),
    run_queue: runtime.scheduler.runQueue,
    loop_lag_ms: round(sources.loopLagMs),
    telemetry: telemetry.snapshot(),
    durations: telemetry.durations(),
    supervisors: sources.supervisors?.() ?? null,
  };
}
