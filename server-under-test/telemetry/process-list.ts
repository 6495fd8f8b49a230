import type { Process } from '../otp/process.ts';
import { IDLE } from '../otp/process-state.ts';
import {
  describeProcess,
  summarizeProcess,
  type ProcessInfo,
  type ProcessSummary,
} from '../otp/process-info.ts';
import type { Runtime } from '../otp/runtime.ts';

/** What a list of processes can be sorted by, most first. */
export const PROCESS_SORTS = ['len', 'wait', 'handled', 'bytes', 'idle'] as const;

export type ProcessSort = (typeof PROCESS_SORTS)[number];

/** Which processes, in which order, and how many of them at most. */
export interface ProcessQuery {
  readonly sort: ProcessSort;
  readonly limit: number;
  /** Only those of this kind; null is all. */
  readonly kind: string | null;
}

/** The first of all processes that were asked for, and how many those are. */
export interface ProcessPage {
  readonly total: number;
  readonly processes: readonly ProcessSummary[];
}

/** How long one look at a process has its callbacks timed; a further look begins it anew. */
export const TRACE_MS = 10_000;

// Weighing a mailbox looks at its messages. Beyond so many, only the longest are weighed.
const MOST_WEIGHED_MESSAGES = 500_000;
const WEIGHED_MAILBOXES = 50;

type Measure = (process: Process) => number;

const SUMMARY_FIELD = {
  len: 'len',
  wait: 'oldest_wait_ms',
  handled: 'handled',
  bytes: 'bytes',
  idle: 'idle_ms',
} as const satisfies Record<ProcessSort, keyof ProcessSummary>;

function measureOf(sort: ProcessSort, runtime: Runtime, nowMs: number): Measure {
  switch (sort) {
    case 'len':
      return ({ mailbox }) => mailbox.length;
    case 'wait':
      return ({ mailbox }) => mailbox.oldestWaitMs(nowMs);
    case 'handled':
      return ({ handled }) => handled;
    case 'idle':
      return ({ state, lastActiveMs }) => (state === IDLE ? nowMs - lastActiveMs : 0);
    case 'bytes':
      return weigh(runtime);
  }
}

function weigh(runtime: Runtime): Measure {
  if (runtime.scheduler.waiting <= MOST_WEIGHED_MESSAGES) return ({ mailbox }) => mailbox.bytes;
  const longest = new Set(
    topOf(runtime.scheduler.busy(), WEIGHED_MAILBOXES, ({ mailbox }) => mailbox.length),
  );
  return (process) => (longest.has(process) ? process.mailbox.bytes : 0);
}

/** The `limit` processes with the largest measure, largest first; each is measured once. */
function topOf(processes: Iterable<Process>, limit: number, measure: Measure): Process[] {
  const top: Process[] = [];
  const sizes: number[] = [];
  for (const process of processes) {
    const size = measure(process);
    if (top.length === limit && size <= (sizes.at(-1) ?? 0)) continue;
    let at = 0;
    for (let until = sizes.length; at < until;) {
      const middle = (at + until) >>> 1;
      if ((sizes[middle] ?? 0) >= size) at = middle + 1;
      else until = middle;
    }
    top.splice(at, 0, process);
    sizes.splice(at, 0, size);
    if (top.length > limit) {
      top.pop();
      sizes.pop();
    }
  }
  return top;
}

/** The processes of one node. */
export function listProcesses(runtime: Runtime, { sort, limit, kind }: ProcessQuery): ProcessPage {
  const nowMs = runtime.clock.nowMs();
  let total = 0;
  function* wanted(): Generator<Process> {
    for (const process of runtime.all()) {
      if (kind !== null && process.kind !== kind) continue;
      total += 1;
      yield process;
    }
  }
  const top = topOf(wanted(), limit, measureOf(sort, runtime, nowMs));
  return { total, processes: top.map((process) => summarizeProcess(process, nowMs)) };
}

/** Pages of several nodes as one. */
export function mergePages(pages: readonly ProcessPage[], { sort, limit }: ProcessQuery): ProcessPage {
  const field = SUMMARY_FIELD[sort];
  const all = pages.flatMap(({ processes }) => processes);
  return {
    total: pages.reduce((total, page) => total + page.total, 0),
    processes: all.toSorted((a, b) => b[field] - a[field]).slice(0, limit),
  };
}

/** Everything about one process, null when there is none of that id. From now on its callbacks are timed for a while. */
export function inspectProcess(runtime: Runtime, id: number): ProcessInfo | null {
  const process = runtime.find(id);
  if (process === null) return null;
  process.trace(TRACE_MS);
  return describeProcess(process, runtime.clock.nowMs());
}
