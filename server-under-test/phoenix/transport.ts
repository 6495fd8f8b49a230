import type { Timer } from '../otp/clock.ts';
import { classifyReason, type ExitReason } from '../otp/exit-reason.ts';
import { Process } from '../otp/process.ts';
import { DEAD, HELD, IDLE, RUNNING } from '../otp/process-state.ts';
import { Down } from '../otp/signals.ts';
import { Broadcast } from '../pubsub/broadcast.ts';
import type { Subscription } from '../pubsub/pubsub.ts';
import type { BytePipe } from './byte-pipe.ts';
import type { Channel } from './channel-server.ts';
import type { JoinResult } from './channel.ts';
import type { EndpointContext } from './context.ts';
import { closePipe } from './closing.ts';
import { FrameReader, NEED_MORE } from './frame-reader.ts';
import { Eviction } from './eviction.ts';
import { handleFrame } from './inbound-frames.ts';
import type { Message, Ref } from './message.ts';
import { CloseNotice, EvictionNotice, Inbound, StopTransport } from './notices.ts';
import type { Serializer } from './serializer.ts';
import { acceptJoin, channelDown, join } from './socket.ts';

/**
 * The process that owns one connection.
 *
 *     bytes in ─▶ frames ─▶ socket table ─▶ channel mailboxes
 *     mailbox (frames of replies, pushes, broadcasts; notices) ─▶ bytes out
 *
 * While it waits for a join answer or a slow reader it is held: deaf and mute, its mailbox grows (phoenix-semantics 2.4, 2.13).
 */
export class Transport extends Process {
  readonly context: EndpointContext;
  readonly serializer: Serializer;
  readonly userId: string | null;
  readonly assigns: Readonly<Record<string, unknown>>;
  /** Joined channels by topic; made with the first join. */
  channels: Map<unknown, Channel> | null = null;
  /** Why it ended, for channels that learn of it late. */
  exitReason: ExitReason = 'noproc';
  heardAtMs = 0;
  nextQuiet: Transport | null = null;
  previousQuiet: Transport | null = null;
  private readonly reader: FrameReader;
  private readonly idSubscription: Subscription | null;
  private pipe: BytePipe | null;
  private joining: Channel | null = null;
  private eviction: Eviction | null = null;
  /** Runs while blocked in send; after the end, while the close frame lingers. */
  private sendTimer: Timer | null = null;
  private inboundWaiting = false;
  private paused = false;
  private corked = false;

  constructor(context: EndpointContext, pipe: BytePipe, serializer: Serializer, userId: string | null) {
    super(context.runtime);
    this.context = context;
    this.pipe = pipe;
    this.serializer = serializer;
    this.userId = userId;
    this.assigns = { user_id: userId };
    this.reader = new FrameReader(context.limits.frames);
    // A plain subscription, no fastlane: disconnect is a message to this process (phoenix-semantics 2.2).
    this.idSubscription = userId === null ? null : context.pubsub.subscribe(this, `user:${userId}`);
    context.connections.add(this);
  }

  override get kind(): 'transport' {
    return 'transport';
  }

  /** Bytes from the client. Handled at once when nothing waits, else in their turn. */
  bytesIn(chunk: Buffer): void {
    if (this.state === DEAD) return;
    this.context.connections.touch(this);
    if (this.state === IDLE) {
      this.state = RUNNING;
      this.consume(chunk);
      this.settleInline();
      return;
    }
    this.inboundWaiting = true;
    this.send(new Inbound(chunk));
    // One chunk at a time: beyond it TCP pushes back on the client (phoenix-semantics 2.13).
    if (!this.paused) {
      this.paused = true;
      this.pipe?.pause();
    }
  }

  /** The TCP connection is gone: a blocked send returns, and what is still written goes nowhere. */
  pipeClosed(): void {
    if (this.state === DEAD) this.sendTimer?.cancel();
    if (this.pipe === null) return;
    this.pipe = null;
    if (this.sendTimer !== null) this.unblock();
    this.peerEnded();
  }

  /** The peer will send nothing more. */
  peerEnded(): void {
    if (this.state === DEAD) return;
    const notice = new StopTransport({ shutdown: 'peer_closed' }, null);
    if (this.state === IDLE) this.stop(notice.reason, notice.code);
    else this.send(notice);
  }

  /** What we wrote is on its way; a blocked send returns. */
  pipeDrained(): void {
    if (this.sendTimer !== null) this.unblock();
  }

