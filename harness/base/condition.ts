/** Waiting for something to become true: looked at after every event, up to a deadline. */
import type { Clock } from './clock.ts';

export class Condition {
  readonly #clock: Clock;
  #waiters: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something has happened: everybody who waits looks again. */
  wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }

  /** Resolves with true once `holds` does, with false when `timeoutMs` have passed before. */
  async until(holds: () => boolean, timeoutMs: number): Promise<boolean> {
    let expired = false;
    const alarm = this.#clock.at(this.#clock.nowUs() + timeoutMs * 1e3, () => {
      expired = true;
      this.wake();
    });
    while (!holds() && !expired) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.push(resolve);
      await promise;
    }
    alarm.cancel();
    return holds();
  }
}
