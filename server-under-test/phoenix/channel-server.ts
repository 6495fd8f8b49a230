import type { Timer } from '../otp/clock.ts';
import { classifyReason, describeReason, isOrderly, reasonOf, type ExitReason } from '../otp/exit-reason.ts';
import { Call, Cast, StopRequest } from '../otp/call.ts';
import { pause } from '../otp/pause.ts';
import { Process, type ProcessKind } from '../otp/process.ts';
import type { Registrant, Registrations } from '../otp/registry-partition.ts';
import { Down, ExitMessage } from '../otp/signals.ts';
import { Broadcast } from '../pubsub/broadcast.ts';
import { handleCall, handleCast, handleInfo, handleMessage, handleOut } from './callbacks.ts';
import { TIMEOUT, type ChannelModule, type JoinResult, type Reply } from './channel.ts';
import { ChannelSocket } from './channel-socket.ts';
import type { EndpointContext } from './context.ts';
import { Message, type Ref } from './message.ts';
import { CloseNotice, DRAIN, JoinRequest, Planted } from './notices.ts';
import type { Route } from './routes.ts';
import type { Transport } from './transport.ts';

const JOIN_CRASHED = { reason: 'join crashed' };

/** The process of one joined topic: its life from join to terminate. What callbacks return is obeyed in callbacks.ts. */
export class Channel extends Process implements Registrant {
  readonly context: EndpointContext;
  readonly transport: Transport;
  readonly module: ChannelModule;
  /** join_ref as the client sent it: what the transport compares and puts into phx_close and phx_error. */
  readonly wireJoinRef: Ref;
  /** ref of the join, for its answer. */
  readonly joinRequestRef: Ref;
  readonly socket: ChannelSocket;
  joined = false;
  registered: Registrations | null = null;
  private joinAnswered = false;
  private ending = false;
  private quietTimer: Timer | null = null;

  constructor(context: EndpointContext, transport: Transport, route: Route, topic: string, message: Message) {
    super(context.runtime);
    this.context = context;
    this.transport = transport;
    this.module = route.module;
    this.wireJoinRef = message.joinRef;
    this.joinRequestRef = message.ref;
    this.socket = new ChannelSocket(this, topic, message.joinRef ?? message.ref, route.assigns ?? null);
  }

  override get kind(): ProcessKind {
    return 'channel';
  }

  override get topic(): string {
    return this.socket.topic;
  }

  protected override noteArrival(arrivedMs: number): void {
    const { queueAge } = this.context.telemetry;
    const waitedMs = Math.max(0, Math.floor(this.runtime.clock.nowMs()) - arrivedMs);
    if (queueAge.listened) queueAge.emit(waitedMs, { kind: this.kind, topic: this.topic });
    else queueAge.note(waitedMs);
  }

  override get hibernateAfterMs(): number {
    return this.context.limits.hibernateAfterMs;
  }

  override get partners(): readonly Process[] {
    return this.transport.alive ? [this.transport] : [];
  }

  override inspectState(): unknown {
    const { topic, joinRef, assigns } = this.socket;
    return { topic, joined: this.joined, join_ref: joinRef, assigns };
  }

  protected override receive(message: unknown): void | Promise<void> {
    if (this.quietTimer !== null) this.stopQuietTimer();
    if (message instanceof Message) return handleMessage(this, message);
    if (message instanceof Broadcast) return this.receiveBroadcast(message);
    if (message instanceof JoinRequest) return this.join(message.payload);
    if (message instanceof Down && message.process === this.transport)
      return this.transportDied(message.reason);
    if (message === DRAIN) return this.drain();
    return this.receiveOther(message);
  }

  private receiveBroadcast(broadcast: Broadcast): void | Promise<void> {
    if (broadcast.event === 'phx_drain') return this.drain();
    return broadcast.topic === this.topic ? handleOut(this, broadcast) : handleInfo(this, broadcast);
  }

  /** What any GenServer may be sent. */
  private receiveOther(message: unknown): void | Promise<void> {
    if (message instanceof Call) return handleCall(this, message);
    if (message instanceof Cast) return handleCast(this, message.request);
    if (message instanceof StopRequest) return this.terminate(message.reason);
    if (message instanceof Planted) return message.work(this);
    // Its supervisor's exit ends a GenServer that traps exits, and runs its terminate.
    if (message instanceof ExitMessage && message.from !== null && message.from === this.supervisor)
      return this.terminate(message.reason);
    return handleInfo(this, message);
  }

  /** An error outside every callback, or a promise of one that was rejected. */
  override fail(error: unknown): void | Promise<void> {
    return this.terminate(reasonOf(error));
  }

