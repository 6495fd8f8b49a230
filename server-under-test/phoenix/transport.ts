import { classifyReason, type ExitReason } from '../otp/exit-reason.ts';
import { Process, type ProcessKind } from '../otp/process.ts';
import { DEAD, RUNNING } from '../otp/process-state.ts';
import type { Registrant, Registrations } from '../otp/registry-partition.ts';
import { Down } from '../otp/signals.ts';
import { Broadcast } from '../pubsub/broadcast.ts';
import type { Channel } from './channel-server.ts';
import type { JoinResult } from './channel.ts';
import type { EndpointContext } from './context.ts';
import { exitReasonFor, type EndOfConnection } from './ends.ts';
import { Eviction } from './eviction.ts';
import type { Message, Ref } from './message.ts';
import { CloseNotice, EvictionNotice, StopTransport } from './notices.ts';
import type { Serializer } from './serializer.ts';
import { acceptJoin, channelDown, join } from './socket.ts';
import type { Assigns } from './user-socket.ts';

/** What a connection starts with: connect/3 has accepted it. */
export interface Connected {
  readonly serializer: Serializer;
  /** The topic of its disconnect broadcasts, or null. */
  readonly socketId: string | null;
  readonly assigns: Assigns;
  /** Its name in the log; null where no line would show it. */
  readonly requestId: string | null;
}

/**
 * The process that owns one client, whatever carries its bytes.
 *
 *     messages in ─▶ socket table ─▶ channel mailboxes
 *     mailbox (frames of replies, pushes, broadcasts; notices) ─▶ frames out
 *
 * While it waits for a join answer it is held: deaf and mute, its mailbox grows (phoenix-semantics 2.4).
 */
export abstract class Transport extends Process implements Registrant {
  readonly context: EndpointContext;
  readonly serializer: Serializer;
  readonly socketId: string | null;
  readonly assigns: Assigns;
  readonly requestId: string | null;
  /** Joined channels by topic; made with the first join. */
  channels: Map<unknown, Channel> | null = null;
  /** Why it ended, for channels that learn of it late. */
  exitReason: ExitReason = 'noproc';
  registered: Registrations | null = null;
  private joining: Channel | null = null;
  private eviction: Eviction | null = null;

  constructor(context: EndpointContext, connected: Connected) {
    super(context.runtime);
    this.context = context;
    this.serializer = connected.serializer;
    this.socketId = connected.socketId;
    this.assigns = connected.assigns;
    this.requestId = connected.requestId;
    // A plain subscription, no fastlane: disconnect is a message to this process (phoenix-semantics 2.2).
    if (this.socketId !== null) context.pubsub.subscribe(this, this.socketId);
  }

  override get kind(): ProcessKind {
    return 'transport';
  }

  override get partners(): readonly Process[] {
    return [...(this.channels?.values() ?? [])];
  }

  override inspectState(): unknown {
    const { socketId, assigns, serializer, channels } = this;
    return { id: socketId, serializer: serializer.name, assigns, topics: [...(channels?.keys() ?? [])] };
  }

  /** Sends one encoded message to the client. */
  abstract write(frame: Uint8Array): void;

  /** Ends the connection: a close frame where there is a code, then death; channels learn it behind their backlog. */
  abstract stop(reason: ExitReason, code: number | null): void;

  /** Goes on with input that waited while this process was held. */
  protected abstract readOn(): void;

  /** The answer the transport is held for; it goes out before anything else of that join_ref. */
  joinAnswered(channel: Channel, result: JoinResult): void {
    if (this.joining !== channel) return;
    this.joining = null;
    this.proceed(() => acceptJoin(this, channel, result));
  }

  /** A channel is dead; the news waits its turn like any 'DOWN'. */
  channelEnded(channel: Channel, reason: ExitReason): void {
    if (this.eviction?.channel === channel) this.finishEviction();
    else if (this.channels?.get(channel.topic) === channel) this.send(new Down(channel, reason));
  }

