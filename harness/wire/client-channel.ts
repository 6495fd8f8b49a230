/**
 * One topic of one client, as phoenix.js keeps it (phoenix-semantics 6.2): it
 * rejoins by itself after a crash, a refused or unanswered join and a reconnect.
 */
import { WheelTimer } from '../base/timer-wheel.ts';
import { waitMs } from './back-off.ts';
import { ChannelListeners, LOST, type Arrival, type Handler } from './channel-listeners.ts';
import { UNSENT, type PendingReply } from './pending-reply.ts';
import type { ChannelSocket } from './channel-socket.ts';
import { Reply, type Json } from './reply.ts';

/** `new` until it is joined for the first time, `closed` once it is gone for good. */
export type ChannelState = 'new' | 'joining' | 'joined' | 'errored' | 'closed';

/** A push that waits for the join. */
type BufferedPush = { pending: PendingReply; payloadJson: string; timeoutMs: number };

const ANY = (): boolean => true;

export class ClientChannel extends WheelTimer {
  readonly socket: ChannelSocket;
  readonly topic: string;
  readonly joinPayloadJson: string;
  state: ChannelState = 'new';
  /** Ref of the join in force, 0 without one; frames that carry another are outdated. */
  joinRef = 0;
  /** Ref of the last push that was answered ok: its channel has dealt with all before it (phoenix-semantics 3.1). */
  answeredRef = 0;
  /** Rejoins that were tried since the last success. */
  tries = 0;
  /** True from the first accepted join on: the client wants this topic's broadcasts. */
  wasJoined = false;
  /** The delivery witness of this topic and the channel's place in it; null until first joined. */
  audience: object | null = null;
  slot = -1;
  /** Called with the answer of each join until somebody clears it, and with `lost` when the channel is gone. */
  onJoinAnswer: ((reply: Reply) => void) | null = null;
  #accepted: Reply | null = null;
  #listeners: ChannelListeners | null = null;
  #buffer: BufferedPush[] | null = null;

  constructor(socket: ChannelSocket, topic: string, joinPayloadJson: string) {
    super();
    this.socket = socket;
    this.topic = topic;
    this.joinPayloadJson = joinPayloadJson;
  }

  /** What the server answered to the last accepted join; null before. */
  get response(): Json {
    return this.#accepted?.response ?? null;
  }

  get canPush(): boolean {
    return this.state === 'joined' && this.socket.isOpen;
  }

  /** True while the payload of an event is wanted here, and not only its coming. */
  get isListening(): boolean {
    return (this.#listeners?.isListening ?? false) || this.socket.world.pending.early.wants(this);
  }

  /** The first push of this channel that is out; null when none is. */
  get awaited(): PendingReply | null {
    let first: PendingReply | null = null;
    for (let pending = this.socket.firstPending; pending; pending = pending.nextOfSocket) {
      if (pending.channel === this && pending.kind === 'push' && pending.sentUs !== UNSENT) first = pending;
    }
    return first;
  }

  /** Joins, once; after that it rejoins by itself. */
  join(dueUs: number): void {
    if (this.state !== 'new')
      throw new Error(`tried to join '${this.topic}' twice; a channel is joined once`);
    this.rejoin(dueUs);
  }

  /** Sends a join (again); on a topic the server has joined already this is a duplicate join (2.5). */
  rejoin(dueUs: number): void {
    const { world } = this.socket;
    const wasJoined = this.state === 'joined';
    this.socket.leaveOthers(this);
    world.wheel.cancel(this);
    // Answers to what the abandoned join has sent are outdated from here on.
    if (wasJoined) this.socket.loseReplies(this, 'joined again');
    this.state = 'joining';
    if (wasJoined) world.observer.channelRejoins(this);
    this.socket.sendJoin(this, dueUs);
  }

  /** Sends an event, or buffers it until the join is accepted, its timeout running. */
  push(event: string, payloadJson: string, dueUs: number, timeoutMs: number): PendingReply {
    if (this.state === 'new') {
      throw new Error(`tried to push '${event}' to '${this.topic}' before joining; join first`);
    }
    if (this.canPush) return this.socket.request('push', this, event, payloadJson, dueUs, timeoutMs);
    const pending = this.socket.wait('push', this, event, dueUs, timeoutMs);
    const { pending: table } = this.socket.world;
    this.#buffer = (this.#buffer ?? []).filter((entry) => table.get(entry.pending.ref) === entry.pending);
    this.#buffer.push({ pending, payloadJson, timeoutMs });
    return pending;
  }

  /** Sends an event whose answer nobody waits for; false when it cannot be sent now. */
  cast(event: string, payloadJson: string): boolean {
    if (!this.canPush) return false;
    this.socket.sendUnwanted(this, event, payloadJson);
    this.socket.world.observer.cast(this);
    return true;
  }

  /** Leaves for good: `ok` at once, as in phoenix.js, without waiting for the server. */
  leave(): void {
    if (this.state === 'closed') return;
    this.socket.sendLeave(this);
    this.#close('client');
  }

  on(event: string, handler: Handler): void {
    this.#listen().on(event, handler);
    const { early } = this.socket.world.pending;
    for (const payload of early.payloads(this, event)) queueMicrotask(() => handler(payload));
  }

  off(event: string): void {
    this.#listeners?.off(event);
  }

  /** Waits for the next such event; settled once, with `lost` when connection or channel go away. */
  next(
    event: string,
    withinMs: number,
    settle: (arrival: Arrival) => void,
    fits: (payload: unknown) => boolean = ANY,
  ): void {
    if (this.state === 'closed') return settle(LOST);
    const { clock, pending } = this.socket.world;
    const early = pending.early.take(this, event, fits);
    if (early) return settle({ status: 'ok', payload: early.payload });
    this.#listen().wait(event, fits, clock.nowUs() + withinMs * 1e3, settle);
  }

  #listen(): ChannelListeners {
    this.#listeners ??= new ChannelListeners(this.socket.world.wheel);
    return this.#listeners;
  }