  protected override ended(reason: ExitReason): void {
    this.stopQuietTimer();
    if (this.joined) this.context.channels -= 1;
    // The registry hears of it in its turn: until then a broadcast may still go out (phoenix-semantics 3.8).
    if (this.registered !== null) this.context.pubsub.registry.ownerEnded(this);
    this.context.telemetry.countExit('channel', classifyReason(reason));
    if (!isOrderly(reason)) this.logCrash(reason);
    if (this.joinAnswered) this.transport.channelEnded(this, reason);
    else this.answerJoin({ tag: 'error', response: JOIN_CRASHED });
  }

  /** Resolves after `ms` unless the channel ended: a killed process stops at its next await. */
  wait(ms: number): Promise<void> {
    return pause(this, ms);
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

  /** {:stop, ...}: the reply, the announcement where the reason is orderly, then terminate (phoenix-semantics 2.7). */
  stopWith(reason: ExitReason, answer: Reply | null): void | Promise<void> {
    if (answer !== null) this.sendReply(answer);
    if (isOrderly(reason)) this.transport.send(new CloseNotice(this));
    return this.terminate(reason);
  }

  sendReply(answer: Reply): void {
    const { transport, socket } = this;
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

  /** Runs the module's terminate, then ends; only the first call counts. */
  terminate(reason: ExitReason): void | Promise<void> {
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

  /** A returned timeout: handleInfo(TIMEOUT) when no message of any kind comes for `ms` (phoenix-semantics 3.3). */
  startQuietTimer(ms: number): void {
    // A message that already waits wins, even over 0.
    if (this.mailbox.length > 0) return;
    this.quietTimer = this.runtime.clock.after(ms, () => {
      this.quietTimer = null;
      if (this.mailbox.length === 0) this.send(TIMEOUT);
    });
  }

  private join(payload: unknown): void | Promise<void> {
    const { joins } = this.context.interference;
    const held = joins.any ? joins.meet(this) : null;
    return held === null ? this.runJoin(payload) : held.then(() => this.runJoin(payload));
  }

  // join/3 that raises, exits or answers nonsense ends the channel without terminate (phoenix-semantics 2.4).
  private runJoin(payload: unknown): void | Promise<void> {
    const startedMs = this.runtime.clock.nowMs();
    try {
      const result = this.module.join(this.topic, payload, this.socket);
      if (!(result instanceof Promise)) return this.settleJoin(result, payload, startedMs);
      return result
        .then((value) => this.settleJoin(value, payload, startedMs))
        .catch((error: unknown) => this.end(reasonOf(error)));
    } catch (error) {
      this.end(reasonOf(error));
    }
  }

  private settleJoin(result: JoinResult, payload: unknown, startedMs: number): void | Promise<void> {
    if (!this.alive) return;
    if (result?.tag !== 'ok' && result?.tag !== 'error') return this.end({ badReturn: result });
    const { pubsub } = this.context;
    if (result.tag === 'error') {
      this.noteJoined(payload, 'error', startedMs);
      this.answerJoin(result);
      return this.terminate('shutdown');
    }
    pubsub.subscribe(this, this.topic, {
      transport: this.transport,
      encoder: this.transport.serializer,
      intercepts: this.module.intercepts ?? null,
    });
    this.joined = true;
    this.context.channels += 1;
    this.noteJoined(payload, 'ok', startedMs);
    this.answerJoin(result);
  }

  private noteJoined(params: unknown, result: 'ok' | 'error', startedMs: number): void {
    const { channelJoined } = this.context.telemetry;
    const durationMs = this.runtime.clock.nowMs() - startedMs;
    if (channelJoined.listened) channelJoined.emit(durationMs, { params, socket: this.socket, result });
    else channelJoined.note(durationMs);
  }

  private answerJoin(result: JoinResult): void {
    this.joinAnswered = true;
    if (this.transport.alive) this.transport.joinAnswered(this, result);
    else this.send(new Down(this.transport, this.transport.exitReason));
  }

  private drain(): void | Promise<void> {
    this.transport.drain();
    return this.terminate({ shutdown: 'draining' });
  }

  // Behind the backlog: an orphan first does the work that was queued (phoenix-semantics 2.9).
  private transportDied(reason: ExitReason): void | Promise<void> {
    const adopted = reason === 'normal' ? { shutdown: 'closed' } : reason;
    const { orphans } = this.context.interference;
    const held = orphans.any ? orphans.meet(this) : null;
    return held === null ? this.terminate(adopted) : held.then(() => this.terminate(adopted));
  }

  private logCrash(reason: ExitReason): void {
    const message = (): string => `channel ${this.topic} terminating: ${describeReason(reason)}`;
    this.context.logger.error(message, this.socket.logMetadata());
  }

  private stopQuietTimer(): void {
    this.quietTimer?.cancel();
    this.quietTimer = null;
  }
}
