import { callServer, CALL_TIMEOUT_MS } from '../otp/gen-server.ts';
import { Exit, type ExitReason } from '../otp/exit-reason.ts';
import type { Runtime } from '../otp/runtime.ts';
import { asyncTask, awaitTask, type Task } from '../otp/task.ts';
import type { Table } from '../otp/table.ts';
import { Broadcast } from '../pubsub/broadcast.ts';
import type { LogChoice } from '../telemetry/event-metadata.ts';
import type { LogMetadata } from '../telemetry/log-line.ts';
import type { Subscription } from '../pubsub/pubsub.ts';
import type { Channel } from './channel-server.ts';
import type { Ref } from './message.ts';
import { SocketRef } from './socket-ref.ts';
import type { Transport } from './transport.ts';
import type { Assigns } from './user-socket.ts';

const BURN_SLICE_MS = 1;

/**
 * What callbacks get: the channel's copy of the socket. Everything that leaves a channel leaves through here, so a killed
 * channel's later effects end in an exception instead of on the wire.
 */
export class ChannelSocket {
  readonly topic: string;
  /** join_ref of the join, or its ref where that was null (phoenix-semantics 1.7). */
  readonly joinRef: Ref;
  /** The client's ref during handleIn, else null. */
  ref: Ref = null;
  private readonly channel: Channel;
  private ownAssigns: Record<string, unknown> | null = null;

  constructor(channel: Channel, topic: string, joinRef: Ref, assigns: Assigns | null) {
    this.channel = channel;
    this.topic = topic;
    this.joinRef = joinRef;
    if (assigns !== null) this.ownAssigns = { ...channel.transport.assigns, ...assigns };
  }

  /** The socket id connect/3 gave, or null. */
  get id(): string | null {
    return this.channel.transport.socketId;
  }

  /** For the log (phoenix-semantics 7.1). */
  get channelName(): string {
    return this.channel.module.name ?? 'channel';
  }

  get logJoin(): LogChoice {
    return this.channel.module.logJoin ?? 'info';
  }

  get logHandleIn(): LogChoice {
    return this.channel.module.logHandleIn ?? 'debug';
  }

  logMetadata(): LogMetadata {
    const { assigns } = this;
    const userId = assigns['user_id'];
    return {
      request_id: this.channel.transport.requestId,
      user_id: typeof userId === 'string' || typeof userId === 'number' ? userId : null,
    };
  }

  get joined(): boolean {
    return this.channel.joined;
  }

  get transport(): Transport {
    return this.channel.transport;
  }

  get runtime(): Runtime {
    return this.channel.runtime;
  }

  get process(): Channel {
    return this.channel;
  }

  /** Connect-time assigns until this channel assigns something of its own. */
  get assigns(): Readonly<Record<string, unknown>> {
    return this.ownAssigns ?? this.channel.transport.assigns;
  }

  assign(key: string, value: unknown): void {
    this.ownAssigns ??= { ...this.channel.transport.assigns };
    this.ownAssigns[key] = value;
  }

  /** Takes an assign of this channel's own away. */
  unassign(key: string): void {
    if (this.ownAssigns !== null) delete this.ownAssigns[key];
  }

  /** To this channel's client only. Throws before the join is done and on payloads that are no map or bytes. */
  push(event: string, payload: unknown): void {
    this.requireJoined('push');
    this.pushFromAnywhere(event, payload);
  }

  /** A push of any process that holds this socket, also after its channel ended (phoenix-semantics 4.1). */
  pushFromAnywhere(event: string, payload: unknown): void {
    const { transport, context } = this.channel;
    const frame = transport.serializer.encodePush(this.joinRef, null, this.topic, event, payload);
    context.telemetry.pushEncodes.value += 1;
    transport.send(frame);
  }

  /** broadcast!: to all subscribers of the topic on all nodes. */
  broadcast(event: string, payload: unknown): void {
    this.requireJoined('broadcast');
    this.channel.context.pubsub.broadcastOrThrow(
      Broadcast.of(this.topic, event, payload),
      null,
      this.channel,
    );
  }

  /** broadcast_from!: to all but this channel. */
  broadcastFrom(event: string, payload: unknown): void {
    this.requireJoined('broadcast_from');
    this.channel.context.pubsub.broadcastOrThrow(Broadcast.of(this.topic, event, payload), this.channel);
  }

  /** socket_ref: what a later `reply` from any process needs. Throws without a client ref. */
  socketRef(): SocketRef {
    this.requireJoined('socket_ref');
    if (this.ref === null) throw new Error('socket_ref needs a message with a ref');
    return new SocketRef(this.channel.transport, this.joinRef, this.ref, this.topic);
  }

  /** A message to this channel itself, behind what already waits. */
  sendSelf(message: unknown): void {
    this.requireAlive();
    this.channel.send(message);
  }

  /** Everybody subscribed to this topic on this node. */
  subscriptions(): readonly Subscription[] {
    return this.channel.context.pubsub.subscriptionsOf(this.topic);
  }

  /** A named table of this node; throws when there is none. */
  table(name: string): Table {
    const table = this.channel.context.tables.get(name);
    if (table === undefined) throw new Exit('badarg');
    return table;
  }

  trapExits(): void {
    this.channel.trapsExits = true;
  }

  /** exit(reason) inside a callback. */
  exit(reason: ExitReason): never {
    throw new Exit(reason);
  }

  /** Waits without burning CPU; holds this channel only. A killed channel never wakes. */
  wait(ms: number): Promise<void> {
    this.requireAlive();
    return this.channel.wait(ms);
  }

  /** Burns CPU for `ms`, in slices as a preemptive scheduler would: other processes run in between. */
  async burn(ms: number): Promise<void> {
    const { clock } = this.channel.runtime;
    let left = ms;
    while (left > 0) {
      const sliceMs = Math.min(left, BURN_SLICE_MS);
      const endMs = clock.nowMs() + sliceMs;
      while (clock.nowMs() < endMs);
      left -= sliceMs;
      if (left > 0) await this.yieldTurn();
    }
  }

  /** GenServer.call by name; an uncaught timeout ends this channel. */
  call(name: string, request: unknown, timeoutMs = CALL_TIMEOUT_MS): Promise<unknown> {
    this.requireAlive();
    const { channel } = this;
    return channel.whileAlive(callServer(channel.runtime, name, request, timeoutMs, channel));
  }

  /** Task.async then Task.await: holds this channel like doing the work inline. */
  awaitTask(work: (task: Task) => unknown, timeoutMs = CALL_TIMEOUT_MS): Promise<unknown> {
    this.requireAlive();
    return this.channel.whileAlive(awaitTask(asyncTask(this.channel, work), timeoutMs));
  }

  /** A supervised task that outlives this channel. */
  startTask(work: (task: Task) => unknown): Task {
    this.requireAlive();
    return this.channel.context.tasks.startTask(work);
  }

  /** Lets every other process have its turn, as pre-emption would in the midst of long work. */
  yieldTurn(): Promise<void> {
    const { channel } = this;
    return new Promise((resolve) => {
      channel.runtime.clock.soon(() => {
        if (channel.alive) resolve();
      });
    });
  }

  private requireAlive(): void {
    if (!this.channel.alive) throw new Exit('noproc');
  }

  private requireJoined(call: string): void {
    this.requireAlive();
    if (!this.channel.joined) throw new Error(`${call} needs a joined channel`);
  }
}
