/**
 * Everything passes late, and in order: a parcel with less jitter than the one
 * before it waits for that one.
 */
import { drawFor } from '../base/random.ts';
import { Stage, type Parcel, type StageTime } from './stage.ts';

/** Each parcel is late by `delayMs`, give or take up to `jitterMs` by seed. */
export type Lateness = { delayMs: number; jitterMs: number; seed: number };

export class LateStage extends Stage {
  readonly #lateness: Lateness;
  #draws = 0;

  constructor(time: StageTime, lateness: Lateness) {
    super(time);
    this.#lateness = lateness;
  }

  take(parcel: Parcel): void {
    const { clock, wheel } = this.time;
    const dueUs = clock.nowUs() + this.#delayUs();
    const isFirst = this.head === null;
    this.keep(parcel, dueUs);
    if (isFirst) wheel.arm(this, dueUs);
  }

  #delayUs(): number {
    const { delayMs, jitterMs, seed } = this.#lateness;
    if (jitterMs === 0) return delayMs * 1e3;
    this.#draws += 1;
    return Math.max(0, delayMs + (2 * drawFor(seed, this.#draws) - 1) * jitterMs) * 1e3;
  }

  override expire(nowUs: number): void {
    for (let first = this.head; first !== null && first.atUs <= nowUs; first = this.head) {
      this.passFirst(first);
    }
    if (this.head !== null) this.time.wheel.arm(this, this.head.atUs);
  }
}
