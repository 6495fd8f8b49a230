import type { Clock, Timer } from '../otp/clock.ts';

// So far apart are two visits at least: a timer for each of many thousands would cost more than what it does.
const STEP_MS = 10;

/** One thing and its place in the interval, 0 up to 1. */
export interface Placed<T> {
  readonly item: T;
  readonly place: number;
}

/** Does something with each of many things, each at its place in an interval that begins now. */
export class Spread<T> {
  private readonly clock: Clock;
  private readonly startMs: number;
  private readonly lengthMs: number;
  private readonly act: (item: T) => void;
  private readonly rest: Array<Placed<T>>;
  private timer: Timer | null = null;

  constructor(clock: Clock, lengthMs: number, items: Iterable<Placed<T>>, act: (item: T) => void) {
    this.clock = clock;
    this.startMs = clock.nowMs();
    this.lengthMs = lengthMs;
    this.act = act;
    // Last first: the next one is taken off the end.
    this.rest = [...items].toSorted((a, b) => b.place - a.place);
    this.arm();
  }

  /** Calls off what has not had its turn. */
  stop(): void {
    this.timer?.cancel();
    this.rest.length = 0;
  }

  /** Gives all that is left its turn now. */
  finish(): void {
    this.timer?.cancel();
    this.actUntil(Infinity);
  }

  private arm(): void {
    const next = this.rest.at(-1);
    if (next === undefined) return;
    const inMs = this.startMs + next.place * this.lengthMs - this.clock.nowMs();
    this.timer = this.clock.after(Math.max(STEP_MS, inMs), () => {
      this.actUntil((this.clock.nowMs() - this.startMs) / this.lengthMs);
      this.arm();
    });
  }

  private actUntil(place: number): void {
    for (let next = this.rest.at(-1); next !== undefined && next.place <= place; next = this.rest.at(-1)) {
      this.rest.pop();
      this.act(next.item);
    }
  }
}
