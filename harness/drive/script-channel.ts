/** A topic of a virtual client, as its script sees it. */
import { parseDurationMs, type Duration } from '../base/units.ts';
import { STAMP_KEY } from '../measure/witness.ts';
import type { Arrived, Channel, Json, Payload, PushOptions, Reply } from '../scenario/api.ts';
import type { ClientChannel } from '../wire/client-channel.ts';
import { UNSENT } from '../wire/pending-reply.ts';
import { Reply as WireReply } from '../wire/reply.ts';
import type { Published } from './delta-codec.ts';
import { never, pauseUntil } from './pause.ts';
import type { VirtualClient } from './virtual-client.ts';
import type { WorkerRuntime } from './worker-runtime.ts';

/** phoenix.js has no such wait; as long as it waits for replies. */
const NEXT_WITHIN_MS = 10_000;
const LOST: Arrived = Object.freeze({ status: 'lost', payload: null });

export class ScriptChannel implements Channel {
  readonly #runtime: WorkerRuntime;
  readonly #client: VirtualClient;
  readonly #channel: ClientChannel;

  constructor(runtime: WorkerRuntime, client: VirtualClient, channel: ClientChannel) {
    this.#runtime = runtime;
    this.#client = client;
    this.#channel = channel;
  }

  get topic(): string {
    return this.#channel.topic;
  }

  get response(): Json {
    return this.#channel.response;
  }

  get isJoined(): boolean {
    return this.#channel.canPush;
  }

  join(): Promise<Reply> {
    if (this.#client.isOver) return never();
    return new Promise((resolve) => {
      this.#channel.onJoinAnswer = (reply) => {
        this.#channel.onJoinAnswer = null;
        if (!this.#client.isOver) resolve(reply);
      };
      this.#channel.join(this.#runtime.dueUs());
    });
  }

  /** Joins; resolves when the server has accepted. */
  joined(): Promise<Channel> {
    return new Promise((resolve) => {
      this.#channel.onJoinAnswer = ({ status }) => {
        if (status !== 'ok') return;
        this.#channel.onJoinAnswer = null;
        if (!this.#client.isOver) resolve(this);
      };
      this.#channel.join(this.#runtime.dueUs());
    });
  }

  push(event: string, payload: Payload = {}, options: PushOptions = {}): Promise<Reply> {
    return this.#push(event, JSON.stringify(payload), this.#runtime.dueUs(), options, null);
  }

  publish(event: string, payload: Payload = {}, options: PushOptions = {}): Promise<Reply> {
    // One that is not sent takes a number all the same: gaps cost nothing, doubles would be false.
    const sequence = this.#client.nextSequence(this.topic);
    const { publisher } = this.#client;
    const dueUs = Math.round(this.#runtime.dueUs());
    const stamped = JSON.stringify({ [STAMP_KEY]: [publisher, sequence, dueUs], ...payload });
    const published = { topic: this.topic, event, publisher, sequence, dueUs };
    return this.#push(event, stamped, dueUs, options, published);
  }

  #push(
    event: string,
    payloadJson: string,
    dueUs: number,
    options: PushOptions,
    published: Published | null,
  ): Promise<Reply> {
    const client = this.#client;
    if (client.isOver) return never();
    const { counters } = this.#runtime.recorder;
    if (this.#runtime.isScheduled && !this.#channel.canPush) {
      counters.push_planned += 1;
      counters.push_dropped += 1;
      return Promise.resolve(WireReply.DROPPED);
    }
    const pending = client.tagged(options.tags, () =>
      this.#channel.push(event, payloadJson, dueUs, this.#timeoutMs(options.timeout)),
    );
    counters.push_planned += 1;
    return new Promise((resolve) => {
      pending.settle = (reply) => {
        // Only an error says for sure that nothing was broadcast, or that it never went out.
        if (published && reply.status !== 'error' && pending.sentUs !== UNSENT) {
          this.#runtime.published.push(published);
        }
        if (!client.isOver) resolve(reply);
      };
    });
  }

  #timeoutMs(timeout: Duration | undefined): number {
    if (timeout === undefined) return this.#runtime.world.profile.pushTimeoutMs;
    return durationMs(timeout, 'push');
  }

  cast(event: string, payload: Payload = {}): boolean {
    if (this.#client.isOver) return false;
    const { counters } = this.#runtime.recorder;
    counters.casts_planned += 1;
    if (this.#channel.cast(event, JSON.stringify(payload))) return true;
    counters.casts_dropped += 1;
    return false;
  }

  on(event: string, handler: (payload: Json) => void): void {
    const { index } = this.#client;
    this.#channel.on(event, (payload) => {
      // What a handler throws ends the run; it must not end the reading of this frame.
      this.#runtime.run(index, () => handler(payload as Json));
    });
  }

  off(event: string): void {
    this.#channel.off(event);
  }

  next(
    event: string,
    options: { within?: Duration; where?: (payload: Json) => boolean } = {},
  ): Promise<Arrived> {
    const client = this.#client;
    if (client.isOver) return never();
    const withinMs = options.within === undefined ? NEXT_WITHIN_MS : durationMs(options.within, 'next');
    // Lost at once, but not in this turn: a loop that waits on a dead channel must not stop the others.
    if (this.#channel.state === 'closed') return pauseUntil(this.#runtime, client, 0).then(() => LOST);
    const { where } = options;
    const fits =
      where && ((payload: unknown) => this.#runtime.run(client.index, () => where(payload as Json)) === true);
    return new Promise((resolve) => {
      const settle = (arrived: { status: string; payload: unknown }): void => {
        if (!client.isOver) resolve(arrived as Arrived);
      };
      this.#channel.next(event, withinMs, settle, fits);
    });
  }

  leave(): void {
    if (!this.#client.isOver) this.#channel.leave();
  }
}

/** Milliseconds of a duration a script gives; what it is for stands in the error. */
export function durationMs(value: Duration, what: string): number {
  const ms = parseDurationMs(value);
  if (ms === undefined) {
    throw new Error(`${what}: '${value}' is no duration; say '250ms', '10s' or '2m'`);
  }
  return ms;
}
