/** One virtual client: what a scenario's `client(user)` is handed. */
import type { OwnSpec } from '../base/own-metrics.ts';
import { FREE_COUNTER, OWN_NAME, trendScale } from '../base/own-metrics.ts';
import { metricOf, type MetricKind } from '../base/metrics.ts';
import { hash, Random } from '../base/random.ts';
import type { Duration } from '../base/units.ts';
import type { Channel, Handlers, Payload, Schedule, Tags, User } from '../scenario/api.ts';
import type { DueTimes } from '../scenario/due-times.ts';
import { scheduleOf } from '../scenario/schedule.ts';
import { PhoenixSocket } from '../wire/phoenix-socket.ts';
import { never, pauseUntil } from './pause.ts';
import { RepeatedAction } from './repeated-action.ts';
import { durationMs, ScriptChannel } from './script-channel.ts';
import type { WorkerRuntime } from './worker-runtime.ts';

export class VirtualClient implements User {
  readonly index: number;
  /** Tells its broadcasts from those of an earlier session of the same client. */
  readonly publisher: number;
  readonly socket: PhoenixSocket;
  readonly #runtime: WorkerRuntime;
  #random: Random | null = null;
  #row: unknown = undefined;
  #sequences: Map<string, number> | null = null;
  #schedules = 0;
  #ended = false;
  /** Connection open and every channel joined. */
  isJoined = false;

  constructor(runtime: WorkerRuntime, index: number, publisher: number) {
    this.#runtime = runtime;
    this.index = index;
    this.publisher = publisher;
    this.socket = new PhoenixSocket(runtime.world, index);
  }

  get clients(): number {
    return this.#runtime.plan.clients;
  }

  get row(): unknown {
    this.#row ??= this.#runtime.scenario.feed?.row(this.index);
    return this.#row;
  }

  get env(): Readonly<Record<string, string>> {
    return this.#runtime.plan.env;
  }

  get random(): Random {
    this.#random ??= new Random(hash(this.#runtime.plan.seed, this.index));
    return this.#random;
  }

  get isRunning(): boolean {
    return !this.isOver && this.#runtime.world.clock.nowUs() < this.#runtime.endUs;
  }

  get isConnected(): boolean {
    return this.socket.isOpen;
  }

  /** True when nothing resolves for its script any more. */
  get isOver(): boolean {
    return this.#ended || this.#runtime.stopped;
  }

  /** The client goes away in good order: leaves its topics, closes with 1000. */
  end(): void {
    this.#ended = true;
    for (const channel of this.socket.channels) channel.leave();
    this.socket.disconnect();
  }

  join(topic: string, payload: Payload = {}, on: Handlers = {}): Promise<Channel> {
    if (this.isOver) return never();
    const channel = this.#channel(topic, payload);
    for (const [event, handler] of Object.entries(on)) channel.on(event, handler);
    return channel.joined();
  }

  channel(topic: string, payload: Payload = {}): Channel {
    return this.#channel(topic, payload);
  }

  #channel(topic: string, payload: Payload): ScriptChannel {
    return new ScriptChannel(this.#runtime, this, this.socket.channel(topic, JSON.stringify(payload)));
  }

  /** Of the next broadcast to a topic: it counts up whatever becomes of the channel. */
  nextSequence(topic: string): number {
    this.#sequences ??= new Map();
    const next = this.#sequences.get(topic) ?? 0;
    this.#sequences.set(topic, next + 1);
    return next;
  }

