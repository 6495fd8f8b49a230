/** How late anything is answered just now: a machine that stands still must not look like a server that waits. */
import { sleepMs, type Clock } from '../base/clock.ts';
import type { RawClient } from './raw-client.ts';

const EVERY_MS = 50;
const PATIENCE_MS = 10_000;
const HEARTBEAT = [null, 'bystander', 'phoenix', 'heartbeat', {}];

export class Bystander {
  readonly #clock: Clock;
  readonly #client: RawClient;
  #worstMs = 0;
  #askedAtUs: number;
  #isOver = false;

  /** Asks at once and on, until it is stopped. */
  constructor(clock: Clock, client: RawClient) {
    this.#clock = clock;
    this.#client = client;
    this.#askedAtUs = clock.nowUs();
    void this.#ask();
  }

  /** Milliseconds the slowest answer took so far, the one still under way included. */
  get worstMs(): number {
    return Math.max(this.#worstMs, (this.#clock.nowUs() - this.#askedAtUs) / 1e3);
  }

  stop(): void {
    this.#isOver = true;
    this.#client.drop();
  }

  async #ask(): Promise<void> {
    while (!this.#isOver) {
      // The pause counts as well: a timer of ours that rings late is as good a sign as an answer that comes late.
      this.#askedAtUs = this.#clock.nowUs();
      this.#client.send(HEARTBEAT);
      const arrival = await this.#client.next(PATIENCE_MS);
      if (arrival === null || arrival.kind === 'close') return;
      await sleepMs(this.#clock, EVERY_MS);
      this.#worstMs = this.worstMs;
    }
  }
}
