/**
 * The books of a run must balance: whatever was planned has ended somewhere,
 * and every sample belongs to an outcome. A run whose books do not is never green.
 */
import type { TimeoutCauses } from '../base/timeout-causes.ts';
import type { Deliveries, OperationKind, Outcomes } from '../record/run-record.ts';

/** That a trend holds one sample for each operation that ended so. */
export type SamplePair = {
  metric: string;
  /** Samples the trend holds. */
  count: number;
  operation: OperationKind;
  /** `ok`, `error` and `timeout` unless said otherwise. */
  outcomes?: readonly (keyof Outcomes)[];
};

/** Something that is planned, and then done or dropped. */
export type Attempts = { planned: number; done: number; dropped: number };

export type BooksInput = {
  /** `buffered` are those that still wait for their channel or connection; `unsent` timed out while they did. */
  operations: Readonly<
    Record<OperationKind, Outcomes & { planned: number; sent: number; buffered?: number; unsent?: number }>
  >;
  /** What timed out, by cause. */
  timeoutCauses?: TimeoutCauses;
  /** Clients that were due, and messages that nobody answers. */
  arrivals?: Attempts;
  casts?: Attempts;
  samples: readonly SamplePair[];
  deliveries: Deliveries;
};

const SAMPLED = ['ok', 'error', 'timeout'] as const;
const ENDS = ['ok', 'error', 'timeout', 'lost', 'inFlight'] as const;

/** One sentence with both numbers for each account that does not balance; none when all do. */
export function balanceBooks(input: BooksInput): string[] {
  const problems: string[] = [];
  for (const [kind, counts] of Object.entries(input.operations)) {
    checkCounts(kind, counts, problems);
    const { planned, sent, dropped, buffered } = counts;
    const planEnds = buffered === undefined ? 'sent + dropped' : 'sent + dropped + buffered';
    compare(problems, `${kind}: planned`, planned, planEnds, sent + dropped + (buffered ?? 0));
    const ended = sum(counts, ENDS);
    compare(problems, `${kind}: sent`, counts.sent, 'ok + error + timeout + lost + in flight', ended);
  }
  checkCauses(input, problems);
  checkAttempts('arrivals', input.arrivals, problems);
  checkAttempts('casts', input.casts, problems);
  for (const { metric, count, operation, outcomes = SAMPLED } of input.samples) {
    const ended = sum(input.operations[operation], outcomes);
    compare(problems, `${metric}: samples`, count, `${operation} ${outcomes.join(' + ')}`, ended);
  }
  const { deliveries } = input;
  checkCounts('deliveries', deliveries, problems);
  const settled = deliveries.received + deliveries.missing;
  compare(problems, 'deliveries: expected', deliveries.expected, 'received + missing', settled);
  return problems;
}

/** Every timeout is charged to one cause, and nothing else is. */
function checkCauses({ operations, timeoutCauses }: BooksInput, problems: string[]): void {
  if (!timeoutCauses) return;
  for (const [kind, { timeout, unsent = 0 }] of Object.entries(operations)) {
    const causes = timeoutCauses[kind as OperationKind] ?? {};
    checkCounts(`${kind} timeouts`, causes, problems);
    const charged = Object.values(causes).reduce((sum, count) => sum + count, 0);
    compare(problems, `${kind}: timeout + unsent`, timeout + unsent, 'the sum of their causes', charged);
  }
}

function checkAttempts(of: string, attempts: Attempts | undefined, problems: string[]): void {
  if (!attempts) return;
  checkCounts(of, attempts, problems);
  const { planned, done, dropped } = attempts;
  compare(problems, `${of}: planned`, planned, 'done + dropped', done + dropped);
}

function checkCounts(of: string, counts: Readonly<Record<string, number>>, problems: string[]): void {
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isSafeInteger(count) && count >= 0) continue;
    problems.push(`${of}: ${name} is ${count}, which is no count`);
  }
}

function compare(problems: string[], left: string, got: number, right: string, wanted: number): void {
  if (got === wanted) return;
  problems.push(`${left} is ${got}, but ${right} is ${wanted}`);
}

function sum(counts: Outcomes, names: readonly (keyof Outcomes)[]): number {
  return names.reduce((total, name) => total + counts[name], 0);
}
