import { CALL_TIMEOUT_MS, type TimeoutMs } from './call.ts';
import { Exit, type ExitReason } from './exit-reason.ts';
import { pause } from './pause.ts';
import { Process, type ProcessKind } from './process.ts';
import type { Runtime } from './runtime.ts';
import { TaskResult } from './signals.ts';
import { stopChild, type Shutdown } from './stop-child.ts';
import { waitForTask, type TaskOutcome } from './task-wait.ts';

export type Work = (task: Task) => unknown;

/** A process that does one piece of work and ends (phoenix-semantics 3.6). */
export class Task extends Process {
  /** Who asked for the result, if anybody did. */
  readonly owner: Process | null;
  private readonly work: Work;
  private onResult: ((value: unknown) => void) | null = null;
  /** Whether an unawaited result becomes a message to the owner. */
  private reports = false;
  private result: { readonly value: unknown } | null = null;

  constructor(runtime: Runtime, work: Work, owner: Process | null = null) {
    super(runtime);
    this.work = work;
    this.owner = owner;
    this.send('run');
  }

  override get kind(): ProcessKind {
    return 'task';
  }

  override get parent(): Process | null {
    return this.supervisor ?? this.owner;
  }

  protected override receive(): void | Promise<void> {
    const result = this.work(this);
    if (!(result instanceof Promise)) return this.finish(result);
    return result.then((value: unknown) => this.finish(value));
  }

  /** A pause of this task only; a killed task never wakes. */
  wait(ms: number): Promise<void> {
    return pause(this, ms);
  }

  /** Called with the value when the work is done; never after a death. */
  whenDone(onResult: ((value: unknown) => void) | null): void {
    this.onResult = onResult;
  }

  /** From now on the result and the end are messages to the owner, unless somebody waits for them. */
  report(): void {
    if (this.owner === null) return;
    this.reports = true;
    this.monitoredBy(this.owner);
  }

  /** Whether the owner would hear of it by message. */
  get reporting(): boolean {
    return this.reports;
  }

  /** The owner hears nothing more of this task by message. */
  unreport(): void {
    this.reports = false;
    if (this.owner !== null) this.demonitoredBy(this.owner);
  }

  /** What the work came to, once done. */
  get finished(): { readonly value: unknown } | null {
    return this.result;
  }

  private finish(value: unknown): void {
    if (!this.alive) return;
    this.result = { value };
    if (this.onResult !== null) this.onResult(value);
    else if (this.reports) this.owner?.send(new TaskResult(this, value));
    this.end('normal');
  }

  protected override ended(_reason: ExitReason): void {
    this.onResult = null;
  }
}

/** Linked to its owner, so a crash of one ends the other; for `awaitTask`, it sends no messages. */
export function startLinkedTask(owner: Process, work: Work): Task {
  const task = new Task(owner.runtime, work, owner);
  task.link(owner);
  return task;
}

/** Task.async: linked and monitored; unless awaited its owner gets a TaskResult and then a Down. */
export function asyncTask(owner: Process, work: Work): Task {
  const task = startLinkedTask(owner, work);
  task.report();
  return task;
}

/**
 * Task.await: the value. Rejects with an `Exit` after `timeoutMs`, when the owner's exit ends a linked task and a late value
 * is dropped; or with the reason the task died of.
 */
export async function awaitTask(task: Task, timeoutMs: TimeoutMs = CALL_TIMEOUT_MS): Promise<unknown> {
  const outcome = await waitForTask(task, timeoutMs);
  if (outcome === null) throw new Exit({ timeout: 'Task.await' });
  if ('exit' in outcome) throw new Exit({ call: outcome.exit });
  return outcome.ok;
}

/** Task.yield: the outcome, or null when it takes longer; then it is told by message, or to the next who yields. */
export async function yieldTask(
  task: Task,
  timeoutMs: TimeoutMs = CALL_TIMEOUT_MS,
): Promise<TaskOutcome | null> {
  const { reporting } = task;
  const outcome = await waitForTask(task, timeoutMs);
  if (outcome === null && reporting) task.report();
  return outcome;
}

/** Task.shutdown: unlinked and told to end, killed after `shutdown`; the value if that was faster, else null or its exit. */
export async function shutdownTask(
  task: Task,
  shutdown: Shutdown = CALL_TIMEOUT_MS,
): Promise<TaskOutcome | null> {
  if (task.owner !== null) task.unlink(task.owner);
  const waiting = waitForTask(task, 'infinity');
  if (task.alive) await stopChild(task, shutdown, task.owner);
  const outcome = await waiting;
  if (outcome === null || 'ok' in outcome) return outcome;
  return outcome.exit === 'shutdown' || outcome.exit === 'killed' ? null : outcome;
}
