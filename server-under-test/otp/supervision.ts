import { StopRequest } from './call.ts';
import { Exit, type ExitReason } from './exit-reason.ts';
import { Process, type ProcessKind } from './process.ts';
import type { Runtime } from './runtime.ts';
import { ExitMessage } from './signals.ts';

/** What happens to a child that ended: back always, only after an abnormal exit, never (phoenix-semantics 3.7). */
export type Restart = 'permanent' | 'transient' | 'temporary';

/**
 * A process that has children (phoenix-semantics 3.7).
 *
 *     supervisor ── oldest ◀─▶ … ◀─▶ youngest      a list through the children themselves, in start order
 *
 * Being in the list is the link to the supervisor: two words per process, nothing else per child, and both ends are O(1) for
 * any number of children. A Set would take 20 to 40 bytes for each child and pause while it grows.
 */
export abstract class Supervision extends Process {
  /** On its way out: no child is started or restarted any more. */
  protected leaving = false;
  private oldest: Process | null = null;
  private youngest: Process | null = null;
  private size = 0;

  constructor(runtime: Runtime) {
    super(runtime);
    this.trapsExits = true;
  }

  override get kind(): ProcessKind {
    return 'supervisor';
  }

  /** Children alive. */
  get count(): number {
    return this.size;
  }

  /** Children alive, oldest first. */
  *living(): Generator<Process> {
    for (let child = this.oldest; child !== null; child = child.nextSibling) yield child;
  }

  override impliedLinks(): readonly Process[] {
    return [...super.impliedLinks(), ...this.living()];
  }

  /** Supervisor.stop: all children first. Resolves when it is dead. */
  stop(reason: ExitReason = 'normal'): Promise<void> {
    if (!this.alive) return Promise.resolve();
    return new Promise((resolve) => {
      this.onEnd({ processEnded: () => resolve() });
      this.send(new StopRequest(reason));
    });
  }

  /** Called by a child that is dead. */
  childEnded(child: Process, reason: ExitReason): void {
    if (!this.alive) return;
    this.detach(child);
    if (!this.leaving) this.lost(child, reason);
  }

  /** A child ended by itself; the supervisor may be in the middle of anything. */
  protected abstract lost(child: Process, reason: ExitReason): void;

  protected abstract stopChildren(): Promise<void>;

  /** Any message but the ones that end a supervisor. */
  protected abstract supervise(message: unknown): void | Promise<void>;

  protected override receive(message: unknown): void | Promise<void> {
    if (message instanceof StopRequest) return this.leave(message.reason);
    if (message instanceof ExitMessage && message.from === this.supervisor) return this.leave(message.reason);
    return this.supervise(message);
  }

  /** Stops all children, then itself. */
  protected async leave(reason: ExitReason): Promise<void> {
    this.leaving = true;
    await this.stopChildren();
    this.end(reason);
  }

  /** Takes a process in as the youngest child. */
  protected attach(child: Process): void {
    if (child.supervisor !== null) throw new Exit('badarg');
    child.supervisor = this;
    child.previousSibling = this.youngest;
    if (this.youngest === null) this.oldest = child;
    else this.youngest.nextSibling = child;
    this.youngest = child;
    this.size += 1;
  }

  private detach(child: Process): void {
    if (child.previousSibling === null) this.oldest = child.nextSibling;
    else child.previousSibling.nextSibling = child.nextSibling;
    if (child.nextSibling === null) this.youngest = child.previousSibling;
    else child.nextSibling.previousSibling = child.previousSibling;
    child.nextSibling = child.previousSibling = null;
    this.size -= 1;
  }

  /** A supervisor that was killed takes its children along, as every link does. */
  protected override ended(reason: ExitReason): void {
    for (let orphan = this.oldest; orphan !== null; orphan = this.oldest) {
      // It keeps its supervisor: one that traps exits must know whose exit this is.
      this.detach(orphan);
      this.runtime.exits.push(orphan, this, reason);
    }
  }
}
