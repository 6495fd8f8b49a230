import type { Timer } from '../otp/clock.ts';
import { classifyReason, isOrderly, reasonOf, type ExitReason } from '../otp/exit-reason.ts';
import { Process } from '../otp/process.ts';
import { Down } from '../otp/signals.ts';
import { Broadcast } from '../pubsub/broadcast.ts';
import type { Subscription } from '../pubsub/pubsub.ts';
import { TIMEOUT, type ChannelModule, type HandleResult, type JoinResult, type Reply } from './channel.ts';
import { ChannelSocket } from './channel-socket.ts';
import type { EndpointContext } from './context.ts';
import { Message, type Ref } from './message.ts';
import { CloseNotice, DRAIN, JoinRequest } from './notices.ts';
import type { Transport } from './transport.ts';

const JOIN_CRASHED = { reason: 'join crashed' };

/** The process of one joined topic: runs the callbacks of its module, one message at a time. */
export class Channel extends Process {
  readonly context: EndpointContext;
  readonly transport: Transport;
  /** join_ref as the client sent it: what the transport compares and puts into phx_close and phx_error. */
  readonly wireJoinRef: Ref;
  /** ref of the join, for its answer. */
  readonly joinRequestRef: Ref;
  readonly socket: ChannelSocket;
  joined = false;
  private readonly module: ChannelModule;
  private subscription: Subscription | null = null;
  private joinAnswered = false;
  private ending = false;
  private quietTimer: Timer | null = null;

  constructor(
    context: EndpointContext,
    transport: Transport,
    module: ChannelModule,
    topic: string,
    message: Message,
  ) {
    super(context.runtime);
    this.context = context;
    this.transport = transport;
    this.module = module;
    this.wireJoinRef = message.joinRef;
    this.joinRequestRef = message.ref;
    this.socket = new ChannelSocket(this, topic, message.joinRef ?? message.ref);
  }

  override get kind(): 'channel' {
    return 'channel';
  }

  override get topic(): string {
    return this.socket.topic;
  }

  protected override receive(message: unknown): void | Promise<void> {
    if (this.quietTimer !== null) this.stopQuietTimer();
    if (message instanceof Message) return this.handleMessage(message);
    if (message instanceof Broadcast && message.topic === this.topic) return this.handleOut(message);
    if (message instanceof JoinRequest) return this.join(message.payload);
    if (message instanceof Down && message.process === this.transport)
      return this.transportDied(message.reason);
    if (message === DRAIN) return this.drain();
    return this.handleInfo(message);
  }

  /** An error outside every callback, or a promise of one that was rejected. */
  override fail(error: unknown): void | Promise<void> {
    return this.terminate(reasonOf(error));
  }

  protected override ended(reason: ExitReason): void {
    this.stopQuietTimer();
    if (this.joined) this.context.channels -= 1;
    if (this.subscription !== null) this.context.pubsub.unsubscribe(this.subscription);
    this.subscription = null;
    this.context.telemetry.countExit('channel', classifyReason(reason));
    if (this.joinAnswered) this.transport.channelEnded(this, reason);
    else this.answerJoin({ tag: 'error', response: JOIN_CRASHED });
  }

