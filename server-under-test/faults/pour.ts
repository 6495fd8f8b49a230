import type { Clock } from '../otp/clock.ts';
import { beat } from './beat.ts';

const BEAT_MS = 100;

/** Deals so many things a second, a tenth of a second's worth at a time: `act` gets the numbers from `from` up to `until`. */
export function pour(
  clock: Clock,
  perSecond: number,
  act: (from: number, until: number) => void,
): () => void {
  const startMs = clock.nowMs();
  let dealt = 0;
  return beat(clock, BEAT_MS, () => {
    const until = Math.floor(((clock.nowMs() - startMs) / 1_000) * perSecond);
    act(dealt, until);
    dealt = until;
  });
}
