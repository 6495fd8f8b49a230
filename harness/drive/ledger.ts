/**
 * Writes down what the clients of one worker live through: outcomes of every
 * operation, latencies from the due time, deliveries of witnessed broadcasts.
 */
import type { Clock } from '../base/clock.ts';
import type { TimerWheel } from '../base/timer-wheel.ts';
import type { Histogram } from '../measure/histogram.ts';
import type { Counters } from '../measure/names.ts';
import type { Recorder } from '../measure/recorder.ts';
import type { Tally, TopicWitness, Witness } from '../measure/witness.ts';
import type { ChannelSocket } from '../wire/channel-socket.ts';
import type { ClientChannel } from '../wire/client-channel.ts';
import { decodeMessage } from '../wire/codec.ts';
import type { PendingReply, ReplyKind } from '../wire/pending-reply.ts';
import type { PhoenixSocket } from '../wire/phoenix-socket.ts';
import type { Reply, ReplyStatus } from '../wire/reply.ts';
import type { SocketObserver } from '../wire/socket-observer.ts';
import type { CloseCause } from '../wire/transport.ts';
import { Refusals } from './ledger-refusals.ts';
import { reasonWords, responseWords } from './ledger-words.ts';
import { OpenTimeouts } from './open-timeouts.ts';
import { OUTCOME_NAMES } from './outcome-names.ts';
import { stampOf } from './stamp.ts';

const FASTLANE_HEAD = '[null,null,"';

/** A broadcast frame as last seen: the same bytes need no second look. */
type KnownFrame = { bytes: Buffer; audience: TopicWitness; tally: Tally };

export class Ledger implements SocketObserver {
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #counters: Counters;
  readonly #recorder: Recorder;
  readonly #durations: Readonly<Record<ReplyKind, Histogram>>;
  readonly #serviceDuration: Histogram;
  readonly #sendLateness: Histogram;
  readonly #broadcastLatency: Histogram;
  readonly #witness: Witness;
  #known: KnownFrame | null = null;
  /** Connections being opened, and open ones. */
  connecting = 0;
  open = 0;
  /** Told when a client's channels have changed state. */
  onClientChange: ((index: number, nowUs: number) => void) | null = null;
  /** Why anything was refused, not answered or lost. */
  readonly refusals = new Refusals();
  /** Why anything timed out. */
  readonly timeouts: OpenTimeouts;

