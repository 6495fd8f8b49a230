/**
 * Asks the target's observer once a second how it is. A server that is too busy
 * to answer is news for the timeline, not a reason to stop.
 */
import { Agent, get } from 'node:http';
import type { Alarm, Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { WindowLine } from '../record/timeline-line.ts';
import { EventRises, type EventRise } from './event-rises.ts';
import { readSnapshot } from './observer-snapshot.ts';
import type { NodeUse, ObserverSnapshot, TableSize } from './observer-snapshot.ts';

/** One look at the server. */
export type ObserverReading = {
  /** When the answer was there, from the run's first arrival. */
  atMs: number;
  mailbox: NonNullable<WindowLine['mailbox']>;
  server: NonNullable<WindowLine['server']>;
  tables: TableSize[];
  /** What the server's telemetry counted since the look before; null when that is not known. */
  events: EventRise | null;
  /** Nodes that are dead, or were listed once and are no longer. */
  deadNodes: string[];
};

export type ObserverListener = {
  onReading(reading: ObserverReading): void;
  /** Once for each node that is listed as dead, or no longer listed. */
  onNodeDead(name: string): void;
  /** No usable answer, in words; told once until the next good one. */
  incident(what: string): void;
};

export type ObserverOptions = {
  clock: Clock;
  /** `http://127.0.0.1:4001` */
  control: string;
  /** When the first arrival was due: where `atMs` counts from. */
  startUs: number;
  /** Bearer token of a control port that is not on loopback. */
  token?: string;
  listener: ObserverListener;
  /** Telemetry counts that were looked at before; without them the first look is the one to count from. */
  events?: EventRises;
};

const PERIOD_US = 1e6;
/** A server whose nodes are all busy answers just after 900 ms with what it knew before. */
const TIMEOUT_US = 970e3;
const MOST_BYTES = 4_000_000;

/** Polls from `start` to `stop`, one question at a time. */
export class ObserverClient {
  readonly #options: ObserverOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: URL;
  readonly #seenNodes = new Set<string>();
  readonly #mourned = new Set<string>();
  readonly #cpu = new Map<string, { cpuMs: number; atUs: number }>();
  readonly #events: EventRises;
  #next: Alarm | null = null;
  #running = false;
  #silent = false;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#events = options.events ?? new EventRises();
    this.#url = new URL('/observer', options.control);
  }

  /** Asks now, then at every full second after. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#pollAt(this.#options.clock.nowUs());
  }

  /** No reading or incident comes after this. */
  stop(): void {
    this.#running = false;
    this.#next?.cancel();
    this.#next = null;
    this.#agent.destroy();
  }

  /** One last look, for what was counted since the one before; then as after `stop`. */
  async finish(): Promise<void> {
    this.#next?.cancel();
    if (this.#running) {
      // A server that is gone by now has been told of, or has nothing more to tell.
      const last = await this.read().catch(() => null);
      if (last && this.#running) this.#options.listener.onReading(last);
    }
    this.stop();
  }

  /** One question outside of the rhythm; rejects with an Error when there is no usable answer. */
  async read(): Promise<ObserverReading> {
    const snapshot = readSnapshot(await this.#ask());
    if (typeof snapshot === 'string') throw new Error(snapshot);
    return this.#toReading(snapshot);
  }

  #pollAt(dueUs: number): void {
    this.#next = this.#options.clock.at(dueUs, () => {
      this.#pollAt(dueUs + PERIOD_US);
      void this.#poll();
    });
  }

  async #poll(): Promise<void> {
    try {
      const reading = await this.read();
      if (!this.#running) return;
      this.#silent = false;
      for (const node of reading.deadNodes) this.#mourn(node);
      this.#options.listener.onReading(reading);
    } catch (error) {
      if (!this.#running || this.#silent) return;
      this.#silent = true;
      this.#options.listener.incident(messageOf(error));
    }
  }

  #mourn(node: string): void {
    if (this.#mourned.has(node)) return;
    this.#mourned.add(node);
    this.#options.listener.onNodeDead(node);
  }

  #ask(): Promise<string> {
    const { clock, token } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const request = get(this.#url, { agent: this.#agent, headers }, (response) => {
      if (response.statusCode !== 200) {
        request.destroy(new Error(`the observer answered with status ${response.statusCode}`));
        return;
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > MOST_BYTES) request.destroy(new Error('the observer answered with more than 4 MB'));
      });
      response.once('end', () => resolve(text));
      response.once('error', reject);
    });
    const alarm = clock.at(clock.nowUs() + TIMEOUT_US, () => {
      request.destroy(new Error(`the observer did not answer within ${TIMEOUT_US / 1e3} ms`));
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === undefined ? error : new Error(`the observer cannot be reached: ${error.code}`));
    });
    return promise.finally(() => alarm.cancel());
  }

  #toReading(snapshot: ObserverSnapshot): ObserverReading {
    for (const node of snapshot.nodeNames) this.#seenNodes.add(node);
    const gone = [...this.#seenNodes].filter((node) => !snapshot.nodeNames.includes(node));
    return {
      atMs: this.#atMs(),
      mailbox: snapshot.mailbox,
      server: { cpu: this.#cpuSince(snapshot.nodes), ...snapshot.server },
      tables: snapshot.tables,
      events: this.#events.add(snapshot.events, this.#options.clock.nowUs()),
      deadNodes: [...snapshot.deadNodes, ...gone],
    };
  }

  /** Cores used since each node last told; null when none can be compared with an earlier figure. */
  #cpuSince(nodes: readonly NodeUse[]): number | null {
    const atUs = this.#options.clock.nowUs();
    let cores: number | null = null;
    for (const { name, cpuMs, fresh } of nodes) {
      if (!fresh) continue;
      const before = this.#cpu.get(name);
      this.#cpu.set(name, { cpuMs, atUs });
      // A smaller figure than before is another process under the old name.
      if (!before || atUs <= before.atUs || cpuMs < before.cpuMs) continue;
      cores = (cores ?? 0) + ((cpuMs - before.cpuMs) * 1e3) / (atUs - before.atUs);
    }
    return cores;
  }

  #atMs(): number {
    return (this.#options.clock.nowUs() - this.#options.startUs) / 1e3;
  }
}
