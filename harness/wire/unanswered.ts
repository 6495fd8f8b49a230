/**
 * What timed out and may still be answered, of one client: kept until it is known
 * why. Only clients of which something has timed out have any of this.
 */
import type { ChannelSocket } from './channel-socket.ts';
import type { ClientChannel } from './client-channel.ts';
import type { ReplyKind } from './pending-reply.ts';

/** One message, or one connect: about 180 bytes. */
export class Unanswered {
  /** Its own; −1 for a connect, which has none. */
  ref: number;
  nextOfBucket: Unanswered | null = null;
  readonly kind: ReplyKind | 'connect';
  readonly socket: ChannelSocket;
  readonly channel: ClientChannel | null;
  readonly event: string;
  /** `UNSENT` for what was never sent. */
  readonly sentUs: number;
  /** The second of the run in which it timed out. */
  readonly window: number;
  /** The turn of the loop in which it timed out. */
  readonly turn: number;
  readonly isOwnLate: boolean;
  readonly isForged: boolean;
  /** Ref of a join that the server had before it and had not answered; 0 without one. */
  readonly heldBy: number;
  /** A heartbeat before that join, or before this one, had no answer either. */
  readonly isMuteBefore: boolean;
  previous: Unanswered | null = null;
  next: Unanswered | null = null;
  /** The one that timed out before, and after it, of all clients. */
  older: Unanswered | null = null;
  newer: Unanswered | null = null;

  constructor(known: {
    ref: number;
    kind: ReplyKind | 'connect';
    socket: ChannelSocket;
    channel: ClientChannel | null;
    event: string;
    sentUs: number;
    window: number;
    turn: number;
    isOwnLate: boolean;
    isForged: boolean;
    heldBy: number;
    isMuteBefore: boolean;
  }) {
    this.ref = known.ref;
    this.kind = known.kind;
    this.socket = known.socket;
    this.channel = known.channel;
    this.event = known.event;
    this.sentUs = known.sentUs;
    this.window = known.window;
    this.turn = known.turn;
    this.isOwnLate = known.isOwnLate;
    this.isForged = known.isForged;
    this.heldBy = known.heldBy;
    this.isMuteBefore = known.isMuteBefore;
  }
}

/** All of one client, joins apart: whatever else times out asks for them. */
export class UnansweredOfSocket {
  joins: Unanswered | null = null;
  others: Unanswered | null = null;
  /** A join of the connection there is was answered late. */
  hadSlowJoin = false;
  /** The connection before was given up without a byte, and none has opened since. */
  isDark = false;
  /** The connection before broke with its node, or a new one was refused, and none has opened since. */
  isGone = false;
  /** By channel, the last push that was answered late. */
  lateRefs: Map<ClientChannel, number> | null = null;
  /** For how long a heartbeat waited that was answered or lost in this turn; 0 and −1 while none has been. */
  standstillUs = 0;
  standstillTurn = -1;
  /** When a heartbeat went out that has timed out; 0 while none has. */
  muteSinceUs = 0;

  add(one: Unanswered): void {
    const head = one.kind === 'join' ? this.joins : this.others;
    one.next = head;
    if (head) head.previous = one;
    if (one.kind === 'join') this.joins = one;
    else this.others = one;
  }

  remove(one: Unanswered): void {
    if (one.previous) one.previous.next = one.next;
    else if (one.kind === 'join') this.joins = one.next;
    else this.others = one.next;
    if (one.next) one.next.previous = one.previous;
    one.previous = null;
    one.next = null;
  }

  get isEmpty(): boolean {
    return this.joins === null && this.others === null;
  }

  /** Those that fit, as they are now: any of them may be removed meanwhile. */
  where(fits: (one: Unanswered) => boolean): Unanswered[] {
    const found: Unanswered[] = [];
    for (let one = this.joins; one; one = one.next) if (fits(one)) found.push(one);
    for (let one = this.others; one; one = one.next) if (fits(one)) found.push(one);
    return found;
  }
}
