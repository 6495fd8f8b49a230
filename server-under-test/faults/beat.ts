import type { Clock } from '../otp/clock.ts';

/** Acts each `everyMs` from now on until stopped. The gap counts from beat to beat: a late one is not made up for. */
export function beat(clock: Clock, everyMs: number, act: () => void): () => void {
  const next = (): void => {
    timer = clock.after(everyMs, next);
    act();
  };
  let timer = clock.after(everyMs, next);
  return () => timer.cancel();
}
