/**
 * What a timeout can be charged to, as thresholds and records spell it:
 * `push_timeouts{cause:blocked_handler}`. What no evidence decides is `unknown`.
 */

export const TIMEOUT_CAUSES = [
  'slow_join',
  'blocked_handler',
  'no_reply_coded',
  'stale_join_ref',
  'channel_cap',
  'half_open',
  'node_gone',
  'generator_late',
  'unknown',
] as const;

export type TimeoutCause = (typeof TIMEOUT_CAUSES)[number];

/** What can time out. */
export const TIMED_KINDS = ['connect', 'join', 'push', 'heartbeat'] as const;

export type TimedKind = (typeof TIMED_KINDS)[number];

/** Timeouts of one second of the run (whole seconds since its first arrival) whose cause is settled. */
export type CauseCount = { window: number; kind: TimedKind; cause: TimeoutCause; count: number };

/** How many timed out, by what did and its cause. Of each kind: sum = timeout + unsent. */
export type TimeoutCauses = Partial<Record<TimedKind, Partial<Record<TimeoutCause, number>>>>;

/** The tag that splits the rates of timeouts; on them it means nothing else. */
export const CAUSE_TAG = 'cause';

/** The rates that are split by cause; of connects there is no rate. */
const CAUSE_RATES: readonly string[] = ['join_timeouts', 'push_timeouts', 'heartbeat_timeouts'];

/** True for a metric whose tag `cause` is ours. */
export function isCauseRate(metric: string): boolean {
  return CAUSE_RATES.includes(metric);
}

export function isTimeoutCause(value: string): value is TimeoutCause {
  return (TIMEOUT_CAUSES as readonly string[]).includes(value);
}

/** The metric that counts the timeouts of a cause; null for a kind that has no rate. */
export function causeMetric(kind: TimedKind, cause: TimeoutCause): string | null {
  const rate = `${kind}_timeouts`;
  return isCauseRate(rate) ? `${rate}{${CAUSE_TAG}:${cause}}` : null;
}

/** As a person reads it: `blocked handler`. */
export function causeWords(cause: string): string {
  return cause.replaceAll('_', ' ').replace('half open', 'half-open');
}
