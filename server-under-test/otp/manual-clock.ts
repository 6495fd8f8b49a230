import type { Clock, Timer } from './clock.ts';

interface Pending extends Timer {
  readonly dueMs: number;
  readonly action: () => void;
}

/** A clock that moves only when told; for tests and one day for virtual time. */
export class ManualClock implements Clock {
  private currentMs = 0;
  private timers: Pending[] = [];
  private deferred: Array<() => void> = [];

  nowMs(): number {
    return this.currentMs;
  }

  wallMs(): number {
    return this.currentMs;
  }

  after(delayMs: number, action: () => void): Timer {
    const pending: Pending = {
      dueMs: this.currentMs + Math.max(0, delayMs),
      action,
      cancel: () => {
        this.timers = this.timers.filter((other) => other !== pending);
      },
    };
    this.timers.push(pending);
    return pending;
  }

  soon(action: () => void): void {
    this.deferred.push(action);
  }

  /** Timers that have neither fired nor been cancelled: what is left when everybody is gone was leaked. */
  get pending(): number {
    return this.timers.length;
  }

  /** Moves time without running anything, as work inside one turn does. */
  spend(ms: number): void {
    this.currentMs += ms;
  }

  /** Runs one round of deferred work; false when there was none. */
  turn(): boolean {
    const round = this.deferred;
    this.deferred = [];
    for (const action of round) action();
    return round.length > 0;
  }

  /** Runs deferred work and promise callbacks until nothing is left to do now. */
  async settle(): Promise<void> {
    let quiet = 0;
    while (quiet < 5) {
      quiet = this.turn() ? 0 : quiet + 1;
      // A handful of microtask rounds lets chained promises finish.
      for (let round = 0; round < 5; round += 1) await Promise.resolve();
    }
  }

  /** Moves time by `ms`, firing timers in due order and settling after each. */
  async advance(ms: number): Promise<void> {
    const endMs = this.currentMs + ms;
    await this.settle();
    for (;;) {
      const next = this.timers
        .filter((timer) => timer.dueMs <= endMs)
        .toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.currentMs = Math.max(this.currentMs, next.dueMs);
      next.action();
      await this.settle();
    }
    this.currentMs = Math.max(this.currentMs, endMs);
    await this.settle();
  }
}
