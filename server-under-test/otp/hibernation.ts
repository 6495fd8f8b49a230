/** Nothing hibernates sooner; a gap below this needs no question to the process. */
export const LEAST_HIBERNATE_AFTER_MS = 1_000;

/** Whether a process that was quiet for `quietMs` hibernates; derived, so no process needs a timer for it. */
export function hibernates(quietMs: number, afterMs: number | null): boolean {
  return afterMs !== null && quietMs >= Math.max(afterMs, LEAST_HIBERNATE_AFTER_MS);
}
