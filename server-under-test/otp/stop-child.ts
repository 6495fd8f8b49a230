import type { Process } from './process.ts';

/** How long a child may take over its end before it is killed; a number is milliseconds. */
export type Shutdown = number | 'infinity' | 'brutal_kill';

/** A worker's default in milliseconds; a supervisor gets for ever (phoenix-semantics 3.7). */
export const WORKER_SHUTDOWN_MS = 5_000;

/** Ends a child: exit signal `shutdown`, a wait, then `kill`. Resolves when it is dead. */
export function stopChild(child: Process, shutdown: Shutdown, from: Process | null): Promise<void> {
  child.signal(shutdown === 'brutal_kill' ? 'kill' : 'shutdown', from);
  if (!child.alive) return Promise.resolve();
  return new Promise((resolve) => {
    const timer =
      typeof shutdown === 'number'
        ? child.runtime.clock.after(shutdown, () => child.signal('kill', from))
        : null;
    child.onEnd({
      processEnded: () => {
        timer?.cancel();
        resolve();
      },
    });
  });
}
