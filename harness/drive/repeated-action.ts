/** An action of a scenario at fixed due times on the run's clock. */
import { WheelTimer } from '../base/timer-wheel.ts';
import type { WorkerRuntime } from './worker-runtime.ts';

export class RepeatedAction extends WheelTimer {
  readonly #runtime: WorkerRuntime;
  readonly #client: number;
  readonly #intervalUs: number;
  readonly #action: () => unknown;
  readonly #finished: () => void;
  #dueUs = 0;

  constructor(
    runtime: WorkerRuntime,
    client: number,
    intervalUs: number,
    action: () => unknown,
    finished: () => void,
  ) {
    super();
    this.#runtime = runtime;
    this.#client = client;
    this.#intervalUs = Math.max(1, intervalUs);
    this.#action = action;
    this.#finished = finished;
  }

  /** Due at start + phase + k intervals; the first of those that has not passed. */
  begin(phaseUs: number): void {
    const { startUs, world } = this.#runtime;
    const first = startUs + phaseUs;
    const passed = Math.max(0, Math.ceil((world.clock.nowUs() - first) / this.#intervalUs));
    this.#dueUs = first + passed * this.#intervalUs;
    this.#armNext();
  }

  /** After a pause of ours every missed one runs, each with its own due time: the plan is open. */
  expire(nowUs: number): void {
    while (this.#dueUs <= nowUs && this.#dueUs < this.#runtime.endUs) {
      this.#runtime.runDue(this.#client, this.#dueUs, this.#action);
      this.#dueUs += this.#intervalUs;
    }
    this.#armNext();
  }

  #armNext(): void {
    if (this.#dueUs < this.#runtime.endUs && !this.#runtime.stopped) {
      this.#runtime.world.wheel.arm(this, this.#dueUs);
    } else {
      this.#finished();
    }
  }
}
