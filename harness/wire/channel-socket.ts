/**
 * The channels and messages of one client over whatever connection it has:
 * what phoenix.js does between its channels and its connection (phoenix-semantics 6.2).
 */
import { WheelTimer } from '../base/timer-wheel.ts';
import { ClientChannel } from './client-channel.ts';
import { decodeBinary } from './codec-binary.ts';
import type { Message } from './codec.ts';
import { PendingReply, UNSENT, type ReplyKind } from './pending-reply.ts';
import type { SocketWorld } from './phoenix-socket.ts';
import { Reply, type Json } from './reply.ts';
import { scanReply } from './reply-scan.ts';
import { isSkipped, type Buffered } from './send-buffer.ts';
import { TEXT_CODECS } from './text-codec.ts';
import type { ClientConnection } from './transport.ts';
import type { UnansweredOfSocket } from './unanswered.ts';

const OPEN_MAP = 0x7b;
const NO_CHANNELS: readonly ClientChannel[] = Object.freeze([]);

export abstract class ChannelSocket extends WheelTimer {
  readonly world: SocketWorld;
  readonly index: number;
  /** In the order in which they were made; another array whenever one comes or goes. */
  channels: readonly ClientChannel[] = NO_CHANNELS;
  firstPending: PendingReply | null = null;
  /** Labels of what it sends from now on, as `kind:search`. */
  tags: readonly string[] | null = null;
  /** The connection there is, open or not. */
  connection: ClientConnection | null = null;
  /** When the last message came; that it opened counts as one. */
  heardUs = 0;
  /** What timed out and may still be answered; null unless something has. */
  unanswered: UnansweredOfSocket | null = null;
  #buffer: Buffered[] | null = null;

  constructor(world: SocketWorld, index: number) {
    super();
    this.world = world;
    this.index = index;
  }

  get isOpen(): boolean {
    return this.connection?.isOpen ?? false;
  }

  abstract heartbeatAnswered(nowUs: number): void;
  abstract heartbeatTimedOut(nowUs: number): void;
  /** A channel has been joined, or joined again. */
  abstract channelJoined(nowUs: number): void;

  /** A topic not joined yet. */
  channel(topic: string, joinPayloadJson: string): ClientChannel {
    const channel = new ClientChannel(this, topic, joinPayloadJson);
    this.channels = this.channels.concat(channel);
    return channel;
  }

  /** A topic that is joined as soon as the connection is open. */
  addChannel(topic: string, joinPayloadJson: string, dueUs = this.world.clock.nowUs()): ClientChannel {
    const channel = this.channel(topic, joinPayloadJson);
    channel.join(dueUs);
    return channel;
  }

  /** A second channel of one topic makes the first one leave. */
  leaveOthers(channel: ClientChannel): void {
    for (const other of this.channels) {
      if (other === channel || other.topic !== channel.topic) continue;
      if (other.state === 'joined' || other.state === 'joining') other.leave();
    }
  }

  remove(channel: ClientChannel): void {
    this.channels = this.channels.filter((other) => other !== channel);
  }

  /** Sends a message that wants a reply, and remembers it. The connection must be open. */
  request(
    kind: ReplyKind,
    channel: ClientChannel | null,
    event: string,
    payloadJson: string,
    dueUs: number,
    timeoutMs: number,
  ): PendingReply {
    const { clock, pending: table, observer } = this.world;
    const ref = table.nextRef();
    const frame = this.#frame(channel, ref, event, payloadJson);
    const sentUs = clock.nowUs();
    this.connection?.send(frame);
    const pending = new PendingReply(ref, kind, this, channel, event, dueUs, sentUs);
    table.add(pending, dueUs + timeoutMs * 1e3);
    observer.sent(pending, sentUs - dueUs);
    return pending;
  }

  /** Remembers a message that cannot be sent yet. */
  wait(
    kind: ReplyKind,
    channel: ClientChannel,
    event: string,
    dueUs: number,
    timeoutMs: number,
  ): PendingReply {
    const { pending: table } = this.world;
    const pending = new PendingReply(table.nextRef(), kind, this, channel, event, dueUs, UNSENT);
    table.add(pending, dueUs + timeoutMs * 1e3);
    return pending;
  }

