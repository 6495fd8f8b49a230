/**
 * Timeouts of one worker whose cause is not known yet: the evidence often comes
 * after them. Each is kept until that decides, until its connection ends or the
 * run does; where there are too many the oldest is settled with what is known.
 */
import type { CauseCount, TimeoutCause } from '../base/timeout-causes.ts';
import type { ChannelSocket } from '../wire/channel-socket.ts';
import type { ClientChannel } from '../wire/client-channel.ts';
import { UNSENT, type PendingReply } from '../wire/pending-reply.ts';
import { RefTable } from '../wire/ref-table.ts';
import type { Reply } from '../wire/reply.ts';
import type { CloseCause } from '../wire/transport.ts';
import { Unanswered, UnansweredOfSocket } from '../wire/unanswered.ts';
import { CauseTally } from './cause-tally.ts';
import { neverLate, type OwnTime } from './stalls.ts';
import { causeOf, type Evidence } from './timeout-cause.ts';
import {
  endBefore,
  endOf,
  GOOD_PART,
  heldBy,
  isMuteBefore,
  isOut,
  isStandstill,
  REFUSED,
  standstillUs,
} from './timeout-evidence.ts';

/** Kept at once: 180 bytes each, so at most 36 MB. */
const MOST_OPEN = 200_000;
/** Forged join_refs that are remembered; what they went out with has timed out before so many more have. */
const MOST_FORGED = 100_000;
/** What Phoenix says at its channel cap (phoenix-semantics 1.6). */
const CAP = 'too many channels joined';

type Known = Partial<Pick<Evidence, 'answer' | 'join' | 'end' | 'isStandstill'>>;

const NOTHING: Known = {};

export class OpenTimeouts {
  /** The second of the run that is being measured. */
  window = 0;
  readonly tally = new CauseTally();
  readonly #own: OwnTime;
  readonly #most: number;
  readonly #byRef = new RefTable<Unanswered>();
  readonly #capped = new Set<ClientChannel>();
  readonly #forged = new Set<number>();
  #oldest: Unanswered | null = null;
  #newest: Unanswered | null = null;
  #size = 0;

  constructor(own: OwnTime = neverLate(), most = MOST_OPEN) {
    this.#own = own;
    this.#most = most;
  }

  /** Timeouts that are not settled yet. */
  get size(): number {
    return this.#size;
  }

  /** A message timed out, sent or not. */
  timedOut(pending: PendingReply, nowUs: number): void {
    const { kind, ref, socket, channel, event, dueUs, sentUs } = pending;
    const held = heldBy(pending);
    this.#keep(
      new Unanswered({
        ref,
        kind,
        socket,
        channel,
        event,
        sentUs,
        window: this.window,
        turn: this.#own.turn(),
        isOwnLate: this.#isOwnLate(dueUs, nowUs),
        isForged: this.#forged.size > 0 && this.#forged.delete(ref),
        heldBy: held,
        isMuteBefore: isMuteBefore(pending, held),
      }),
    );
    if (kind === 'heartbeat' && socket.unanswered) socket.unanswered.muteSinceUs = sentUs;
    // A topic beyond the cap: that is known at once.
    if (channel && sentUs === UNSENT && this.#capped.has(channel))
      this.#settleIf(socket, (one) => one.ref === ref);
  }

