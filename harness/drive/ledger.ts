/**
 * Writes down what the clients of one worker live through: outcomes of every
 * operation, latencies from the due time, deliveries of witnessed broadcasts.
 */
import type { Clock } from '../base/clock.ts';
import type { TimerWheel } from '../base/timer-wheel.ts';
import type { Histogram } from '../measure/histogram.ts';
import type { Counters } from '../measure/names.ts';
import type { Recorder } from '../measure/recorder.ts';
import { STAMP_KEY, type Tally, type TopicWitness, type Witness } from '../measure/witness.ts';
import type { ClientChannel } from '../wire/client-channel.ts';
import { decodeMessage } from '../wire/codec.ts';
import type { CloseCause } from '../wire/connection.ts';
import type { PendingReply, ReplyStatus } from '../wire/pending-reply.ts';
import type { PhoenixSocket } from '../wire/phoenix-socket.ts';
import type { SocketObserver } from '../wire/socket-observer.ts';

const FASTLANE_HEAD = '[null,null,"';

/** A broadcast frame as last seen: the same bytes need no second look. */
type KnownFrame = { bytes: Buffer; audience: TopicWitness; tally: Tally };

export class Ledger implements SocketObserver {
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #counters: Counters;
  readonly #recorder: Recorder;
  readonly #broadcastLatency: Histogram;
  readonly #witness: Witness;
  #known: KnownFrame | null = null;
  /** Connections being opened, and open ones. */
  connecting = 0;
  open = 0;
  /** Told when a client's channels have changed state. */
  onClientChange: ((index: number, nowUs: number) => void) | null = null;
  /** Why connections failed or ended, by detail. */
  readonly causes = new Map<string, number>();

  constructor(clock: Clock, wheel: TimerWheel, recorder: Recorder, witness: Witness) {
    this.#clock = clock;
    this.#wheel = wheel;
    this.#recorder = recorder;
    this.#counters = recorder.counters;
    this.#broadcastLatency = recorder.trend('broadcast_latency');
    this.#witness = witness;
  }

  connectStarted(): void {
    this.#counters.connect_planned += 1;
    this.#counters.connect_sent += 1;
    this.connecting += 1;
  }

  connected(_socket: PhoenixSocket, dueUs: number, nowUs: number): void {
    // A flood of opened connections must not make our own sends late.
    this.#wheel.poke(nowUs);
    this.connecting -= 1;
    this.open += 1;
    this.#counters.connect_ok += 1;
    this.#recorder.trend('connect_duration').record(nowUs - dueUs);
  }

  connectEnded(how: 'error' | 'timeout', cause: CloseCause, dueUs: number, nowUs: number): void {
    this.connecting -= 1;
    this.#counters[`connect_${how}`] += 1;
    this.#recorder.trend('connect_duration').record(nowUs - dueUs);
    this.#because(cause);
  }

  sent(pending: PendingReply): void {
    const { kind } = pending;
    this.#counters[`${kind}_sent`] += 1;
    // A push is planned when it falls due, sent or not; the others plan themselves by being sent.
    if (kind !== 'push') this.#counters[`${kind}_planned`] += 1;
    else this.#recorder.trend('send_lateness').record(pending.sentUs - pending.dueUs);
  }

  ended(pending: PendingReply, status: ReplyStatus, nowUs: number): void {
    const { kind } = pending;
    this.#counters[`${kind}_${status}`] += 1;
    // Nobody can tell how long a lost one would have taken; a timeout took at least this long.
    if (status === 'lost') return;
    this.#recorder.trend(`${kind}_duration`).record(nowUs - pending.dueUs);
    if (kind === 'push') this.#recorder.trend('push_service_duration').record(nowUs - pending.sentUs);
  }

  lateReply(): void {
    this.#counters.late_replies += 1;
  }

  channelJoined(channel: ClientChannel, first: boolean, nowUs: number): void {
    if (first) {
      const audience = this.#witness.topic(channel.topic);
      channel.audience = audience;
      channel.slot = audience.subscribe(nowUs);
    }
    this.onClientChange?.(channel.socket.index, nowUs);
  }

  channelGone(channel: ClientChannel, nowUs: number): void {
    if (channel.slot >= 0) this.#witness.topic(channel.topic).unsubscribe(channel.slot, nowUs);
    this.onClientChange?.(channel.socket.index, nowUs);
  }

  channelCrashed(channel: ClientChannel): void {
    this.#counters.channel_crashes += 1;
    this.onClientChange?.(channel.socket.index, this.#clock.nowUs());
  }

  channelRejoins(channel: ClientChannel): void {
    this.onClientChange?.(channel.socket.index, this.#clock.nowUs());
  }

  disconnected(socket: PhoenixSocket, cause: CloseCause, nowUs: number): void {
    this.open -= 1;
    this.#counters.drops += 1;
    this.#because(cause);
    this.onClientChange?.(socket.index, nowUs);
  }

  recovered(_socket: PhoenixSocket, lostAtUs: number, nowUs: number): void {
    this.#counters.reconnects += 1;
    this.#recorder.trend('reconnect_duration').record(nowUs - lostAtUs);
  }

  #because(cause: CloseCause): void {
    this.causes.set(cause.detail, (this.causes.get(cause.detail) ?? 0) + 1);
  }

  intake(socket: PhoenixSocket, buffer: Buffer, from: number, to: number): boolean {
    const nowUs = this.#clock.nowUs();
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

  #learnFrame(socket: PhoenixSocket, buffer: Buffer, from: number, to: number, nowUs: number): boolean {
    const message = decodeMessage(buffer.toString('utf8', from, to));
    const stamp = message && stampOf(message.payload);
    if (!message || !stamp) return false;
    const audience = this.#witness.topic(message.topic);
    const tally = audience.tallyOf(stamp.publisher, stamp.sequence, message.event, stamp.dueUs);
    this.#known = { bytes: Buffer.from(buffer.subarray(from, to)), audience, tally };
    return this.#deliverKnown(this.#known, socket, nowUs);
  }

  #deliverKnown(known: KnownFrame, socket: PhoenixSocket, nowUs: number): boolean {
    for (const channel of socket.channels) {
      if (channel.audience !== known.audience) continue;
      // A scenario's own handler wants the payload: let the slow path decode it.
      if (channel.handlers) return false;
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

  eventArrived(channel: ClientChannel, event: string, payload: unknown): void {
    const stamp = channel.slot >= 0 ? stampOf(payload) : null;
    if (stamp) {
      const audience = this.#witness.topic(channel.topic);
      const tally = audience.tallyOf(stamp.publisher, stamp.sequence, event, stamp.dueUs);
      this.#deliver(audience, tally, channel, this.#clock.nowUs());
    }
    channel.handlers?.get(event)?.(payload);
  }
}

/** The witness's stamp in a payload, or null when it carries none. */
function stampOf(payload: unknown): { publisher: number; sequence: number; dueUs: number } | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const stamp = (payload as Record<string, unknown>)[STAMP_KEY];
  if (!Array.isArray(stamp) || stamp.length !== 3) return null;
  const [publisher, sequence, dueUs] = stamp as unknown[];
  if (!Number.isSafeInteger(publisher) || !Number.isSafeInteger(sequence) || typeof dueUs !== 'number')
    return null;
  return { publisher: publisher as number, sequence: sequence as number, dueUs };
}
