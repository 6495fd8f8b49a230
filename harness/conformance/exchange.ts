/** Everything one case sent and received, in order, and what it says when it was not as specified. */
import type { Clock } from '../base/clock.ts';
import { clip, type WireLog } from './raw-client.ts';

const MAX_LINES = 400;

export class Exchange {
  readonly #clock: Clock;
  readonly #startUs: number;
  readonly #lines: string[] = [];
  #left = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startUs = clock.nowUs();
  }

  /** A log for one party, named by a letter in each line. */
  logOf(party: string): WireLog {
    return (direction, what) => {
      const ms = ((this.#clock.nowUs() - this.#startUs) / 1e3).toFixed(1).padStart(8);
      if (this.#lines.length >= MAX_LINES) this.#left += 1;
      else this.#lines.push(`${party} ${ms} ms ${direction} ${clip(what)}`);
    };
  }

  lines(): string[] {
    return this.#left === 0 ? [...this.#lines] : [...this.#lines, `… ${this.#left} more`];
  }
}

/** What a case throws when the server did something else than phoenix-semantics says. */
export class NotAsSpecified extends Error {
  override readonly name = 'NotAsSpecified';
  readonly expected: string;
  readonly got: string;

  constructor(expected: unknown, got: unknown) {
    super('not as specified');
    this.expected = show(expected);
    this.got = show(got);
  }
}

function show(value: unknown): string {
  return clip(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'), 4_000);
}
