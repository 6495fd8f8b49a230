import type { Clock, Timer } from '../otp/clock.ts';

const EVERY_MS = 100;
const KEPT = 10;

/** How late the event loop runs its timers: the worst of the last second, in milliseconds. */
export class LoopLag {
  private readonly clock: Clock;
  private readonly recent: number[] = [];
  private dueMs = 0;
  private timer: Timer | null = null;

  constructor(clock: Clock) {
    this.clock = clock;
    this.arm();
  }

  get worstMs(): number {
    // A loop that is late right now has not been able to note it yet.
    return Math.max(0, this.clock.nowMs() - this.dueMs, ...this.recent);
  }

  stop(): void {
    this.timer?.cancel();
  }

  private arm(): void {
    this.dueMs = this.clock.nowMs() + EVERY_MS;
    this.timer = this.clock.after(EVERY_MS, () => {
      this.recent.push(Math.max(0, this.clock.nowMs() - this.dueMs));
      if (this.recent.length > KEPT) this.recent.shift();
      this.arm();
    });
  }
}
