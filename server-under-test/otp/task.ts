import { Exit, type ExitReason } from './exit-reason.ts';
import { Process } from './process.ts';
import type { Runtime } from './runtime.ts';

type Work = (task: Task) => unknown;

/** A process that does one piece of work and ends (phoenix-semantics 3.6). */
export class Task extends Process {
  private readonly work: Work;
  private onResult: ((value: unknown) => void) | null = null;

  constructor(runtime: Runtime, work: Work) {
    super(runtime);
    this.work = work;
    this.send('run');
  }

  override get kind(): 'task' {
    return 'task';
  }

  protected override receive(): void | Promise<void> {
    const result = this.work(this);
    if (!(result instanceof Promise)) return this.finish(result);
    return result.then((value: unknown) => this.finish(value));
  }

  /** A pause of this task only; a killed task never wakes. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.runtime.clock.after(ms, () => {
        if (this.alive) resolve();
      });
    });
  }

  /** Called with the value when the work is done; never after a death. */
  whenDone(onResult: (value: unknown) => void): void {
    this.onResult = onResult;
  }

  private finish(value: unknown): void {
    if (!this.alive) return;
    this.onResult?.(value);
    this.end('normal');
  }

  protected override ended(_reason: ExitReason): void {
    this.onResult = null;
  }
}

/** Task.async: linked to its owner, so a crash of one ends the other. */
export function startLinkedTask(owner: Process, work: Work): Task {
  const task = new Task(owner.runtime, work);
  task.link(owner);
  return task;
}

/** Task.Supervisor.start_child: lives and dies alone. */
export function startTask(runtime: Runtime, work: Work): Task {
  return new Task(runtime, work);
}

/** Task.await: rejects with an `Exit` after `timeoutMs`; the owner's exit then ends the task through the link. */
export function awaitTask(task: Task, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = task.runtime.clock.after(timeoutMs, () => reject(new Exit({ timeout: 'Task.await' })));
    task.whenDone((value) => {
      timer.cancel();
      resolve(value);
    });
  });
}