  every(interval: Duration, action: () => unknown, schedule: Schedule = {}): Promise<void> {
    const { phase, ...rest } = schedule;
    const phaseUs = phase === undefined ? {} : { phaseUs: durationMs(phase, 'user.every phase') * 1e3 };
    const intervalUs = durationMs(interval, 'user.every') * 1e3;
    const { seed } = this.#runtime.plan;
    const times = scheduleOf(intervalUs, { ...rest, ...phaseUs }, seed, this.index, this.#schedules++);
    return this.#repeat(times, action);
  }

  pace(action: () => unknown, schedule: Pick<Schedule, 'spacing'> = {}): Promise<void> {
    const { pacing } = this.#runtime;
    if (!pacing) throw new Error('user.pace needs load.rate (or --rate)');
    return this.#repeat(pacing.dueTimesOf(this.index, schedule.spacing), action);
  }

  #repeat(times: DueTimes, action: () => unknown): Promise<void> {
    if (this.isOver) return never();
    return new Promise((resolve) => new RepeatedAction(this.#runtime, this, times, action, resolve).begin());
  }

  ramped(): Promise<void> {
    const { startUs, plan } = this.#runtime;
    return pauseUntil(this.#runtime, this, startUs + plan.rampMs * 1e3);
  }

  sleep(time: Duration): Promise<void> {
    return this.#pauseMs(durationMs(time, 'user.sleep'));
  }

  think(least: Duration, most: Duration): Promise<void> {
    const leastMs = durationMs(least, 'user.think');
    const mostMs = durationMs(most, 'user.think');
    return this.#pauseMs(leastMs + this.random.next() * (mostMs - leastMs));
  }

  #pauseMs(ms: number): Promise<void> {
    return pauseUntil(this.#runtime, this, this.#runtime.world.clock.nowUs() + ms * 1e3);
  }

  tag(name: string, value: string): void {
    this.socket.tags = this.#tagsWith(name, value);
  }

  #tagsWith(name: string, value: string): readonly string[] {
    const others = (this.socket.tags ?? []).filter((tag) => !tag.startsWith(`${name}:`));
    return [...others, this.#runtime.recorder.tags.of(name, value)];
  }

  /** Sends something with further tags beside the client's own. */
  tagged<Sent>(tags: Tags | undefined, send: () => Sent): Sent {
    if (tags === undefined) return send();
    const own = this.socket.tags;
    try {
      for (const [name, value] of Object.entries(tags)) this.tag(name, value);
      return send();
    } finally {
      this.socket.tags = own;
    }
  }

  count(metric: string, by = 1): void {
    this.#own(metric, 'counter', by);
    this.#runtime.recorder.count(metric, by, this.socket.tags);
  }

  record(metric: string, value: number): void {
    const { unit } = this.#own(metric, 'trend', value);
    this.#runtime.recorder.record(metric, value * trendScale(unit), this.socket.tags);
  }

  check(metric: string, isSo: boolean): void {
    this.#own(metric, 'rate', 0);
    this.#runtime.recorder.check(metric, isSo, this.socket.tags);
  }

  gauge(metric: string, value: number): void {
    this.#own(metric, 'gauge', value);
    this.#runtime.recorder.level(metric, value, this.#runtime.world.clock.nowUs(), this.socket.tags);
  }

  /** The declared metric; what does not fit it is the script's slip. */
  #own(metric: string, kind: MetricKind, value: number): OwnSpec {
    const spec = this.#runtime.own.get(metric) ?? this.#freeCounter(metric, kind);
    if (!spec) throw new Error(`metric '${metric}' is not declared; add metrics: { ${metric}: '${kind}' }`);
    if (spec.kind !== kind)
      throw new Error(`metric '${metric}' is declared as a ${spec.kind}, not a ${kind}`);
    if (!Number.isFinite(value)) throw new Error(`metric '${metric}': ${value} is no number to record`);
    return spec;
  }

  /** A scenario that declares nothing may count under any name that is not taken. */
  #freeCounter(metric: string, kind: MetricKind): OwnSpec | undefined {
    const isFree = kind === 'counter' && this.#runtime.own.size === 0;
    return isFree && OWN_NAME.test(metric) && !metricOf(metric) ? FREE_COUNTER : undefined;
  }

  disconnect(): void {
    if (!this.isOver) this.socket.disconnect();
  }

  reconnect(): Promise<void> {
    if (this.isOver) return never();
    if (this.socket.isOpen) return pauseUntil(this.#runtime, this, 0);
    return new Promise((resolve) => {
      this.socket.onNextOpen = () => {
        if (!this.isOver) resolve();
      };
      this.socket.connect(this.#runtime.dueUs());
    });
  }
}