  /** Sends what had to wait, unless it has timed out; its timeout starts over, under a new ref. */
  resend(pending: PendingReply, payloadJson: string, timeoutMs: number, nowUs: number): void {
    const { pending: table, observer } = this.world;
    if (table.get(pending.ref) !== pending) return;
    table.take(pending.ref);
    pending.ref = table.nextRef();
    pending.sentUs = nowUs;
    this.connection?.send(this.#frame(pending.channel, pending.ref, pending.event, payloadJson));
    table.add(pending, nowUs + timeoutMs * 1e3);
    observer.sent(pending, 0);
  }

  sendJoin(channel: ClientChannel, dueUs: number): void {
    const { profile, pending: table } = this.world;
    const { joinPayloadJson } = channel;
    const { pushTimeoutMs } = profile;
    if (this.isOpen) {
      channel.joinRef = table.peekRef();
      this.request('join', channel, 'phx_join', joinPayloadJson, dueUs, pushTimeoutMs);
      return;
    }
    const pending = this.wait('join', channel, 'phx_join', dueUs, pushTimeoutMs);
    channel.joinRef = pending.ref;
    this.#keep(channel, this.#frame(channel, pending.ref, 'phx_join', joinPayloadJson), pending);
  }

  sendLeave(channel: ClientChannel): void {
    if (this.isOpen) this.sendUnwanted(channel, 'phx_leave', '{}');
    else this.#keep(channel, this.#frame(channel, this.world.pending.unwantedRef(), 'phx_leave', '{}'), null);
  }

  sendUnwanted(channel: ClientChannel, event: string, payloadJson: string): void {
    this.connection?.send(this.#frame(channel, this.world.pending.unwantedRef(), event, payloadJson));
  }

  #frame(channel: ClientChannel | null, ref: number, event: string, payloadJson: string): Buffer {
    const { encode } = TEXT_CODECS[this.world.profile.vsn];
    if (!channel) return encode(null, ref, 'phoenix', event, payloadJson);
    return encode(channel.joinRef === 0 ? null : channel.joinRef, ref, channel.topic, event, payloadJson);
  }

  #keep(channel: ClientChannel, frame: Buffer, pending: PendingReply | null): void {
    this.#buffer ??= [];
    this.#buffer.push({ frame, channel, joinRef: channel.joinRef, pending });
  }

  /** Sends what was buffered while nothing was connected, in order. */
  protected flush(nowUs: number): void {
    const { pending: table, observer, profile } = this.world;
    const buffer = this.#buffer;
    this.#buffer = null;
    for (const buffered of buffer ?? []) {
      if (isSkipped(buffered, profile)) continue;
      this.connection?.send(buffered.frame);
      const { pending } = buffered;
      if (!pending || table.get(pending.ref) !== pending) continue;
      table.sent(pending, nowUs);
      observer.sent(pending, 0);
    }
  }

  onText(buffer: Buffer, from: number, to: number): void {
    const { clock, observer, profile } = this.world;
    const nowUs = clock.nowUs();
    this.heardUs = nowUs;
    if (observer.intake(this, buffer, from, to, nowUs)) return;
    const scanned = profile.vsn === '2.0.0' ? scanReply(buffer, from, to) : null;
    if (!scanned) {
      const message = TEXT_CODECS[profile.vsn].decode(buffer.toString('utf8', from, to));
      if (message) this.#heard(message, nowUs);
      return;
    }
    const { ref, status, responseFrom, responseTo } = scanned;
    const pending = this.#awaited(ref, joinRefAt(buffer, from), nowUs);
    if (!pending) return;
    const isRead = pending.settle !== null || status === 'error' || pending.kind === 'join';
    // Two bytes that begin a map are an empty one.
    const isEmpty = responseTo - responseFrom === 2 && buffer[responseFrom] === OPEN_MAP && status === 'ok';
    const text = isRead && !isEmpty ? buffer.toString('utf8', responseFrom, responseTo) : '{}';
    const reply = Reply.ofText(status, text);
    this.#answered(pending, status, reply, nowUs);
  }

