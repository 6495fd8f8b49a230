/**
 * Messages that wait for their reply, one table for all clients of a process.
 * Refs count up over the process, so a number names one message of one client.
 */
import type { TimerWheel } from '../base/timer-wheel.ts';
import { WheelTimer } from '../base/timer-wheel.ts';
import type { ClientChannel } from './client-channel.ts';
import type { PhoenixSocket } from './phoenix-socket.ts';

export type ReplyKind = 'join' | 'push' | 'heartbeat';

/** How a message ended; `lost` when its connection or channel went away first. */
export type ReplyStatus = 'ok' | 'error' | 'timeout' | 'lost';

export class PendingReply extends WheelTimer {
  readonly ref: number;
  readonly kind: ReplyKind;
  readonly socket: PhoenixSocket;
  readonly channel: ClientChannel | null;
  /** When it was due and when it was sent, µs on the shared clock. */
  readonly dueUs: number;
  readonly sentUs: number;
  /** Called once with how it ended; the response only for ok and error. */
  settle: ((status: ReplyStatus, response: unknown) => void) | null = null;
  previousOfSocket: PendingReply | null = null;
  nextOfSocket: PendingReply | null = null;
  readonly #table: PendingReplies;

  constructor(
    table: PendingReplies,
    ref: number,
    kind: ReplyKind,
    socket: PhoenixSocket,
    channel: ClientChannel | null,
    dueUs: number,
    sentUs: number,
  ) {
    super();
    this.#table = table;
    this.ref = ref;
    this.kind = kind;
    this.socket = socket;
    this.channel = channel;
    this.dueUs = dueUs;
    this.sentUs = sentUs;
  }

  expire(nowUs: number): void {
    this.#table.take(this.ref);
    this.socket.replyTimedOut(this, nowUs);
  }
}

export class PendingReplies {
  readonly #wheel: TimerWheel;
  readonly #byRef = new Map<number, PendingReply>();
  #lastRef = 0;
  /** Refs whose answers nobody wants: phx_leave is answered, and phoenix.js does not wait for it. */
  readonly #unwanted = new Set<number>();

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
  }

  /** Messages without an answer so far. */
  get size(): number {
    return this.#byRef.size;
  }

  /** Messages without an answer so far, of one kind. */
  count(kind: ReplyKind): number {
    let count = 0;
    for (const pending of this.#byRef.values()) if (pending.kind === kind) count += 1;
    return count;
  }

  /** A ref whose answer is expected and thrown away. */
  unwantedRef(): number {
    const ref = this.nextRef();
    this.#unwanted.add(ref);
    return ref;
  }

  /** True, once, for the answer to an unwanted ref. */
  isUnwanted(ref: number): boolean {
    return this.#unwanted.delete(ref);
  }

  nextRef(): number {
    this.#lastRef += 1;
    return this.#lastRef;
  }

  /** Remembers a message until `take`; it times out at `deadlineUs`. */
  add(pending: PendingReply, deadlineUs: number): void {
    this.#byRef.set(pending.ref, pending);
    const head = pending.socket.firstPending;
    pending.nextOfSocket = head;
    if (head) head.previousOfSocket = pending;
    pending.socket.firstPending = pending;
    this.#wheel.arm(pending, deadlineUs);
  }

  /** Forgets and returns the message of a ref; null when nobody waits for it (any more). */
  take(ref: number): PendingReply | null {
    const pending = this.#byRef.get(ref);
    if (!pending) return null;
    this.#byRef.delete(ref);
    this.#wheel.cancel(pending);
    const { previousOfSocket, nextOfSocket } = pending;
    if (previousOfSocket) previousOfSocket.nextOfSocket = nextOfSocket;
    else pending.socket.firstPending = nextOfSocket;
    if (nextOfSocket) nextOfSocket.previousOfSocket = previousOfSocket;
    pending.previousOfSocket = null;
    pending.nextOfSocket = null;
    return pending;
  }
}
