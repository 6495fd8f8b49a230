/** One virtual client: what a scenario's `client(user)` is handed. */
import { Random } from '../base/random.ts';
import { parseDurationMs, type Duration } from '../base/units.ts';
import type { Channel, Json, Payload, Reply, User } from '../scenario/api.ts';
import { STAMP_KEY } from '../measure/witness.ts';
import type { ClientChannel } from '../wire/client-channel.ts';
import { PhoenixSocket } from '../wire/phoenix-socket.ts';
import { RepeatedAction } from './repeated-action.ts';
import type { WorkerRuntime } from './worker-runtime.ts';

const DROPPED: Reply = Object.freeze({ status: 'dropped', response: null });

/** The fraction of the golden ratio: consecutive multiples of it spread evenly over 0..1. */
const GOLDEN = 0.618_033_988_749_895;

export class VirtualClient implements User {
  readonly index: number;
  readonly socket: PhoenixSocket;
  readonly #runtime: WorkerRuntime;
  #random: Random | null = null;
  /** Connection open and every channel joined. */
  isJoined = false;
  wasJoined = false;

  constructor(runtime: WorkerRuntime, index: number) {
    this.#runtime = runtime;
    this.index = index;
    this.socket = new PhoenixSocket(runtime.world, index);
  }

  get clients(): number {
    return this.#runtime.plan.clients;
  }

  get env(): Readonly<Record<string, string>> {
    return this.#runtime.plan.env;
  }

  get random(): Random {
    this.#random ??= new Random(this.#runtime.plan.seed ^ (this.index * 2_654_435_761));
    return this.#random;
  }

  join(topic: string, payload: Payload = {}): Promise<Channel> {
    return new Promise((resolve) => {
      const channel = this.socket.addChannel(topic, JSON.stringify(payload));
      channel.onFirstJoin = () => resolve(new JoinedChannel(this.#runtime, this, channel));
    });
  }

  every(interval: Duration, action: () => unknown, options: { phase?: Duration } = {}): Promise<void> {
    const intervalMs = durationMs(interval, 'every');
    const phaseMs =
      options.phase === undefined ? this.#spreadMs(intervalMs) : durationMs(options.phase, 'phase');
    return this.#repeat(intervalMs, phaseMs, action);
  }

  pace(action: () => unknown): Promise<void> {
    const { rate, clients } = this.#runtime.plan;
    if (rate === null) throw new Error('user.pace needs load.rate (or --rate)');
    const intervalMs = (clients / rate) * 1e3;
    // Strided, not hashed: client after client falls due at an even distance.
    return this.#repeat(intervalMs, (this.index / clients) * intervalMs, action);
  }

  #repeat(intervalMs: number, phaseMs: number, action: () => unknown): Promise<void> {
    return new Promise((resolve) => {
      const repeated = new RepeatedAction(this.#runtime, this.index, intervalMs * 1e3, action, resolve);
      repeated.begin(phaseMs * 1e3);
    });
  }

  #spreadMs(intervalMs: number): number {
    return ((this.index * GOLDEN) % 1) * intervalMs;
  }

  ramped(): Promise<void> {
    const { startUs, plan, world } = this.#runtime;
    return new Promise((resolve) => world.clock.at(startUs + plan.rampMs * 1e3, resolve));
  }

  sleep(time: Duration): Promise<void> {
    const { clock } = this.#runtime.world;
    const untilUs = clock.nowUs() + durationMs(time, 'sleep') * 1e3;
    return new Promise((resolve) => clock.at(untilUs, resolve));
  }

  count(metric: string, by = 1): void {
    this.#runtime.recorder.count(metric, by);
  }
}

class JoinedChannel implements Channel {
  readonly #runtime: WorkerRuntime;
  readonly #client: VirtualClient;
  readonly #channel: ClientChannel;
  #sequence = 0;

  constructor(runtime: WorkerRuntime, client: VirtualClient, channel: ClientChannel) {
    this.#runtime = runtime;
    this.#client = client;
    this.#channel = channel;
  }

  get topic(): string {
    return this.#channel.topic;
  }

  push(event: string, payload: Payload = {}): Promise<Reply> {
    const dueUs = this.#runtime.dueUs();
    if (!this.#plan()) return Promise.resolve(DROPPED);
    return this.#send(event, JSON.stringify(payload), dueUs, null);
  }

  publish(event: string, payload: Payload = {}): Promise<Reply> {
    const dueUs = Math.round(this.#runtime.dueUs());
    if (!this.#plan()) return Promise.resolve(DROPPED);
    const sequence = this.#sequence++;
    const publisher = this.#client.index;
    const stamped = JSON.stringify({ [STAMP_KEY]: [publisher, sequence, dueUs], ...payload });
    return this.#send(event, stamped, dueUs, { topic: this.topic, event, publisher, sequence, dueUs });
  }

  /** Counts a push as planned, and as dropped when it cannot be sent now. */
  #plan(): boolean {
    if (this.#runtime.stopped) return false;
    const { counters } = this.#runtime.recorder;
    counters.push_planned += 1;
    if (this.#channel.state === 'joined') return true;
    counters.push_dropped += 1;
    return false;
  }

  #send(event: string, payloadJson: string, dueUs: number, published: Published | null): Promise<Reply> {
    const { socket, topic } = this.#channel;
    const { pushTimeoutMs } = this.#runtime.world.timers;
    const pending = socket.request('push', this.#channel, topic, event, payloadJson, dueUs, pushTimeoutMs);
    return new Promise((resolve) => {
      pending.settle = (status, response) => {
        // Only an error reply says for sure that nothing was broadcast.
        if (published && status !== 'error') this.#runtime.published.push(published);
        resolve({ status, response: (response ?? null) as Json });
      };
    });
  }

  on(event: string, handler: (payload: Json) => void): void {
    this.#channel.handlers ??= new Map();
    this.#channel.handlers.set(event, handler as (payload: unknown) => void);
  }

  leave(): void {
    this.#channel.socket.leaveChannel(this.#channel);
  }
}

type Published = WorkerRuntime['published'][number];

function durationMs(value: Duration, what: string): number {
  const ms = parseDurationMs(value);
  if (ms === undefined)
    throw new Error(`user.${what}: '${value}' is no duration; say '250ms', '10s' or '2m'`);
  return ms;
}
