import { DynamicSupervisor } from './dynamic-supervisor.ts';
import type { Process } from './process.ts';
import { Task, type Work } from './task.ts';

/** Task.Supervisor: the home of tasks that nobody is linked to, all temporary (phoenix-semantics 3.6). */
export class TaskSupervisor extends DynamicSupervisor {
  /** async_nolink: the owner gets a TaskResult and a Down, or awaits; a crash is only told, in the Down. */
  asyncNolink(owner: Process, work: Work): Task {
    const task = this.startChild(() => new Task(this.runtime, work, owner));
    task.report();
    return task;
  }

  /** start_child: fire and forget. */
  startTask(work: Work): Task {
    return this.startChild(() => new Task(this.runtime, work));
  }
}
