/**
 * What one timeout is charged to, from the evidence there is of it. Pure; the
 * rules stand in order, the first that holds decides, and without one it is unknown.
 *
 * What can be: a connect `node_gone`, `half_open`, `generator_late`; a join those and
 * `slow_join`; a heartbeat those and `slow_join`; a push any of them. A message that
 * timed out while it waited to be sent has besides what kept it from being sent.
 */
import type { TimedKind, TimeoutCause } from '../base/timeout-causes.ts';

export type Evidence = {
  kind: TimedKind;
  /** False for a message that waited for its connection or its join, and was never sent; a connect counts as sent. */
  isSent: boolean;
  /** Its answer came after all: read in the turn of the loop in which it timed out, or later. */
  answer: 'none' | 'same turn' | 'late';
  /** A good part of its wait was our own: it was sent late, or our loop stood still. */
  isOwnLate: boolean;
  /** It went out under a join_ref that a fault had forged. */
  isForged: boolean;
  /** The join of its topic was refused for too many channels. */
  isCapped: boolean;
  /**
   * A join that the server had before it and had not answered when it timed out (phoenix-semantics 2.4): `slow` when
   * that join was answered after that, or one of the same connection had been answered late.
   */
  join: 'none' | 'unanswered' | 'slow';
  /** Not one byte came on its connection since it was sent; of what was not sent, on the connection before. */
  isSilent: boolean;
  /** How its connection ended: the client gave it up, the server said so, it broke, or a new one was refused. */
  end: 'none' | 'given up' | 'said' | 'broken' | 'refused';
  /** A heartbeat of its connection, which no channel answers, waited as well: it was not the channel that stood still. */
  isStandstill: boolean;
  /** A heartbeat that went out before it, and before the join it waited behind, had no answer either: no join was why. */
  isMuteBefore: boolean;
  /** A push before it in its channel was answered late, and none after it was: its turn had not come. */
  isBehindLate: boolean;
  /** A push after it in its channel was answered: its turn had come, and gone. */
  isPassedOver: boolean;
  /** Its event was never answered in the whole run, though its channel answered others. */
  isNeverAnswered: boolean;
};

type Rule = readonly [TimeoutCause, (evidence: Evidence) => boolean];

const isLate = ({ answer, isBehindLate }: Evidence): boolean => answer === 'late' || isBehindLate;

/** In this order: what is certain, what is late by us, what is late by them, what went away, what stays out. */
const RULES: readonly Rule[] = [
  // The server drops it without a word (1.6); what was answered after all was not dropped.
  ['stale_join_ref', (e) => e.isForged && e.answer === 'none'],
  ['channel_cap', (e) => e.isCapped],
  ['generator_late', (e) => e.answer === 'same turn' || (e.isOwnLate && isLate(e))],
  ['slow_join', (e) => e.join === 'slow' || (e.kind === 'join' && e.answer === 'late')],
  ['blocked_handler', (e) => e.kind === 'push' && e.isSent && isLate(e) && !e.isStandstill],
  // What a busy channel had let time out breaks with its node as well: only a heartbeat that waited tells it was gone by then.
  ['node_gone', (e) => e.end === 'refused' || (e.end === 'broken' && e.isStandstill && isSilence(e))],
  ['half_open', (e) => e.end === 'given up' && isSilence(e)],
  [
    'no_reply_coded',
    (e) => e.kind === 'push' && e.answer === 'none' && (e.isPassedOver || e.isNeverAnswered),
  ],
  ['generator_late', (e) => e.isOwnLate],
];

/** Silence that no join explains: a connection is as still as a dead one while its process runs a join/3. */
function isSilence({ kind, isSent, isSilent, join, isMuteBefore }: Evidence): boolean {
  const mayBeHeld = !isMuteBefore && (join !== 'none' || (kind === 'join' && isSent));
  return isSilent && !mayBeHeld;
}

export function causeOf(evidence: Evidence): TimeoutCause {
  return RULES.find(([, holds]) => holds(evidence))?.[0] ?? 'unknown';
}
