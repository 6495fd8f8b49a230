/** So many bytes pass, both directions together, and then the link breaks. */
import { WheelTimer } from '../base/timer-wheel.ts';
import { Stage, type Parcel, type StageTime } from './stage.ts';

/** What the two directions of one link share. */
export class Budget extends WheelTimer {
  readonly #time: StageTime;
  leftBytes: number;
  /** Breaks the link; set by the stage that spends the last byte. */
  #cut: (() => void) | null = null;

  constructor(time: StageTime, bytes: number) {
    super();
    this.#time = time;
    this.leftBytes = bytes;
  }

  /** Not at once: whoever sends must not lose its connection before it has written down what it sent. */
  spent(cut: () => void): void {
    if (this.#cut !== null) return;
    this.#cut = cut;
    this.#time.wheel.arm(this, this.#time.clock.nowUs());
  }

  cancel(): void {
    this.#time.wheel.cancel(this);
  }

  expire(): void {
    this.#cut?.();
  }
}

export class BudgetStage extends Stage {
  readonly #budget: Budget;

  constructor(time: StageTime, budget: Budget) {
    super(time);
    this.#budget = budget;
  }

  take(parcel: Parcel): void {
    if (typeof parcel === 'function') return this.passOn(parcel);
    const passing = Math.min(this.#budget.leftBytes, parcel.length);
    this.#budget.leftBytes -= passing;
    if (passing > 0) this.passOn(passing === parcel.length ? parcel : parcel.subarray(0, passing));
    if (this.#budget.leftBytes === 0) this.#budget.spent(() => this.cut('reset by a fault'));
  }

  override clear(): void {
    super.clear();
    this.#budget.cancel();
  }
}
