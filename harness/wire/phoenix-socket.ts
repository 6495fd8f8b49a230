/**
 * One client as phoenix.js behaves (phoenix-semantics 6): a connection that is
 * reopened by the ladder, heartbeats, channels that rejoin, replies by ref.
 * What it lives through is told to the `SocketObserver`; it measures nothing itself.
 */
import type { Clock } from '../base/clock.ts';
import type { TimerWheel } from '../base/timer-wheel.ts';
import { WheelTimer } from '../base/timer-wheel.ts';
import { reconnectAfterMs } from './back-off.ts';
import { ClientChannel } from './client-channel.ts';
import { decodeMessage, encodeMessage } from './codec.ts';
import { Connection, type CloseCause, type ConnectionOwner, type Endpoint } from './connection.ts';
import { upgradeRequest } from './handshake.ts';
import { PendingReply, type PendingReplies, type ReplyKind } from './pending-reply.ts';
import type { SocketObserver } from './socket-observer.ts';

/** Timers of phoenix.js, in milliseconds. */
export type ClientTimers = { pushTimeoutMs: number; connectTimeoutMs: number; heartbeatMs: number | null };

/** What all clients of a process share. */
export type SocketWorld = {
  clock: Clock;
  wheel: TimerWheel;
  pending: PendingReplies;
  observer: SocketObserver;
  timers: ClientTimers;
  /** Where this client connects from and to, and the path with its query. */
  endpointOf(index: number): { endpoint: Endpoint; host: string; path: string };
};

const CONNECT_TIMEOUT = 'no answer in time';

export class PhoenixSocket extends WheelTimer implements ConnectionOwner {
  readonly world: SocketWorld;
  readonly index: number;
  readonly channels: ClientChannel[] = [];
  firstPending: PendingReply | null = null;
  #connection: Connection | null = null;
  /** When the attempt under way, or the next one, was due. */
  #connectDueUs = 0;
  #tries = 0;
  /** When the connection was last lost; 0 once everything is joined again. */
  #lostAtUs = 0;
  #stopped = false;
  /** Called at the first successful open, and never again. */
  onFirstOpen: (() => void) | null = null;

  constructor(world: SocketWorld, index: number) {
    super();
    this.world = world;
    this.index = index;
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  get connection(): Connection | null {
    return this.#connection;
  }

  /** Opens the connection; `dueUs` is when it should have been opened. */
  connect(dueUs: number): void {
    const { endpoint, host, path } = this.world.endpointOf(this.index);
    this.#connectDueUs = dueUs;
    this.world.observer.connectStarted(this);
    this.world.wheel.arm(this, this.world.clock.nowUs() + this.world.timers.connectTimeoutMs * 1e3);
    this.#connection = new Connection(endpoint, upgradeRequest(host, path), this);
  }

  /** Its one timer: connect deadline while connecting, heartbeat while open, reconnect while closed. */
  expire(nowUs: number): void {
    if (this.#stopped) return;
    const connection = this.#connection;
    if (!connection) this.connect(nowUs);
    else if (connection.isOpen) this.#heartbeat(nowUs);
    else connection.reset(CONNECT_TIMEOUT);
  }

  #heartbeat(nowUs: number): void {
    const { heartbeatMs } = this.world.timers;
    if (heartbeatMs === null) return;
    this.request('heartbeat', null, 'phoenix', 'heartbeat', '{}', nowUs, heartbeatMs);
  }

  #armHeartbeat(nowUs: number): void {
    const { heartbeatMs } = this.world.timers;
    if (heartbeatMs === null) this.world.wheel.cancel(this);
    else this.world.wheel.arm(this, nowUs + heartbeatMs * 1e3);
  }

  /** Sends a message that wants a reply, and remembers it. The connection must be open. */
  request(
    kind: ReplyKind,
    channel: ClientChannel | null,
    topic: string,
    event: string,
    payloadJson: string,
    dueUs: number,
    timeoutMs: number,
  ): PendingReply {
    const { clock, pending: table, observer } = this.world;
    const ref = table.nextRef();
    if (kind === 'join' && channel) channel.joinRef = ref;
    const frame = encodeMessage(channel ? channel.joinRef : null, ref, topic, event, payloadJson);
    const sentUs = clock.nowUs();
    this.#connection?.send(frame);
    const pending = new PendingReply(table, ref, kind, this, channel, dueUs, sentUs);
    table.add(pending, dueUs + timeoutMs * 1e3);
    observer.sent(pending);
    return pending;
  }

  /** Adds a topic and joins it as soon as the connection is open. */
  addChannel(topic: string, joinPayloadJson: string): ClientChannel {
    const channel = new ClientChannel(this, topic, joinPayloadJson);
    this.channels.push(channel);
    if (this.isOpen) this.joinChannel(channel, this.world.clock.nowUs());
    return channel;
  }

  /** Sends a join (again); on a topic the server has joined already this is a duplicate join (2.5). */
  joinChannel(channel: ClientChannel, dueUs: number): void {
    if (!this.isOpen) return;
    this.world.wheel.cancel(channel);
    const rejoins = channel.state === 'joined';
    channel.state = 'joining';
    if (rejoins) this.world.observer.channelRejoins(channel);
    const { topic, joinPayloadJson } = channel;
    this.request('join', channel, topic, 'phx_join', joinPayloadJson, dueUs, this.world.timers.pushTimeoutMs);
  }

  /** Leaves for good: `ok` at once, as in phoenix.js, without waiting for the server. */
  leaveChannel(channel: ClientChannel): void {
    const at = this.channels.indexOf(channel);
    if (at < 0) return;
    if (this.isOpen && channel.state !== 'errored') this.#sendLeave(channel);
    this.#drop(channel, at);
  }

