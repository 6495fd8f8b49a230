import type { Restart } from '../otp/supervision.ts';
import { Supervisor as SupervisorProcess, type SupervisorOptions } from '../otp/supervisor.ts';
import type { Caller } from './caller.ts';
import { AppWorker } from './worker.ts';
import type { Worker } from './worker-definition.ts';

/** One child of a supervisor of one's own. */
export interface WorkerSpec {
  readonly id: string;
  readonly worker: Worker;
  /** The name it is called by on this node; none unless given. */
  readonly name?: string;
  /** `permanent` unless given. */
  readonly restart?: Restart;
}

/** Elixir's Supervisor (phoenix-semantics 3.7). */
export const Supervisor = {
  /**
   * Starts a supervisor with its children, linked to nobody: 3 restarts in 5 s unless told. `children()` of it tells who lives,
   * `stop()` ends all.
   */
  start(caller: Caller, children: readonly WorkerSpec[], options: SupervisorOptions = {}): SupervisorProcess {
    const { runtime } = caller;
    const specs = children.map(({ id, worker, name = null, restart = 'permanent' }) => ({
      id,
      restart,
      start: () => new AppWorker(runtime, name, worker),
    }));
    return new SupervisorProcess(runtime, specs, options);
  },
};