  /** Resolves after `ms` unless the channel ended: a killed process stops at its next await. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.runtime.clock.after(ms, () => {
        if (this.alive) resolve();
      });
    });
  }

  /** The promise's outcome while this channel lives; nothing ever after. */
  whileAlive<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.alive && resolve(value),
        (error: unknown) => this.alive && reject(error),
      );
    });
  }

  private join(payload: unknown): void | Promise<void> {
    const delayMs = this.context.interference.joinDelayMs(this.topic, this.transport.id);
    if (delayMs > 0) return this.wait(delayMs).then(() => this.runJoin(payload));
    return this.runJoin(payload);
  }

  // join/3 that raises, exits or answers nonsense ends the channel without terminate (phoenix-semantics 2.4).
  private runJoin(payload: unknown): void | Promise<void> {
    try {
      const result = this.module.join(this.topic, payload, this.socket);
      if (!(result instanceof Promise)) return this.settleJoin(result);
      return result.then(
        (value) => this.settleJoin(value),
        (error: unknown) => this.end(reasonOf(error)),
      );
    } catch (error) {
      this.end(reasonOf(error));
    }
  }

  private settleJoin(result: JoinResult): void | Promise<void> {
    if (!this.alive) return;
    if (result?.tag !== 'ok' && result?.tag !== 'error') return this.end({ badReturn: result });
    const { telemetry, pubsub } = this.context;
    telemetry.channelJoined.value += 1;
    if (result.tag === 'error') {
      this.answerJoin(result);
      return this.terminate('shutdown');
    }
    this.subscription = pubsub.subscribe(this, this.topic, {
      transport: this.transport,
      encoder: this.transport.serializer,
      intercepts: this.module.intercepts ?? null,
    });
    this.joined = true;
    this.context.channels += 1;
    this.answerJoin(result);
  }

  private answerJoin(result: JoinResult): void {
    this.joinAnswered = true;
    if (this.transport.alive) this.transport.joinAnswered(this, result);
    else this.send(new Down(this.transport, this.transport.exitReason));
  }

  private handleMessage(message: Message): void | Promise<void> {
    this.socket.ref = message.ref;
    if (message.event === 'phx_leave') {
      return this.stopWith({ shutdown: 'left' }, { status: 'ok', response: {} });
    }
    const delayMs = this.context.interference.handlerDelayMs(this.topic, message.event);
    if (delayMs > 0) return this.wait(delayMs).then(() => this.handleIn(message));
    return this.handleIn(message);
  }

  private handleIn(message: Message): void | Promise<void> {
    try {
      return this.settle(this.module.handleIn?.(message.event, message.payload, this.socket), true);
    } catch (error) {
      return this.terminate(reasonOf(error));
    }
  }

  private handleOut(broadcast: Broadcast): void | Promise<void> {
    try {
      return this.settle(this.module.handleOut?.(broadcast.event, broadcast.payload, this.socket), false);
    } catch (error) {
      return this.terminate(reasonOf(error));
    }
  }

  private handleInfo(message: unknown): void | Promise<void> {
    // Without handle_info Phoenix logs a warning and drops the message (phoenix-semantics 3.3).
    if (this.module.handleInfo === undefined) return;
    try {
      return this.settle(this.module.handleInfo(message, this.socket), false);
    } catch (error) {
      return this.terminate(reasonOf(error));
    }
  }

  private settle(
    result: HandleResult | Promise<HandleResult> | undefined,
    handledIn: boolean,
  ): void | Promise<void> {
    if (!(result instanceof Promise)) return this.obey(result, handledIn);
    return result.then(
      (value) => this.obey(value, handledIn),
      (error: unknown) => this.terminate(reasonOf(error)),
    );
  }

  private obey(result: HandleResult | undefined, handledIn: boolean): void | Promise<void> {
    if (!this.alive) return;
    if (handledIn) this.context.telemetry.channelHandledIn.value += 1;
    switch (result?.tag) {
      case 'noreply':
        if (result.timeoutMs !== null) this.startQuietTimer(result.timeoutMs);
        break;
      case 'reply':
        // Only handle_in may answer; elsewhere it is a bad return value.
        if (!handledIn) return this.terminate({ badReturn: result });
        this.sendReply(result.reply);
        break;
      case 'stop':
        return this.stopWith(result.reason, handledIn ? result.reply : null);
      default:
        return this.terminate({ badReturn: result });
    }
    this.socket.ref = null;
  }

  /** {:stop, ...}: the reply, the announcement where the reason is orderly, then terminate (phoenix-semantics 2.7). */
  private stopWith(reason: ExitReason, answer: Reply | null): void | Promise<void> {
    if (answer !== null) this.sendReply(answer);
    if (isOrderly(reason)) this.transport.send(new CloseNotice(this));
    return this.terminate(reason);
  }

  private sendReply(answer: Reply): void {
    const { transport, socket } = this;
    if (socket.ref === null) return;
    transport.send(
      transport.serializer.encodeReply(
        socket.joinRef,
        socket.ref,
        this.topic,
        answer.status,
        answer.response,
      ),
    );
  }

  private drain(): void | Promise<void> {
    this.transport.drain();
    return this.terminate({ shutdown: 'draining' });
  }

  // Behind the backlog: an orphan first does the work that was queued (phoenix-semantics 2.9).
  private transportDied(reason: ExitReason): void | Promise<void> {
    return this.terminate(reason === 'normal' ? { shutdown: 'closed' } : reason);
  }

  private terminate(reason: ExitReason): void | Promise<void> {
    if (!this.alive || this.ending) return;
    this.ending = true;
    this.socket.ref = null;
    try {
      const pending = this.module.terminate?.(reason, this.socket);
      if (!(pending instanceof Promise)) return this.end(reason);
      return pending.then(
        () => this.end(reason),
        (error: unknown) => this.end(reasonOf(error)),
      );
    } catch (error) {
      this.end(reasonOf(error));
    }
  }

  private startQuietTimer(ms: number): void {
    // A message that already waits wins, even over 0 (phoenix-semantics 3.3).
    if (this.mailbox.length > 0) return;
    this.quietTimer = this.runtime.clock.after(ms, () => {
      this.quietTimer = null;
      if (this.mailbox.length === 0) this.send(TIMEOUT);
    });
  }

  private stopQuietTimer(): void {
    this.quietTimer?.cancel();
    this.quietTimer = null;
  }
}