  /** Its rejoin is due. */
  expire(nowUs: number): void {
    if (!this.socket.isOpen) return;
    this.tries += 1;
    this.rejoin(nowUs);
  }

  /** The connection is open: an errored channel rejoins, after so long. */
  connectionOpened(afterMs: number, nowUs: number): void {
    const { wheel } = this.socket.world;
    wheel.cancel(this);
    this.tries = 0;
    if (this.state !== 'errored' || this.socket.world.profile.rejoinMs === null) return;
    if (afterMs === 0) return this.rejoin(nowUs);
    // Not yet a failed try: the ladder begins at its foot after it.
    this.tries = -1;
    wheel.arm(this, nowUs + afterMs * 1e3);
  }

  /** The connection is gone, or given up. */
  connectionLost(nowUs: number): void {
    this.#listeners?.lose();
    if (this.state === 'joining' || this.state === 'joined') this.#failed(nowUs);
    else this.socket.world.wheel.cancel(this);
  }

  /** The join under way goes with it. */
  #failed(nowUs: number): void {
    if (this.state === 'joining') this.joinRef = 0;
    this.#errored(nowUs);
  }

  /** A message of the server for this topic. */
  heard(event: string, payload: unknown, nowUs: number): void {
    const { observer, pending } = this.socket.world;
    if (event === 'phx_close') return this.#close('server');
    if (event === 'phx_error') {
      const underWay = this.awaited?.event ?? null;
      this.socket.loseReplies(this, 'channel crashed');
      this.#listeners?.lose();
      this.#failed(nowUs);
      return observer.channelCrashed(this, payload, underWay, nowUs);
    }
    observer.eventArrived(this, event, payload, nowUs);
    const isEarly = pending.early.wants(this);
    if (this.#listeners?.hear(event, payload)) pending.early.answered(this);
    else if (isEarly) pending.early.keep(this, event, payload);
  }

  joinAnswered(pending: PendingReply, reply: Reply, nowUs: number): void {
    if (this.joinRef !== pending.ref || this.state !== 'joining') return;
    if (this.onJoinAnswer) this.socket.world.pending.early.answered(this);
    if (reply.status === 'ok') this.#joined(reply, nowUs);
    else this.#errored(nowUs);
    this.onJoinAnswer?.(reply);
  }

  #joined(reply: Reply, nowUs: number): void {
    const isFirst = !this.wasJoined;
    this.state = 'joined';
    this.tries = 0;
    this.wasJoined = true;
    this.#accepted = reply;
    this.socket.world.observer.channelJoined(this, isFirst, nowUs);
    this.socket.channelJoined(nowUs);
    const buffer = this.#buffer;
    this.#buffer = null;
    for (const { pending, payloadJson, timeoutMs } of buffer ?? []) {
      this.socket.resend(pending, payloadJson, timeoutMs, nowUs);
    }
  }

  joinTimedOut(pending: PendingReply, nowUs: number): void {
    if (this.joinRef !== pending.ref || this.state !== 'joining') return;
    this.socket.sendLeave(this);
    this.joinRef = 0;
    this.#errored(nowUs);
    this.onJoinAnswer?.(Reply.TIMEOUT);
  }

  #errored(nowUs: number): void {
    const { profile, wheel, draw } = this.socket.world;
    this.state = 'errored';
    wheel.cancel(this);
    if (!this.socket.isOpen || profile.rejoinMs === null) return;
    const jitter = profile.rejoinJitter;
    const wait = waitMs(profile.rejoinMs, this.tries, jitter, jitter === 0 ? 0 : draw(this.socket.index));
    wheel.arm(this, nowUs + wait * 1e3);
  }

  #close(by: 'client' | 'server'): void {
    const { wheel, observer, clock } = this.socket.world;
    wheel.cancel(this);
    this.socket.remove(this);
    this.state = 'closed';
    this.socket.loseReplies(this, by === 'client' ? 'left' : 'closed by the server');
    this.#listeners?.lose();
    observer.channelGone(this, by, clock.nowUs());
    this.onJoinAnswer?.(Reply.LOST);
  }
}
