import type { Clock } from './clock.ts';
import type { Process } from './process.ts';

/** Pauses that can be ended together: what a fault makes others wait for is over with the fault. */
export class Pauses {
  private readonly clock: Clock;
  private waking: Set<() => void> | null = new Set();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** How many are under way. */
  get count(): number {
    return this.waking?.size ?? 0;
  }

  /**
   * Resolves after `ms`, or when all are ended; null when that was before. As in `pause`, a process that ends meanwhile never
   * wakes, and its timer goes with it.
   */
  start(ms: number, process: Process | null = null): Promise<void> | null {
    const { waking } = this;
    if (waking === null || ms <= 0) return null;
    return new Promise((resolve) => {
      if (process?.alive === false) return;
      const forget = (): void => {
        timer.cancel();
        waking.delete(wake);
      };
      const hook = { processEnded: forget };
      const wake = (): void => {
        forget();
        process?.offEnd(hook);
        resolve();
      };
      const timer = this.clock.after(ms, wake);
      waking.add(wake);
      process?.onEnd(hook);
    });
  }

  /** Ends all of them; from now on none takes any time. */
  end(): void {
    const { waking } = this;
    this.waking = null;
    for (const wake of waking ?? []) wake();
  }
}
