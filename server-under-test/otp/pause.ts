import type { Process } from './process.ts';

/** Process.sleep: resolves after `ms`. A process that ended meanwhile never wakes, and its timer goes with it. */
export function pause(process: Process, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (!process.alive) return;
    const hook = { processEnded: (): void => timer.cancel() };
    const timer = process.runtime.clock.after(ms, () => {
      process.offEnd(hook);
      resolve();
    });
    process.onEnd(hook);
  });
}