  /** A connection did not open in time. */
  connectTimedOut(socket: ChannelSocket, dueUs: number, nowUs: number): void {
    this.#keep(
      new Unanswered({
        ref: -1,
        kind: 'connect',
        socket,
        channel: null,
        event: '',
        sentUs: dueUs,
        window: this.window,
        turn: this.#own.turn(),
        isOwnLate: this.#isOwnLate(dueUs, nowUs),
        isForged: false,
        heldBy: 0,
        isMuteBefore: false,
      }),
    );
  }

  #isOwnLate(dueUs: number, nowUs: number): boolean {
    return this.#own.stoodStillUs(dueUs, nowUs) >= GOOD_PART * (nowUs - dueUs) && nowUs > dueUs;
  }

  #keep(one: Unanswered): void {
    one.socket.unanswered ??= new UnansweredOfSocket();
    one.socket.unanswered.add(one);
    if (one.ref >= 0) this.#byRef.add(one);
    one.older = this.#newest;
    if (this.#newest) this.#newest.newer = one;
    else this.#oldest = one;
    this.#newest = one;
    this.#size += 1;
    if (this.#size > this.#most && this.#oldest) this.#settle(this.#oldest, NOTHING);
  }

  #forget(one: Unanswered): void {
    if (one.ref >= 0) this.#byRef.take(one.ref);
    if (one.older) one.older.newer = one.newer;
    else this.#oldest = one.newer;
    if (one.newer) one.newer.older = one.older;
    else this.#newest = one.older;
    one.older = null;
    one.newer = null;
    this.#size -= 1;
    one.socket.unanswered?.remove(one);
  }

  /** Charges it to what the evidence says, for good; to what, when nothing else may show it later. */
  #settle(one: Unanswered, known: Known): TimeoutCause {
    const { kind, channel, event, window } = one;
    const evidence = this.#evidenceOf(one, known);
    const cause = causeOf(evidence);
    this.#forget(one);
    const mayBeNever = cause === 'unknown' && kind === 'push' && isOut(one) && evidence.answer === 'none';
    // What a channel that answers other things never answers shows at the end, over the whole run.
    if (!mayBeNever || channel?.answeredRef === 0 || !this.tally.waits(event, window)) {
      this.tally.add(window, kind, cause);
    }
    return cause;
  }

  #evidenceOf(one: Unanswered, known: Known): Evidence {
    const { kind, ref, socket, channel, sentUs } = one;
    const of = socket.unanswered;
    const sent = isOut(one);
    const isPush = kind === 'push' && sent;
    const isDark = of?.isDark ?? false;
    const lateRef = channel ? (of?.lateRefs?.get(channel) ?? 0) : 0;
    const answeredRef = channel?.answeredRef ?? 0;
    return {
      kind,
      isSent: sent || kind === 'connect',
      answer: known.answer ?? 'none',
      isOwnLate: one.isOwnLate,
      isForged: one.isForged,
      isCapped: kind === 'push' && !sent && channel !== null && this.#capped.has(channel),
      join: one.heldBy === 0 ? 'none' : (known.join ?? (of?.hadSlowJoin ? 'slow' : 'unanswered')),
      isSilent: sent ? socket.heardUs <= sentUs : isDark,
      end: known.end ?? (sent ? 'none' : endBefore(of)),
      isStandstill: known.isStandstill ?? false,
      isMuteBefore: one.isMuteBefore,
      isBehindLate: isPush && lateRef > 0 && lateRef < ref && answeredRef < ref,
      isPassedOver: isPush && Math.max(lateRef, answeredRef) > ref,
      isNeverAnswered: false,
    };
  }

  #settleIf(socket: ChannelSocket, fits: (one: Unanswered) => boolean, known = NOTHING): void {
    const of = socket.unanswered;
    if (!of) return;
    for (const one of of.where(fits)) this.#settle(one, known);
    if (of.isEmpty && !of.isDark && !of.isGone && !socket.isOpen) socket.unanswered = null;
  }

  /** A reply nobody waits for any more. */
  lateReply(socket: ChannelSocket, ref: number, nowUs: number): void {
    const one = this.#byRef.get(ref);
    const of = socket.unanswered;
    if (one?.socket !== socket || !of) return;
    const turn = this.#own.turn();
    if (one.turn === turn) {
      this.#settle(one, { answer: 'same turn' });
      return;
    }
    const stoodStill = one.kind === 'push' && isStandstill(one, standstillUs(of, socket, turn, nowUs), nowUs);
    const cause = this.#settle(one, { answer: 'late', isStandstill: stoodStill });
    if (one.kind === 'push' && one.channel && cause === 'blocked_handler') {
      of.lateRefs ??= new Map();
      of.lateRefs.set(one.channel, Math.max(ref, of.lateRefs.get(one.channel) ?? 0));
    }
    if (one.kind !== 'join' || cause !== 'slow_join') return;
    of.hadSlowJoin = true;
    this.#release(socket, ref);
  }

  /** A heartbeat was answered in time, or went with its connection. */
  heartbeatEnded({ socket, sentUs }: PendingReply, nowUs: number): void {
    const of = socket.unanswered;
    if (!of || sentUs === UNSENT) return;
    of.standstillUs = nowUs - sentUs;
    of.standstillTurn = this.#own.turn();
  }

  /** A join was answered in time. */
  joinAnswered({ ref, socket, channel }: PendingReply, status: 'ok' | 'error', reply: Reply | null): void {
    if (!channel) return;
    if (status === 'ok') this.#capped.delete(channel);
    else if (reply?.responseText.includes(CAP)) {
      this.#capped.add(channel);
      this.#settleIf(socket, (one) => one.channel === channel && one.kind === 'push' && !isOut(one));
    }
    if (socket.unanswered) this.#release(socket, ref);
  }

  /** The server has dealt with a join: what had to wait behind it, and has timed out meanwhile, goes on. */
  #release(socket: ChannelSocket, joinRef: number): void {
    this.#settleIf(socket, (one) => one.heldBy === joinRef, { join: 'slow' });
  }

  /** A push is about to go out under a join_ref that is not its own. */
  forged(ref: number): void {
    // Of what goes out to be forgotten nobody misses the answer.
    if (ref % 2 === 0) return;
    const [first] = this.#forged.size >= MOST_FORGED ? this.#forged : [];
    if (first !== undefined) this.#forged.delete(first);
    this.#forged.add(ref);
  }

  /** What was pushed under the join that was in force gets no answer any more. */
  channelOver(channel: ClientChannel, isGone: boolean): void {
    const { socket } = channel;
    if (isGone) this.#capped.delete(channel);
    if (!socket.unanswered) return;
    this.#settleIf(socket, (one) => one.channel === channel && one.kind === 'push' && (isGone || isOut(one)));
    socket.unanswered?.lateRefs?.delete(channel);
  }

  connected(socket: ChannelSocket): void {
    if (!socket.unanswered) return;
    this.#settleIf(socket, () => true);
    socket.unanswered = null;
  }

  /** A connection did not open: refused, or given up by the client itself. */
  connectFailed(socket: ChannelSocket, how: 'error' | 'lost', { detail }: CloseCause): void {
    if (how === 'lost') return this.#settleIf(socket, () => true);
    if (!REFUSED.has(detail)) return;
    // What waits to be sent may time out after the last attempt that was refused: about 120 bytes a client until one opens.
    socket.unanswered ??= new UnansweredOfSocket();
    socket.unanswered.isGone = true;
    this.#settleIf(socket, () => true, { end: 'refused' });
  }

  /** An open connection has ended; `wanted` when the client closed it on purpose. */
  disconnected(socket: ChannelSocket, cause: CloseCause, wanted: boolean, nowUs: number): void {
    const of = socket.unanswered;
    if (!of) return;
    const end = endOf(cause, wanted);
    const forUs = standstillUs(of, socket, this.#own.turn(), nowUs);
    const charged = new Set<TimeoutCause>();
    for (const one of of.where((one) => wanted || isOut(one))) {
      const known = isOut(one) ? { end, isStandstill: isStandstill(one, forUs, nowUs) } : NOTHING;
      charged.add(this.#settle(one, known));
    }
    of.hadSlowJoin = false;
    of.lateRefs = null;
    of.muteSinceUs = 0;
    of.isDark = charged.has('half_open');
    of.isGone = charged.has('node_gone');
    if (of.isEmpty && !of.isDark && !of.isGone) socket.unanswered = null;
  }

  /** Nothing more comes: every one is charged with what is known. */
  settleAll(): void {
    while (this.#oldest) this.#settle(this.#oldest, NOTHING);
    this.tally.close();
  }

  /** What was settled since the last call. */
  takeSettled(): CauseCount[] {
    return this.tally.take();
  }
}