  /** One drained channel closes the whole connection (phoenix-semantics 2.12). */
  drain(): void {
    this.send(this.stopFor('drained', 1012));
  }

  protected override receive(message: unknown): void {
    if (message instanceof Uint8Array) return this.write(message);
    if (message instanceof CloseNotice) return channelDown(this, message.channel, 'phx_close');
    if (message instanceof Down) return channelDown(this, message.process as Channel, 'phx_error');
    if (message instanceof EvictionNotice) {
      return this.write(
        this.serializer.encodePush(message.joinRef, message.joinRef, message.topic, 'phx_close', {}),
      );
    }
    if (message instanceof StopTransport) return this.stop(message.reason, message.code);
    if (message instanceof Broadcast && message.event === 'disconnect' && message.topic === this.socketId) {
      const { reason, code } = this.stopFor('disconnected', this.context.profile.disconnectCode);
      return this.stop(reason, code);
    }
  }

  /** An exception in the connection's own code: 1011, and every channel gets it as its reason (phoenix-semantics 1.8). */
  override fail(error: unknown): void {
    this.context.logger.error(() => `connection crashed: ${String(error)}`, { request_id: this.requestId });
    this.stop({ exception: error }, 1011);
  }

  reply(joinRef: Ref, ref: Ref, topic: unknown, status: string, response: unknown): void {
    this.write(this.serializer.encodeReply(joinRef, ref, topic, status, response));
  }

  /** Waits for the join answer of this channel, for ever if need be. */
  holdFor(channel: Channel): void {
    this.joining = channel;
    this.inHand = `join of ${channel.topic}`;
    this.hold();
  }

  /** A duplicate join ends the old channel; one that traps exits gets `evictionMs` (phoenix-semantics 2.5). */
  evict(channel: Channel, message: Message): void {
    this.channels?.delete(channel.topic);
    channel.signal({ shutdown: 'duplicate_join' }, this);
    if (!channel.alive) return this.replace(channel, message);
    this.eviction = new Eviction(this.runtime.clock, channel, message, this.context.limits.evictionMs);
    this.inHand = message;
    this.hold();
  }

  /** The message that ends this connection for that cause. */
  protected stopFor(end: EndOfConnection, code: number | null): StopTransport {
    return new StopTransport(exitReasonFor(this.context.profile.server, end), code);
  }

  protected override ended(reason: ExitReason): void {
    this.exitReason = reason;
    this.eviction?.cancel();
    // It is in the table no more, but it monitors this connection like the others.
    this.eviction?.channel.send(new Down(this, reason));
    if (this.registered !== null) this.context.pubsub.registry.ownerEnded(this);
    this.context.telemetry.countExit('transport', classifyReason(reason));
    for (const channel of this.channels?.values() ?? []) channel.send(new Down(this, reason));
    this.channels = null;
  }

  /** Ends a hold: first what it waited for, then the input that piled up, then the mailbox (phoenix-semantics 2.13). */
  protected proceed(first: () => void): void {
    if (this.state === DEAD) return;
    this.state = RUNNING;
    try {
      first();
    } catch (error) {
      this.fail(error);
    }
    this.readOn();
    this.settleInline();
  }

  /** Work done outside a visit of the scheduler is over. */
  protected settleInline(): void {
    this.afterVisit();
    if (this.state === RUNNING) this.runtime.scheduler.rest(this);
  }

  private finishEviction(): void {
    const { eviction } = this;
    if (eviction === null) return;
    this.eviction = null;
    eviction.cancel();
    this.proceed(() => this.replace(eviction.channel, eviction.message));
  }

  /** The old channel is dead: its phx_close goes behind what it still pushed, the new join before both. */
  private replace(channel: Channel, message: Message): void {
    this.send(new EvictionNotice(channel.topic, channel.wireJoinRef));
    join(this, message);
  }
}
