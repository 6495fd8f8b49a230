/** An action of a scenario at due times on the run's clock. */
import { WheelTimer } from '../base/timer-wheel.ts';
import type { DueTimes } from '../scenario/due-times.ts';
import type { WorkerRuntime } from './worker-runtime.ts';

/** Whose action it is: it ends with its client. */
export type Actor = { readonly index: number; readonly isOver: boolean };

export class RepeatedAction extends WheelTimer {
  readonly #runtime: WorkerRuntime;
  readonly #actor: Actor;
  readonly #times: DueTimes;
  readonly #action: () => unknown;
  readonly #finished: () => void;
  #dueUs = 0;

  /** `finished` is called when its due times are used up, not when the plan ends. */
  constructor(
    runtime: WorkerRuntime,
    actor: Actor,
    times: DueTimes,
    action: () => unknown,
    finished: () => void,
  ) {
    super();
    this.#runtime = runtime;
    this.#actor = actor;
    this.#times = times;
    this.#action = action;
    this.#finished = finished;
  }

  /** From the first due time that has not passed. */
  begin(): void {
    const { startUs, world } = this.#runtime;
    this.#dueUs = startUs + this.#times.first(world.clock.nowUs() - startUs);
    this.#armNext();
  }

  /** After a pause of ours every missed one runs, each with its own due time: the plan is open. */
  expire(nowUs: number): void {
    const { startUs, endUs } = this.#runtime;
    while (this.#dueUs <= nowUs && this.#dueUs < endUs && !this.#actor.isOver) {
      this.#runtime.runDue(this.#actor.index, this.#dueUs, this.#action);
      this.#dueUs = startUs + this.#times.next();
    }
    this.#armNext();
  }

  #armNext(): void {
    if (this.#dueUs === Infinity) {
      if (!this.#actor.isOver) this.#finished();
    } else if (this.#dueUs < this.#runtime.endUs && !this.#actor.isOver) {
      this.#runtime.world.wheel.arm(this, this.#dueUs);
    }
  }
}
