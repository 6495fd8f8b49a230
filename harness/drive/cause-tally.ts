/**
 * Timeouts by their cause as one worker settles them, second by second; and those
 * whose event may still turn out to be one that nobody ever answers.
 */
import type { CauseCount, TimedKind, TimeoutCause } from '../base/timeout-causes.ts';

/** Events that are told apart; a script that makes names up would make them without end. */
const MOST_EVENTS = 1_000;

export class CauseTally {
  #counts = new Map<string, CauseCount>();
  /** The one that was counted last: a hundred thousand alike are counted without a look. */
  #last: CauseCount | null = null;
  readonly #answered = new Set<string>();
  /** By event and second. */
  readonly #waiting = new Map<string, Map<number, number>>();
  /** The event that was answered last; whoever meets another one says so. */
  lastAnswered: string | null = null;

  add(window: number, kind: TimedKind, cause: TimeoutCause, count = 1): void {
    let row = this.#last;
    if (row?.window !== window || row.kind !== kind || row.cause !== cause) {
      const key = `${window} ${kind} ${cause}`;
      row = this.#counts.get(key) ?? { window, kind, cause, count: 0 };
      this.#counts.set(key, row);
      this.#last = row;
    }
    row.count += count;
  }

  /** A push of that event was answered. */
  answered(event: string): void {
    this.lastAnswered = event;
    if (this.#answered.size < MOST_EVENTS) this.#answered.add(event);
  }

  /** Keeps a push of which nothing else is known until the end; false when its event has been answered. */
  waits(event: string, window: number): boolean {
    if (this.#answered.has(event) || this.#answered.size >= MOST_EVENTS) return false;
    let windows = this.#waiting.get(event);
    if (!windows) {
      if (this.#waiting.size >= MOST_EVENTS) return false;
      windows = new Map();
      this.#waiting.set(event, windows);
    }
    windows.set(window, (windows.get(window) ?? 0) + 1);
    return true;
  }

  /** Nothing more is answered: events that never were have no reply coded. */
  close(): void {
    for (const [event, windows] of this.#waiting) {
      const cause = this.#answered.has(event) ? 'unknown' : 'no_reply_coded';
      for (const [window, count] of windows) this.add(window, 'push', cause, count);
    }
    this.#waiting.clear();
  }

  /** What was settled since the last call. */
  take(): CauseCount[] {
    const taken = [...this.#counts.values()];
    this.#counts = new Map();
    this.#last = null;
    return taken;
  }
}
