/** The single pieces of evidence on a timeout that lie with its client, its connection or its end. */
import type { ChannelSocket } from '../wire/channel-socket.ts';
import type { ClientChannel } from '../wire/client-channel.ts';
import { OUTCOME } from '../wire/outcome-words.ts';
import { UNSENT, type PendingReply } from '../wire/pending-reply.ts';
import type { CloseCause } from '../wire/transport.ts';
import type { Unanswered, UnansweredOfSocket } from '../wire/unanswered.ts';
import type { Evidence } from './timeout-cause.ts';

/** What is held up for this share of a wait is held up for a good part of it. */
export const GOOD_PART = 0.25;

/** Nobody is there any more; a connection that ends so was not closed by a program. */
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'EHOSTUNREACH', OUTCOME.vanished]);
/** How the attempt to connect to somebody who is not there ends. */
export const REFUSED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** True for a message that went out, over a connection that was open. */
export const isOut = ({ kind, sentUs }: Unanswered): boolean => kind !== 'connect' && sentUs !== UNSENT;

/** The first join that the server has before it and has not answered: of a push that waits for its join, that one. */
export function heldBy({ ref, socket, channel, sentUs }: PendingReply): number {
  const isSent = sentUs !== UNSENT;
  let first = 0;
  const consider = (join: { ref: number; channel: ClientChannel | null }): void => {
    if (isSent ? join.ref >= ref : join.channel !== channel) return;
    if (first === 0 || join.ref < first) first = join.ref;
  };
  for (let other = socket.firstPending; other; other = other.nextOfSocket) {
    if (other.kind === 'join' && other.sentUs !== UNSENT) consider(other);
  }
  for (let join = socket.unanswered?.joins ?? null; join; join = join.next) if (isOut(join)) consider(join);
  return first;
}

/**
 * A heartbeat waits still that went out before a join, or before the first it waits behind: who answers none of
 * them has not come to that join. False for what no join can hold up.
 */
export function isMuteBefore({ kind, ref, socket }: PendingReply, held: number): boolean {
  if (kind !== 'join' && held === 0) return false;
  const before = held === 0 ? ref : held;
  for (let other = socket.firstPending; other; other = other.nextOfSocket) {
    if (other.kind === 'heartbeat' && other.sentUs !== UNSENT && other.ref < before) return true;
  }
  return false;
}

/** How long a heartbeat has waited that has no answer, or got it in this very turn; 0 without one. */
export function standstillUs(
  of: UnansweredOfSocket,
  socket: ChannelSocket,
  turn: number,
  nowUs: number,
): number {
  let longest = of.standstillTurn === turn ? of.standstillUs : 0;
  if (of.muteSinceUs > 0) longest = Math.max(longest, nowUs - of.muteSinceUs);
  for (let other = socket.firstPending; other; other = other.nextOfSocket) {
    const waits = other.kind === 'heartbeat' && other.sentUs !== UNSENT;
    if (waits) longest = Math.max(longest, nowUs - other.sentUs);
  }
  return longest;
}

/** So long a standstill is a good part of its wait. */
export function isStandstill({ sentUs }: Unanswered, forUs: number, nowUs: number): boolean {
  return forUs > 0 && forUs >= GOOD_PART * (nowUs - sentUs);
}

/** How the connection before ended, or the last attempt at one, for what has waited for the next. */
export function endBefore(of: UnansweredOfSocket | null): Evidence['end'] {
  if (of?.isGone) return 'refused';
  return of?.isDark ? 'given up' : 'none';
}

/** How a connection ended, as far as that says anything. */
export function endOf({ code, detail }: CloseCause, wanted: boolean): Evidence['end'] {
  if (wanted) return 'none';
  if (BROKEN.has(detail)) return 'broken';
  // The client closes of its own accord only when nobody answers its heartbeats; a fault of this run says nothing to it.
  if (detail === OUTCOME.closedByClient) return 'given up';
  return code !== 1006 || detail.startsWith(OUTCOME.protocolError) ? 'said' : 'given up';
}