  constructor(
    clock: Clock,
    wheel: TimerWheel,
    recorder: Recorder,
    witness: Witness,
    timeouts = new OpenTimeouts(),
  ) {
    this.#clock = clock;
    this.#wheel = wheel;
    this.#recorder = recorder;
    this.timeouts = timeouts;
    this.#counters = recorder.counters;
    this.#durations = {
      join: recorder.trend('join_duration'),
      push: recorder.trend('push_duration'),
      heartbeat: recorder.trend('heartbeat_duration'),
    };
    this.#serviceDuration = recorder.trend('push_service_duration');
    this.#sendLateness = recorder.trend('send_lateness');
    this.#broadcastLatency = recorder.trend('broadcast_latency');
    this.#witness = witness;
  }

  connectStarted(): void {
    this.#counters.connect_planned += 1;
    this.#counters.connect_sent += 1;
    this.connecting += 1;
  }

  connected(socket: PhoenixSocket, dueUs: number, nowUs: number): void {
    // A flood of opened connections must not make our own sends late.
    this.#wheel.poke(nowUs);
    this.connecting -= 1;
    this.open += 1;
    this.#counters.connect_ok += 1;
    this.#recorder.trend('connect_duration').record(nowUs - dueUs);
    if (socket.unanswered !== null) this.timeouts.connected(socket);
  }

  connectEnded(
    how: 'error' | 'timeout' | 'lost',
    cause: CloseCause,
    dueUs: number,
    nowUs: number,
    socket: PhoenixSocket,
  ): void {
    this.connecting -= 1;
    this.#counters[`connect_${how}`] += 1;
    if (how === 'timeout') this.timeouts.connectTimedOut(socket, dueUs, nowUs);
    else this.timeouts.connectFailed(socket, how, cause);
    // Given up by the client itself: that is no answer, and nobody's fault.
    if (how === 'lost') return;
    this.#recorder.trend('connect_duration').record(nowUs - dueUs);
    this.refusals.add('connect', null, null, how, cause.detail);
  }

  sent(pending: PendingReply, latenessUs: number): void {
    const { kind } = pending;
    if (kind === 'push') {
      this.#counters.push_sent += 1;
      this.#sendLateness.record(latenessUs);
      return;
    }
    // A push is planned when it falls due, sent or not; the others plan themselves by being sent.
    const names = OUTCOME_NAMES[kind];
    this.#counters[names.sent] += 1;
    this.#counters[names.planned] += 1;
  }

  neverSent(pending: PendingReply, how: 'timeout' | 'lost'): void {
    const { kind, channel, event } = pending;
    const names = OUTCOME_NAMES[kind];
    if (kind !== 'push') this.#counters[names.planned] += 1;
    this.#counters[names.dropped] += 1;
    if (how !== 'timeout') return;
    if (kind !== 'heartbeat') this.#counters[`${kind}_unsent`] += 1;
    this.timeouts.timedOut(pending, this.#clock.nowUs());
    this.refusals.add(kind, channel?.topic ?? null, event, how, 'never sent');
  }

  cast(): void {
    this.#counters.casts += 1;
  }

  ended(pending: PendingReply, status: ReplyStatus, reply: Reply | null, cause: string, nowUs: number): void {
    const { kind, tags } = pending;
    // What there is most of by its own name: one that has to be looked up costs ten times as much.
    if (kind === 'push' && status === 'ok') {
      this.#counters.push_ok += 1;
      if (pending.event !== this.timeouts.tally.lastAnswered) this.timeouts.tally.answered(pending.event);
    } else {
      this.#counters[OUTCOME_NAMES[kind][status]] += 1;
      this.#endedOtherwise(pending, status, reply, nowUs);
    }
    // Nobody can tell how long a lost one would have taken; a timeout took at least this long.
    if (status !== 'lost') {
      this.#durations[kind].record(nowUs - pending.dueUs);
      if (kind === 'push') this.#serviceDuration.record(nowUs - pending.sentUs);
    }
    if (tags !== null && kind !== 'heartbeat') this.#endedTagged(pending, kind, status, tags, nowUs);
    if (status !== 'ok') this.#refused(pending, status, reply, cause);
  }

  #endedOtherwise(pending: PendingReply, status: ReplyStatus, reply: Reply | null, nowUs: number): void {
    if (status === 'timeout') this.timeouts.timedOut(pending, nowUs);
    else if (pending.kind === 'heartbeat') this.timeouts.heartbeatEnded(pending, nowUs);
    else if (status !== 'lost' && pending.kind === 'join') {
      this.timeouts.joinAnswered(pending, status, reply);
    }
  }

  #endedTagged(
    pending: PendingReply,
    kind: 'join' | 'push',
    status: ReplyStatus,
    tags: readonly string[],
    nowUs: number,
  ): void {
    const recorder = this.#recorder;
    for (const tag of tags) {
      recorder.countTagged(OUTCOME_NAMES[kind][status], tag);
      if (status === 'lost') continue;
      recorder.tagged(`${kind}_duration`, tag).record(nowUs - pending.dueUs);
      if (kind === 'push') recorder.tagged('push_service_duration', tag).record(nowUs - pending.sentUs);
    }
  }

  #refused(
    pending: PendingReply,
    status: 'error' | 'timeout' | 'lost',
    reply: Reply | null,
    cause: string,
  ): void {
    const { kind, channel, event } = pending;
    const answer = reply ? responseWords(reply.responseText) : '';
    const why = status === 'timeout' ? 'no reply' : status === 'lost' ? cause : answer;
    // The event of a join or a heartbeat goes without saying.
    this.refusals.add(kind, channel?.topic ?? null, kind === 'push' ? event : null, status, why);
  }

  lateReply(socket: ChannelSocket, ref: number, nowUs: number): void {
    this.#counters.late_replies += 1;
    this.timeouts.lateReply(socket, ref, nowUs);
  }

  channelJoined(channel: ClientChannel, _first: boolean, nowUs: number): void {
    if (channel.slot < 0) {
      const audience = this.#witness.topic(channel.topic);
      channel.audience = audience;
      channel.slot = audience.subscribe(nowUs);
    }
    this.onClientChange?.(channel.socket.index, nowUs);
  }

  channelGone(channel: ClientChannel, by: 'client' | 'server', nowUs: number): void {
    this.#unsubscribe(channel, nowUs);
    this.timeouts.channelOver(channel, true);
    if (by === 'server') this.refusals.add('channel', channel.topic, null, 'closed', 'closed by the server');
    this.onClientChange?.(channel.socket.index, nowUs);
  }

  channelCrashed(channel: ClientChannel, payload: unknown, underWay: string | null, nowUs: number): void {
    this.#counters.channel_crashes += 1;
    this.timeouts.channelOver(channel, false);
    this.refusals.add('channel', channel.topic, underWay, 'crash', reasonWords(payload));
    this.onClientChange?.(channel.socket.index, nowUs);
  }

  channelRejoins(channel: ClientChannel): void {
    this.timeouts.channelOver(channel, false);
    this.onClientChange?.(channel.socket.index, this.#clock.nowUs());
  }

  disconnected(socket: PhoenixSocket, cause: CloseCause, wanted: boolean, nowUs: number): void {
    this.open -= 1;
    this.timeouts.disconnected(socket, cause, wanted, nowUs);
    if (wanted) {
      // Who has gone on purpose expects nothing; it subscribes again when it joins again.
      for (const channel of socket.channels) this.#unsubscribe(channel, nowUs);
    } else {
      this.#counters.drops += 1;
      this.refusals.add('connect', null, null, 'lost', cause.detail);
    }
    this.onClientChange?.(socket.index, nowUs);
  }

  #unsubscribe(channel: ClientChannel, nowUs: number): void {
    if (channel.slot >= 0) this.#witness.topic(channel.topic).unsubscribe(channel.slot, nowUs);
    channel.slot = -1;
    channel.audience = null;
  }

  recovered(_socket: PhoenixSocket, lostAtUs: number, nowUs: number): void {
    this.#counters.reconnects += 1;
    this.#recorder.trend('reconnect_duration').record(nowUs - lostAtUs);
  }

  intake(socket: ChannelSocket, buffer: Buffer, from: number, to: number, nowUs: number): boolean {
    // A flood of reads must not make our own sends late.
    this.#wheel.poke(nowUs);
    const known = this.#known;
    if (known && to - from === known.bytes.length && known.bytes.compare(buffer, from, to) === 0) {
      return this.#deliverKnown(known, socket, nowUs);
    }
    if (buffer[from + 1] !== 0x6e || buffer.toString('latin1', from, from + 12) !== FASTLANE_HEAD)
      return false;
    return this.#learnFrame(socket, buffer, from, to, nowUs);
  }

  #learnFrame(socket: ChannelSocket, buffer: Buffer, from: number, to: number, nowUs: number): boolean {
    const message = decodeMessage(buffer.toString('utf8', from, to));
    const stamp = message && stampOf(message.payload);
    if (!message || !stamp) return false;
    const audience = this.#witness.topic(message.topic);
    const tally = audience.tallyOf(stamp.publisher, stamp.sequence, message.event, stamp.dueUs);
    this.#known = { bytes: Buffer.from(buffer.subarray(from, to)), audience, tally };
    return this.#deliverKnown(this.#known, socket, nowUs);
  }

  #deliverKnown(known: KnownFrame, socket: ChannelSocket, nowUs: number): boolean {
    for (const channel of socket.channels) {
      if (channel.audience !== known.audience) continue;
      // A scenario that listens wants the payload: let the slow path decode it.
      if (channel.isListening) return false;
      this.#deliver(known.audience, known.tally, channel, nowUs);
      return true;
    }
    return false;
  }

  #deliver(audience: TopicWitness, tally: Tally, channel: ClientChannel, nowUs: number): void {
    if (audience.receive(tally, channel.slot, nowUs)) {
      this.#counters.deliveries += 1;
      this.#broadcastLatency.record(nowUs - tally.dueUs);
    } else {
      this.#counters.delivery_duplicates += 1;
    }
  }

  eventArrived(channel: ClientChannel, event: string, payload: unknown, nowUs: number): void {
    const stamp = channel.slot >= 0 ? stampOf(payload) : null;
    if (!stamp) return;
    const audience = this.#witness.topic(channel.topic);
    const tally = audience.tallyOf(stamp.publisher, stamp.sequence, event, stamp.dueUs);
    this.#deliver(audience, tally, channel, nowUs);
  }
}
