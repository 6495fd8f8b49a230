import { itemsOf } from './bag.ts';
import { hibernates } from './hibernation.ts';
import { inspect } from './inspect.ts';
import { describeMessage } from './message-name.ts';
import { formatPid } from './pid.ts';
import { DEAD, HELD, IDLE, RUNNING, WAITING } from './process-state.ts';
import type { Process, ProcessKind } from './process.ts';
import { Exit } from './exit-reason.ts';
import type { Trace } from './trace.ts';

// A supervisor may have 20,000 children; nobody reads them here.
const MOST_PIDS = 1_000;

export type ProcessStateName = 'idle' | 'hibernating' | 'ready' | 'running' | 'waiting' | 'held';

/** A process in a list. Times in milliseconds, sizes in bytes. */
export interface ProcessSummary {
  readonly pid: string;
  readonly kind: ProcessKind;
  readonly name: string | null;
  readonly topic: string | null;
  readonly state: ProcessStateName;
  readonly len: number;
  readonly high_water: number;
  readonly oldest_wait_ms: number;
  readonly bytes: number;
  /** Messages handled since the start. */
  readonly handled: number;
  readonly idle_ms: number;
}

/** One process as Process.info and :sys.get_state would show it. */
export interface ProcessInfo extends ProcessSummary {
  readonly trap_exit: boolean;
  readonly parent: string | null;
  /** Pids; the lists end after 1,000. */
  readonly links: readonly string[];
  readonly monitors: readonly string[];
  readonly monitored_by: readonly string[];
  /** The message in hand of a handler that awaits or holds. */
  readonly current: { readonly what: string; readonly for_ms: number } | null;
  /** What a trace recorded in `for_ms`; null where none was asked for. */
  readonly callbacks: {
    readonly for_ms: number;
    readonly count: number;
    readonly total_ms: number;
    readonly max_ms: number;
    readonly recent: ReadonlyArray<{ readonly what: string; readonly ms: number }>;
  } | null;
  readonly value: unknown;
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function nameState(process: Process, nowMs: number): ProcessStateName {
  switch (process.state) {
    case DEAD:
      throw new Exit('noproc');
    case IDLE:
      return hibernates(nowMs - process.lastActiveMs, process.hibernateAfterMs) ? 'hibernating' : 'idle';
    case RUNNING:
      return 'running';
    case WAITING:
      return 'waiting';
    case HELD:
      return 'held';
    default:
      return 'ready';
  }
}

/** The short form, for lists; throws an `Exit` noproc for a dead process. */
export function summarizeProcess(process: Process, nowMs: number): ProcessSummary {
  const { mailbox } = process;
  return {
    pid: pidOf(process),
    kind: process.kind,
    name: process.name,
    topic: process.topic,
    state: nameState(process, nowMs),
    len: mailbox.length,
    high_water: mailbox.highWater,
    oldest_wait_ms: round(mailbox.oldestWaitMs(nowMs)),
    bytes: mailbox.bytes,
    handled: process.handled,
    idle_ms: quietMs(process, nowMs),
  };
}

/** Everything about one process; throws an `Exit` noproc for a dead one. */
export function describeProcess(process: Process, nowMs: number): ProcessInfo {
  const { extras, parent } = process;
  return {
    ...summarizeProcess(process, nowMs),
    trap_exit: process.trapsExits,
    parent: parent?.alive === true ? pidOf(parent) : null,
    links: pidsOf([...process.impliedLinks(), ...itemsOf(process.linked)]),
    monitors: pidsOf([...process.partners, ...itemsOf(process.watched)]),
    monitored_by: pidsOf([...process.partners, ...itemsOf(process.watchers)]),
    current: describeCurrent(process, nowMs),
    callbacks: extras === null || extras.trace === null ? null : describeTrace(extras.trace, nowMs),
    value: inspectState(process),
  };
}

function pidOf(process: Process): string {
  return formatPid(process.runtime.node, process.id);
}

function pidsOf(processes: readonly Process[]): readonly string[] {
  return processes.slice(0, MOST_PIDS).map(pidOf);
}

function quietMs(process: Process, nowMs: number): number {
  const quiet = process.state === IDLE ? nowMs - process.lastActiveMs : 0;
  return Math.max(0, Math.floor(quiet));
}

function describeCurrent(process: Process, nowMs: number): ProcessInfo['current'] {
  const what = process.inHand === null ? waitingFor(process) : describeMessage(process.inHand);
  return what === null ? null : { what, for_ms: Math.max(0, Math.floor(nowMs - process.lastActiveMs)) };
}

function waitingFor(process: Process): string | null {
  return process.state === HELD ? 'receive' : null;
}

function describeTrace(trace: Trace, nowMs: number): ProcessInfo['callbacks'] {
  return {
    for_ms: round(Math.min(nowMs, trace.untilMs) - trace.sinceMs),
    count: trace.count,
    total_ms: round(trace.totalMs),
    max_ms: round(trace.maxMs),
    recent: trace.recent().map(({ what, durationMs }) => ({ what, ms: round(durationMs) })),
  };
}

// What a process says of itself is its author's code, and asking must not crash the one who asks.
function inspectState(process: Process): unknown {
  try {
    return inspect(process.inspectState());
  } catch (error) {
    return inspect(error);
  }
}