  #sendLeave(channel: ClientChannel): void {
    const ref = this.world.pending.unwantedRef();
    this.#connection?.send(encodeMessage(channel.joinRef, ref, channel.topic, 'phx_leave', '{}'));
  }

  #drop(channel: ClientChannel, at: number): void {
    this.channels.splice(at, 1);
    this.world.wheel.cancel(channel);
    this.#loseReplies(channel);
    channel.state = 'closed';
    this.world.observer.channelGone(channel, this.world.clock.nowUs());
  }

  /** Ends the client: no reconnect, no more timers; the connection is cut with RST. */
  stop(): void {
    this.#stopped = true;
    this.world.wheel.cancel(this);
    for (const channel of this.channels) this.world.wheel.cancel(channel);
    this.#connection?.reset('end of the run');
  }

  onOpen(): void {
    const nowUs = this.world.clock.nowUs();
    this.#tries = 0;
    this.world.observer.connected(this, this.#connectDueUs, nowUs);
    this.#armHeartbeat(nowUs);
    for (const channel of this.channels) {
      channel.tries = 0;
      this.joinChannel(channel, nowUs);
    }
    const first = this.onFirstOpen;
    this.onFirstOpen = null;
    first?.();
    if (this.channels.length === 0) this.#lostAtUs = 0;
  }

  onClosed(cause: CloseCause): void {
    const nowUs = this.world.clock.nowUs();
    const { observer, wheel } = this.world;
    this.#connection = null;
    wheel.cancel(this);
    this.#loseReplies(null);
    for (const channel of this.channels) {
      wheel.cancel(channel);
      channel.state = 'errored';
    }
    if (cause.refused) {
      const how = cause.detail === CONNECT_TIMEOUT ? 'timeout' : 'error';
      observer.connectEnded(how, cause, this.#connectDueUs, nowUs);
    } else {
      if (this.#lostAtUs === 0) this.#lostAtUs = nowUs;
      observer.disconnected(this, cause, nowUs);
    }
    if (this.#stopped) return;
    this.#tries += 1;
    wheel.arm(this, nowUs + reconnectAfterMs(this.#tries) * 1e3);
  }

  onText(buffer: Buffer, from: number, to: number): void {
    if (this.world.observer.intake(this, buffer, from, to)) return;
    const message = decodeMessage(buffer.toString('utf8', from, to));
    if (!message) return;
    const { joinRef, ref, topic, event, payload } = message;
    if (event === 'phx_reply') {
      if (ref !== null) this.#reply(ref, payload);
      return;
    }
    const channel = this.channels.find((c) => c.topic === topic);
    // Frames of an abandoned join are outdated; broadcasts carry no join_ref and always pass.
    if (!channel || (joinRef !== null && joinRef !== channel.joinRef)) return;
    if (event === 'phx_close') {
      this.#drop(channel, this.channels.indexOf(channel));
    } else if (event === 'phx_error') {
      this.#loseReplies(channel);
      this.world.observer.channelCrashed(channel);
      channel.errored(this.world.clock.nowUs());
    } else {
      this.world.observer.eventArrived(channel, event, payload);
    }
  }

  #reply(ref: number, payload: unknown): void {
    const { clock, pending: table, observer } = this.world;
    const pending = table.take(ref);
    if (!pending) {
      if (!table.isUnwanted(ref)) observer.lateReply();
      return;
    }
    const nowUs = clock.nowUs();
    const body = payload as { status?: unknown; response?: unknown } | null;
    const status = body?.status === 'ok' ? 'ok' : 'error';
    observer.ended(pending, status, nowUs);
    if (pending.kind === 'heartbeat') this.#armHeartbeat(nowUs);
    else if (pending.kind === 'join' && pending.channel)
      this.#joinAnswered(pending.channel, ref, status, nowUs);
    pending.settle?.(status, body?.response);
  }

  #joinAnswered(channel: ClientChannel, ref: number, status: 'ok' | 'error', nowUs: number): void {
    if (channel.joinRef !== ref || channel.state !== 'joining') return;
    if (status === 'error') return channel.errored(nowUs);
    const first = !channel.wasJoined;
    channel.state = 'joined';
    channel.tries = 0;
    channel.wasJoined = true;
    this.world.observer.channelJoined(channel, first, nowUs);
    if (this.#lostAtUs !== 0 && this.channels.every((c) => c.state === 'joined')) {
      this.world.observer.recovered(this, this.#lostAtUs, nowUs);
      this.#lostAtUs = 0;
    }
    const onFirstJoin = channel.onFirstJoin;
    channel.onFirstJoin = null;
    onFirstJoin?.();
  }

  /** Called when a reply did not come in time. */
  replyTimedOut(pending: PendingReply, nowUs: number): void {
    this.world.observer.ended(pending, 'timeout', nowUs);
    if (pending.kind === 'heartbeat') {
      // Nobody there: phoenix.js closes with 1000 and reconnects by the ladder.
      this.#connection?.close(1000);
    } else if (pending.kind === 'join' && pending.channel?.joinRef === pending.ref) {
      if (this.isOpen) this.#sendLeave(pending.channel);
      pending.channel.errored(nowUs);
    }
    pending.settle?.('timeout', null);
  }

  #loseReplies(channel: ClientChannel | null): void {
    const nowUs = this.world.clock.nowUs();
    let pending = this.firstPending;
    while (pending) {
      const next: PendingReply | null = pending.nextOfSocket;
      if (channel === null || pending.channel === channel) {
        this.world.pending.take(pending.ref);
        this.world.observer.ended(pending, 'lost', nowUs);
        pending.settle?.('lost', null);
      }
      pending = next;
    }
  }
}