  onBinary(buffer: Buffer, from: number, to: number): void {
    this.heardUs = this.world.clock.nowUs();
    const message = decodeBinary(buffer, from, to);
    if (message) this.#heard(message, this.heardUs);
  }

  #heard({ joinRef, ref, topic, event, payload }: Message, nowUs: number): void {
    if (event === 'phx_reply') {
      const pending = ref === null ? null : this.#awaited(ref, joinRef, nowUs);
      if (!pending) return;
      const body = payload as { status?: unknown; response?: unknown } | null;
      const status = body?.status === 'ok' ? 'ok' : 'error';
      return this.#answered(pending, status, Reply.of(status, (body?.response ?? null) as Json), nowUs);
    }
    for (const channel of this.channels) {
      // Frames of an abandoned join are outdated; broadcasts carry no join_ref and always pass.
      if (channel.topic !== topic || (joinRef !== null && joinRef !== channel.joinRef)) continue;
      channel.heard(event, payload, nowUs);
    }
  }

  /** The message of ours that a reply belongs to; null when it comes too late, or to somebody else. */
  #awaited(ref: number, joinRef: number | null, nowUs: number): PendingReply | null {
    const { pending: table, observer } = this.world;
    const pending = table.get(ref);
    const isOurs = pending?.socket === this && pending.sentUs !== UNSENT;
    const isOutdated = joinRef !== null && pending?.channel && pending.channel.joinRef !== joinRef;
    if (isOurs && !isOutdated) return pending;
    if (!table.isUnwanted(ref)) observer.lateReply(this, ref, nowUs);
    return null;
  }

  #answered(pending: PendingReply, status: 'ok' | 'error', reply: Reply, nowUs: number): void {
    const { pending: table, observer } = this.world;
    table.take(pending.ref);
    observer.ended(pending, status, reply, '', nowUs);
    const { channel, kind, settle } = pending;
    if (kind === 'heartbeat') this.heartbeatAnswered(nowUs);
    else if (kind === 'join') channel?.joinAnswered(pending, reply, nowUs);
    else if (channel && status === 'ok' && pending.ref > channel.answeredRef)
      channel.answeredRef = pending.ref;
    if (!settle) return;
    if (channel) table.early.answered(channel);
    settle(reply);
  }

  /** Called when a reply did not come in time. */
  replyTimedOut(pending: PendingReply, nowUs: number): void {
    const { observer } = this.world;
    if (pending.sentUs === UNSENT) observer.neverSent(pending, 'timeout');
    else observer.ended(pending, 'timeout', null, '', nowUs);
    if (pending.kind === 'heartbeat') this.heartbeatTimedOut(nowUs);
    else if (pending.kind === 'join') pending.channel?.joinTimedOut(pending, nowUs);
    pending.settle?.(Reply.TIMEOUT);
  }

  /** What is out, of one channel or of all, gets no answer any more; buffered pushes wait on. */
  loseReplies(channel: ClientChannel | null, cause: string): void {
    const { clock, pending: table, observer } = this.world;
    const nowUs = clock.nowUs();
    let pending = this.firstPending;
    while (pending) {
      const next: PendingReply | null = pending.nextOfSocket;
      const isBuffered = pending.sentUs === UNSENT;
      if ((channel === null || pending.channel === channel) && !(isBuffered && pending.kind === 'push')) {
        table.take(pending.ref);
        if (isBuffered) observer.neverSent(pending, 'lost');
        else observer.ended(pending, 'lost', null, cause, nowUs);
        pending.settle?.(Reply.LOST);
      }
      pending = next;
    }
  }
}

/** The join_ref at the head of a scanned reply: null without one, 0 when it is none of ours. */
function joinRefAt(buffer: Buffer, from: number): number | null {
  if (buffer[from + 1] !== 0x22) return null;
  let joinRef = 0;
  let at = from + 2;
  for (; buffer[at] !== 0x22; at++) {
    const digit = (buffer[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return 0;
    joinRef = joinRef * 10 + digit;
  }
  return at === from + 2 ? null : joinRef;
}
