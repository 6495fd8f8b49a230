import { systemClock } from '../../otp/clock.ts';

const PATIENCE_MS = 5_000;

/** Resolves as soon as something is so; rejects instead of waiting for ever, so that a failing test ends. */
export async function until(condition: () => boolean): Promise<void> {
  const endMs = systemClock.nowMs() + PATIENCE_MS;
  while (!condition()) {
    if (systemClock.nowMs() > endMs) throw new Error(`never came true: ${condition.toString()}`);
    await new Promise<void>((resolve) => systemClock.soon(resolve));
  }
}
