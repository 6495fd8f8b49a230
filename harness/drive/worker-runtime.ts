/** What the clients of one worker share: plan, clock, recorder, the due time of the running action. */
import { messageOf } from '../base/errors.ts';
import { ownSpecs, type OwnSpec } from '../base/own-metrics.ts';
import type { Recorder } from '../measure/recorder.ts';
import type { Scenario } from '../scenario/api.ts';
import { pacingOf, type Pacing } from '../scenario/pacing.ts';
import type { SocketWorld } from '../wire/phoenix-socket.ts';
import type { Published } from './delta-codec.ts';
import type { WorkerPlan } from './orders.ts';

export class WorkerRuntime {
  readonly plan: WorkerPlan;
  readonly scenario: Scenario;
  readonly world: SocketWorld;
  readonly recorder: Recorder;
  /** Due times of `user.pace`; null when the plan has no rate. */
  readonly pacing: Pacing | null;
  /** The scenario's own metrics by name. */
  readonly own: ReadonlyMap<string, OwnSpec>;
  /** Broadcasts of our clients that were, or may have been, taken by the server. */
  published: Published[] = [];
  /** First arrival's due time and end of the plan, µs on the shared clock. */
  startUs = 0;
  endUs = 0;
  /** True once the plan is over: nothing new is sent, and nothing resolves for scripts. */
  stopped = false;
  #dueUs = 0;
  readonly #onThrow: (error: unknown, client: number) => void;

  constructor(
    plan: WorkerPlan,
    scenario: Scenario,
    world: SocketWorld,
    recorder: Recorder,
    onThrow: (error: unknown, client: number) => void,
  ) {
    this.plan = plan;
    this.scenario = scenario;
    this.world = world;
    this.recorder = recorder;
    this.pacing = pacingOf(plan);
    this.own = ownSpecs(scenario.metrics);
    this.#onThrow = onThrow;
  }

  /** True while an action runs because it was due. */
  get isScheduled(): boolean {
    return this.#dueUs !== 0;
  }

  /** When the action that runs now was due; outside of one, now. */
  dueUs(): number {
    return this.#dueUs === 0 ? this.world.clock.nowUs() : this.#dueUs;
  }

  /** Runs a scenario's code with its due time; what it throws ends the run. */
  runDue(client: number, dueUs: number, action: () => unknown): void {
    this.#dueUs = dueUs;
    try {
      this.watch(client, action());
    } catch (error) {
      this.#onThrow(error, client);
    } finally {
      this.#dueUs = 0;
    }
  }

  /** Runs a scenario's code now; returns what it returned, or undefined when it threw. */
  run(client: number, action: () => unknown): unknown {
    try {
      const result = action();
      this.watch(client, result);
      return result;
    } catch (error) {
      this.#onThrow(error, client);
      return undefined;
    }
  }

  watch(client: number, result: unknown): void {
    if (result instanceof Promise) result.catch((error: unknown) => this.#onThrow(error, client));
  }
}

/** The message and stack of what a scenario threw. */
export function describeThrown(error: unknown): { message: string; stack: string } {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return { message: messageOf(error), stack };
}
