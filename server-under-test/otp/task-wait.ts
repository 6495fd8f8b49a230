import type { TimeoutMs } from './call.ts';
import type { Timer } from './clock.ts';
import type { ExitReason } from './exit-reason.ts';
import type { EndHook } from './extras.ts';
import type { Process } from './process.ts';
import { Down, TaskResult } from './signals.ts';
import type { Task } from './task.ts';

/** How a task came out. */
export type TaskOutcome = { readonly ok: unknown } | { readonly exit: ExitReason };

class TaskWait implements EndHook {
  private readonly task: Task;
  private readonly timer: Timer | null;
  private settle: ((outcome: TaskOutcome | null) => void) | null;

  constructor(task: Task, timeoutMs: TimeoutMs, settle: (outcome: TaskOutcome | null) => void) {
    this.task = task;
    this.settle = settle;
    const { clock } = task.runtime;
    this.timer = timeoutMs === 'infinity' ? null : clock.after(timeoutMs, () => this.close(null));
    task.whenDone((value) => this.close({ ok: value }));
    task.onEnd(this);
    task.owner?.onEnd(this);
  }

  processEnded(process: Process, reason: ExitReason): void {
    if (process !== this.task) this.settle = null;
    this.close({ exit: reason });
  }

  private close(outcome: TaskOutcome | null): void {
    const { task, settle } = this;
    this.settle = null;
    this.timer?.cancel();
    task.whenDone(null);
    task.offEnd(this);
    task.owner?.offEnd(this);
    settle?.(outcome);
  }
}

// What came by message before anybody waited is in the owner's mailbox: a selective receive.
function takeMail(task: Task): TaskOutcome {
  const result = task.owner?.takeOut((message) => message instanceof TaskResult && message.ref === task);
  const down = task.owner?.takeOut((message) => message instanceof Down && message.process === task);
  if (result instanceof TaskResult) return { ok: result.value };
  if (task.finished !== null) return { ok: task.finished.value };
  return { exit: down instanceof Down ? down.reason : 'noproc' };
}

/** The outcome, or null after `timeoutMs`; meanwhile and after an outcome no message of it reaches the owner. */
export function waitForTask(task: Task, timeoutMs: TimeoutMs): Promise<TaskOutcome | null> {
  if (!task.alive) return Promise.resolve(takeMail(task));
  task.unreport();
  if (task.owner?.alive === false) return new Promise(() => {});
  return new Promise((resolve) => void new TaskWait(task, timeoutMs, resolve));
}
