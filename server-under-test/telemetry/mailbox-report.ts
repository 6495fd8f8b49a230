import { formatPid } from '../otp/pid.ts';
import type { Process } from '../otp/process.ts';
import type { Runtime } from '../otp/runtime.ts';
import { round } from './rounding.ts';

/** How many of the worst mailboxes are described. */
export const TOP_MAILBOXES = 10;

/** Lower ends of the distribution's buckets, in messages; the last one is open. */
const BUCKETS_FROM = [0, 1, 2, 10, 100, 1_000, 10_000];

/** One process with mail, as the observer lists it. */
export interface MailboxEntry {
  readonly pid: string;
  readonly kind: string;
  readonly topic: string | null;
  readonly len: number;
  readonly high_water: number;
  readonly oldest_wait_ms: number;
  readonly bytes: number;
}

/** How many processes have so much mail; `to` is inclusive, null in the last bucket. */
export interface MailboxBucket {
  readonly from: number;
  readonly to: number | null;
  readonly count: number;
}

/** All mailboxes of a node. */
export interface MailboxReport {
  readonly sum: number;
  readonly max: number;
  readonly oldest_wait_ms: number;
  readonly distribution: readonly MailboxBucket[];
  readonly top: readonly MailboxEntry[];
}

/** Longest first, then longest waiting: the order of the worst mailboxes. */
export function compareMailboxes(a: MailboxEntry, b: MailboxEntry): number {
  return b.len - a.len || b.oldest_wait_ms - a.oldest_wait_ms;
}

/** Several nodes' distributions as one. */
export function mergeDistributions(
  distributions: ReadonlyArray<readonly MailboxBucket[]>,
): readonly MailboxBucket[] {
  return BUCKETS_FROM.map((from, index) => {
    const count = distributions.reduce((total, buckets) => total + (buckets[index]?.count ?? 0), 0);
    return { from, to: upperEnd(index), count };
  });
}

function upperEnd(index: number): number | null {
  const next = BUCKETS_FROM[index + 1];
  return next === undefined ? null : next - 1;
}

function bucketIndex(length: number): number {
  let index = BUCKETS_FROM.length - 1;
  while (index > 0 && length < (BUCKETS_FROM[index] ?? 0)) index -= 1;
  return index;
}

/** Looks at the processes with mail, and describes only the worst of them. */
export function reportMailboxes(runtime: Runtime): MailboxReport {
  const nowMs = runtime.clock.nowMs();
  const counts = BUCKETS_FROM.map(() => 0);
  const worst: Process[] = [];
  let oldest = 0;
  let busy = 0;
  for (const process of runtime.scheduler.busy()) {
    const { mailbox } = process;
    const index = bucketIndex(mailbox.length);
    counts[index] = (counts[index] ?? 0) + 1;
    busy += 1;
    oldest = Math.max(oldest, mailbox.oldestWaitMs(nowMs));
    insertWorst(worst, process, nowMs);
  }
  counts[0] = runtime.processes - busy;
  const top = worst.map((process) => describeMailbox(process, nowMs));
  return {
    sum: runtime.scheduler.waiting,
    max: top[0]?.len ?? 0,
    oldest_wait_ms: round(oldest),
    distribution: counts.map((count, index) => ({
      from: BUCKETS_FROM[index] ?? 0,
      to: upperEnd(index),
      count,
    })),
    top,
  };
}

function describeMailbox(process: Process, nowMs: number): MailboxEntry {
  const { runtime, mailbox } = process;
  return {
    pid: formatPid(runtime.node, process.id),
    kind: process.kind,
    topic: process.topic,
    len: mailbox.length,
    high_water: mailbox.highWater,
    oldest_wait_ms: round(mailbox.oldestWaitMs(nowMs)),
    bytes: mailbox.bytes,
  };
}

function isWorse(process: Process, other: Process, nowMs: number): boolean {
  const more = process.mailbox.length - other.mailbox.length;
  if (more !== 0) return more > 0;
  return process.mailbox.oldestWaitMs(nowMs) > other.mailbox.oldestWaitMs(nowMs);
}

function insertWorst(worst: Process[], process: Process, nowMs: number): void {
  const last = worst.at(-1);
  if (worst.length === TOP_MAILBOXES && last !== undefined && !isWorse(process, last, nowMs)) return;
  const at = worst.findIndex((other) => isWorse(process, other, nowMs));
  worst.splice(at < 0 ? worst.length : at, 0, process);
  if (worst.length > TOP_MAILBOXES) worst.pop();
}
