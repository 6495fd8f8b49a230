/** A script that waits: resolved on the run's clock, and never once its client is over. */
import { WheelTimer } from '../base/timer-wheel.ts';
import type { Actor } from './repeated-action.ts';
import type { WorkerRuntime } from './worker-runtime.ts';

class Pause extends WheelTimer {
  readonly #actor: Actor;
  readonly #resolve: () => void;

  constructor(actor: Actor, resolve: () => void) {
    super();
    this.#actor = actor;
    this.#resolve = resolve;
  }

  expire(): void {
    if (!this.#actor.isOver) this.#resolve();
  }
}

/** Resolves at that time of the clock, a tick from now at the soonest: a loop of them leaves room for others. */
export function pauseUntil(runtime: WorkerRuntime, actor: Actor, untilUs: number): Promise<void> {
  if (actor.isOver) return never();
  return new Promise((resolve) => runtime.world.wheel.arm(new Pause(actor, resolve), untilUs));
}

/** What a script gets that goes on after the end; held by nobody, it is garbage at once. */
export function never<Value>(): Promise<Value> {
  return new Promise(() => {});
}