  /** No bytes came for the idle timeout. */
  idleExpired(): void {
    if (this.state === HELD) return;
    const notice = new StopTransport({ shutdown: 'read_timeout' }, 1002);
    if (this.state === IDLE) this.stop(notice.reason, notice.code);
    else this.send(notice);
  }

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
    this.send(new StopTransport({ shutdown: 'draining' }, 1012));
  }

  protected override receive(message: unknown): void {
    if (message instanceof Uint8Array) return this.write(message);
    if (message instanceof Inbound) {
      this.inboundWaiting = false;
      return this.consume(message.chunk);
    }
    if (message instanceof CloseNotice) return channelDown(this, message.channel, 'phx_close');
    if (message instanceof Down) return channelDown(this, message.process as Channel, 'phx_error');
    if (message instanceof EvictionNotice) {
      return this.write(
        this.serializer.encodePush(message.joinRef, message.joinRef, message.topic, 'phx_close', {}),
      );
    }
    if (message instanceof StopTransport) return this.stop(message.reason, message.code);
    if (
      message instanceof Broadcast &&
      message.event === 'disconnect' &&
      message.topic === `user:${this.userId}`
    ) {
      return this.stop({ shutdown: 'disconnected' }, 1001);
    }
  }

  override afterVisit(): void {
    if (!this.corked) return;
    this.corked = false;
    this.pipe?.uncork();
  }

  /** An exception in the connection's own code: 1011, and every channel gets it as its reason (phoenix-semantics 1.8). */
  override fail(error: unknown): void {
    this.stop({ exception: error }, 1011);
  }

  /** Writes one ready frame, or blocks in send until the peer reads. */
  write(frame: Uint8Array): void {
    const { pipe } = this;
    if (pipe === null) return;
    if (!this.corked && (this.mailbox.length > 0 || !this.reader.drained)) {
      this.corked = true;
      pipe.cork();
    }
    if (pipe.write(frame) || this.state !== RUNNING) return;
    this.hold();
    this.sendTimer = this.runtime.clock.after(this.context.limits.sendTimeoutMs, () => this.sendTimedOut());
  }

  reply(joinRef: Ref, ref: Ref, topic: unknown, status: string, response: unknown): void {
    this.write(this.serializer.encodeReply(joinRef, ref, topic, status, response));
  }

  /** Waits for the join answer of this channel, for ever if need be. */
  holdFor(channel: Channel): void {
    this.joining = channel;
    this.hold();
  }

  /** A duplicate join ends the old channel; one that traps exits gets `evictionMs` (phoenix-semantics 2.5). */
  evict(channel: Channel, message: Message): void {
    this.channels?.delete(channel.topic);
    channel.signal({ shutdown: 'duplicate_join' }, this);
    this.send(new EvictionNotice(channel.topic, channel.wireJoinRef));
    if (!channel.alive) return join(this, message);
    this.eviction = new Eviction(this.runtime.clock, channel, message, this.context.limits.evictionMs);
    this.hold();
  }

  /** Ends the connection: a close frame where there is a code, then death; channels learn it behind their backlog. */
  stop(reason: ExitReason, code: number | null): void {
    if (this.state === DEAD) return;
    const { pipe } = this;
    this.afterVisit();
    this.pipe = null;
    this.end(reason);
    if (pipe !== null) this.sendTimer = closePipe(pipe, code, this.runtime.clock);
  }

  protected override ended(reason: ExitReason): void {
    this.exitReason = reason;
    this.pipe?.destroy();
    this.pipe = null;
    this.sendTimer?.cancel();
    this.eviction?.cancel();
    this.context.connections.remove(this);
    if (this.idSubscription !== null) this.context.pubsub.unsubscribe(this.idSubscription);
    this.context.telemetry.countExit('transport', classifyReason(reason));
    for (const channel of this.channels?.values() ?? []) channel.send(new Down(this, reason));
    this.channels = null;
  }

  private consume(chunk: Buffer): void {
    this.reader.feed(chunk);
    this.readFrames();
  }

  private readFrames(): void {
    try {
      while (this.state === RUNNING) {
        const opcode = this.reader.next();
        if (opcode === NEED_MORE) break;
        handleFrame(this, this.reader, opcode);
      }
      if (this.state === RUNNING) this.readOn();
    } catch (error) {
      this.fail(error);
    }
  }

  private readOn(): void {
    this.reader.rest();
    if (!this.paused || this.inboundWaiting) return;
    this.paused = false;
    this.pipe?.resume();
  }

  private proceed(first: () => void): void {
    if (this.state === DEAD) return;
    this.state = RUNNING;
    this.context.connections.touch(this);
    try {
      first();
    } catch (error) {
      this.fail(error);
    }
    // The rest of the chunk comes before the mailbox (phoenix-semantics 2.13).
    this.readFrames();
    this.settleInline();
  }

  private settleInline(): void {
    this.afterVisit();
    if (this.state === RUNNING) this.runtime.scheduler.rest(this);
  }

  private finishEviction(): void {
    const { eviction } = this;
    if (eviction === null) return;
    this.eviction = null;
    eviction.cancel();
    this.proceed(() => join(this, eviction.message));
  }

  private unblock(): void {
    this.sendTimer?.cancel();
    this.sendTimer = null;
    if (this.state !== HELD) return;
    this.state = RUNNING;
    this.readFrames();
    this.settleInline();
  }

  // The TCP connection goes, the process stays until its idle timeout and writes into the void (phoenix-measured, A).
  private sendTimedOut(): void {
    this.context.telemetry.sendTimeouts.value += 1;
    const { pipe } = this;
    this.pipe = null;
    pipe?.destroy();
    this.unblock();
  }
}
