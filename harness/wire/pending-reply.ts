/**
 * Messages that wait for their reply, one table for all clients of a process.
 * Refs count up over the process, so a number names one message of one client:
 * odd ones are waited for, the answer to an even one is thrown away.
 */
import type { TimerWheel } from '../base/timer-wheel.ts';
import { WheelTimer } from '../base/timer-wheel.ts';
import type { ClientChannel } from './client-channel.ts';
import { EarlyEvents } from './early-events.ts';
import type { ChannelSocket } from './channel-socket.ts';
import { RefTable } from './ref-table.ts';
import type { Reply } from './reply.ts';

export type ReplyKind = 'join' | 'push' | 'heartbeat';

/** `sentUs` of a message that is buffered. */
export const UNSENT = -1;

export class PendingReply extends WheelTimer {
  /** A buffered push is sent under another ref than it waited with, as in phoenix.js. */
  ref: number;
  readonly kind: ReplyKind;
  readonly socket: ChannelSocket;
  readonly channel: ClientChannel | null;
  readonly event: string;
  /** When it was due, µs on the shared clock. */
  readonly dueUs: number;
  /** When it was sent, or `UNSENT`. */
  sentUs: number;
  /** Labels its outcome is measured under, as `kind:search`; its client's unless it has its own. */
  tags: readonly string[] | null;
  /** Called once with how it ended. While nobody is interested its response is not even looked at. */
  settle: ((reply: Reply) => void) | null = null;
  previousOfSocket: PendingReply | null = null;
  nextOfSocket: PendingReply | null = null;
  nextOfBucket: PendingReply | null = null;

  constructor(
    ref: number,
    kind: ReplyKind,
    socket: ChannelSocket,
    channel: ClientChannel | null,
    event: string,
    dueUs: number,
    sentUs: number,
  ) {
    super();
    this.ref = ref;
    this.kind = kind;
    this.socket = socket;
    this.channel = channel;
    this.event = event;
    this.dueUs = dueUs;
    this.sentUs = sentUs;
    this.tags = socket.tags;
  }

  expire(nowUs: number): void {
    this.socket.world.pending.take(this.ref);
    this.socket.replyTimedOut(this, nowUs);
  }
}

export class PendingReplies {
  readonly early = new EarlyEvents();
  readonly #wheel: TimerWheel;
  readonly #byRef = new RefTable<PendingReply>();
  readonly #inFlight: Record<ReplyKind, number> = { join: 0, push: 0, heartbeat: 0 };
  readonly #buffered: Record<ReplyKind, number> = { join: 0, push: 0, heartbeat: 0 };
  #lastOdd = -1;
  #lastEven = 0;

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
  }

  /** Messages without an answer so far, buffered ones included. */
  get size(): number {
    return this.#byRef.size;
  }

  /** Messages sent and without an answer so far, of one kind. */
  count(kind: ReplyKind): number {
    return this.#inFlight[kind];
  }

  /** Messages that wait for their channel or connection before they can be sent. */
  buffered(kind: ReplyKind): number {
    return this.#buffered[kind];
  }

  /** The ref that `nextRef` will give: a join carries its own as its join_ref. */
  peekRef(): number {
    return this.#lastOdd + 2;
  }

  /** A ref whose answer is waited for. */
  nextRef(): number {
    this.#lastOdd += 2;
    return this.#lastOdd;
  }

  /** A ref whose answer is expected and thrown away: phoenix.js waits for none of its leaves. */
  unwantedRef(): number {
    this.#lastEven += 2;
    return this.#lastEven;
  }

  isUnwanted(ref: number): boolean {
    return ref % 2 === 0;
  }

  /** Remembers a message until `take`; it times out at `deadlineUs`. */
  add(pending: PendingReply, deadlineUs: number): void {
    this.#byRef.add(pending);
    this.#countsOf(pending)[pending.kind] += 1;
    const head = pending.socket.firstPending;
    pending.nextOfSocket = head;
    if (head) head.previousOfSocket = pending;
    pending.socket.firstPending = pending;
    this.#wheel.arm(pending, deadlineUs);
  }

  /** The message of a ref, null when nobody waits for it (any more). */
  get(ref: number): PendingReply | null {
    return this.#byRef.get(ref);
  }

  /** A buffered message has gone out; its time runs on. */
  sent(pending: PendingReply, nowUs: number): void {
    this.#buffered[pending.kind] -= 1;
    this.#inFlight[pending.kind] += 1;
    pending.sentUs = nowUs;
  }

  /** Forgets and returns the message of a ref; null when nobody waits for it (any more). */
  take(ref: number): PendingReply | null {
    const pending = this.#byRef.take(ref);
    if (!pending) return null;
    this.#countsOf(pending)[pending.kind] -= 1;
    this.#wheel.cancel(pending);
    const { previousOfSocket, nextOfSocket } = pending;
    if (previousOfSocket) previousOfSocket.nextOfSocket = nextOfSocket;
    else pending.socket.firstPending = nextOfSocket;
    if (nextOfSocket) nextOfSocket.previousOfSocket = previousOfSocket;
    pending.previousOfSocket = null;
    pending.nextOfSocket = null;
    return pending;
  }

  #countsOf(pending: PendingReply): Record<ReplyKind, number> {
    return pending.sentUs === UNSENT ? this.#buffered : this.#inFlight;
  }
}
