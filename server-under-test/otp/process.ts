import { addTo, removeFrom, type Bag } from './bag.ts';
import { reasonOf, type ExitReason } from './exit-reason.ts';
import { Extras, type EndHook } from './extras.ts';
import { hibernates, LEAST_HIBERNATE_AFTER_MS } from './hibernation.ts';
import { Mailbox } from './mailbox.ts';
import { describeMessage } from './message-name.ts';
import { DEAD, HELD, IDLE, STAGED } from './process-state.ts';
import type { Runtime } from './runtime.ts';
import { ExitMessage } from './signals.ts';
import type { Supervision } from './supervision.ts';
import { cutTies, demonitor, link, monitor, unlink } from './ties.ts';
import { Trace } from './trace.ts';

export type ProcessKind = 'channel' | 'transport' | 'task' | 'server' | 'supervisor' | 'registry' | 'tracker';

/**
 * One process: a mailbox and one handler at a time.
 *
 * Fields are few and of fixed shape because a node holds two of these per client; what few processes have is in `Extras`.
 */
export abstract class Process {
  readonly runtime: Runtime;
  readonly id: number;
  readonly mailbox = new Mailbox();
  // What every message touches comes first, so that it shares few cache lines.
  state = IDLE;
  trapsExits = false;
  /** A name, a trace, hooks: null for most. */
  extras: Extras | null = null;
  /** Messages handled since the start: the analogue of reductions. */
  handled = 0;
  /** When it last did something, in whole milliseconds: a small integer costs no heap number. */
  lastActiveMs = 0;
  /** The message of a handler that awaits or holds. */
  inHand: unknown = null;
  nextReady: Process | null = null;
  nextBusy: Process | null = null;
  previousBusy: Process | null = null;
  /** Its supervisor, to which it is linked by being its child; the siblings are that one's list. */
  supervisor: Supervision | null = null;
  /** Neighbours by age on this node: the runtime's list. */
  older: Process | null = null;
  newer: Process | null = null;
  nextSibling: Process | null = null;
  previousSibling: Process | null = null;
  /** Who monitors it. Like the other ties, changed by ties.ts alone. */
  watchers: Bag<Process> = null;
  /** Whom it monitors. */
  watched: Bag<Process> = null;
  linked: Bag<Process> = null;

  constructor(runtime: Runtime) {
    this.runtime = runtime;
    this.id = runtime.admit(this);
    this.lastActiveMs = Math.floor(runtime.clock.nowMs());
  }

  /** What the observer calls this process. */
  abstract get kind(): ProcessKind;

  /** The topic the observer shows, where there is one. */
  get topic(): string | null {
    return null;
  }

  /** Quiet for so long it hibernates, in milliseconds; null for never (phoenix-semantics 3.8). */
  get hibernateAfterMs(): number | null {
    return null;
  }

  /** Who started it, as far as the observer shows it. */
  get parent(): Process | null {
    return this.supervisor;
  }

  /** Links that are kept elsewhere than in `linked`, for the observer. */
  impliedLinks(): readonly Process[] {
    return this.supervisor?.alive === true ? [this.supervisor] : [];
  }

  /** Processes that monitor this one and are monitored by it without a tie for each: what they are says it. */
  get partners(): readonly Process[] {
    return [];
  }

  /** What `:sys.get_state` would show. */
  inspectState(): unknown {
    return null;
  }

  /** Handles one message; a promise holds this mailbox until it settles. */
  protected abstract receive(message: unknown): void | Promise<void>;

  /** Cleans up; the process is dead already and its mail is gone. */
  protected abstract ended(reason: ExitReason): void;

  /** Called before each message with the whole millisecond it came in, for those who measure queues. */
  protected noteArrival(_arrivedMs: number): void {}

  /** Called after each visit of the scheduler, for work worth batching. */
  afterVisit(): void {}

  get alive(): boolean {
    return this.state !== DEAD;
  }

  get name(): string | null {
    return this.extras === null ? null : this.extras.name;
  }

  /** For the runtime, which keeps the names. */
  set name(name: string | null) {
    (this.extras ??= new Extras()).name = name;
  }

  /** Puts a message into the mailbox; to a dead process it is silently lost. */
  send(message: unknown): void {
    this.sendAt(message, this.runtime.clock.nowMs());
  }

  /** As `send`, with the arrival time already read. */
  sendAt(message: unknown, atMs: number): void {
    if (!this.post(message, atMs)) return;
    if (this.state === IDLE || this.state === STAGED) this.runtime.scheduler.enqueue(this);
  }

  /** As `sendAt`, for one of the many receivers of a broadcast: it is woken in its slice of the fan-out. */
  sendFanned(message: unknown, atMs: number): void {
    if (!this.post(message, atMs)) return;
    if (this.state === IDLE) this.runtime.scheduler.stage(this);
  }

  private post(message: unknown, atMs: number): boolean {
    if (this.state === DEAD) return false;
    const { scheduler } = this.runtime;
    if (this.mailbox.length === 0) {
      scheduler.noteBusy(this);
      if (atMs - this.lastActiveMs >= LEAST_HIBERNATE_AFTER_MS) this.noteWakeUp(atMs);
    }
    this.mailbox.push(message, atMs);
    scheduler.waiting += 1;
    return true;
  }

  private noteWakeUp(atMs: number): void {
    if (this.state !== IDLE || !hibernates(atMs - this.lastActiveMs, this.hibernateAfterMs)) return;
    this.runtime.wakeUps += 1;
  }

  /** For input that is no message and is handled at once: counts it like one. */
  noteInput(nowMs: number): void {
    if (nowMs - this.lastActiveMs >= LEAST_HIBERNATE_AFTER_MS) this.noteWakeUp(nowMs);
    this.handled += 1;
    this.lastActiveMs = Math.floor(nowMs);
  }

  /** For the scheduler: handles the oldest message. Null when it finished at once. */
  takeMessage(): Promise<void> | null {
    const { mailbox, runtime } = this;
    const arrivedMs = mailbox.oldestAtMs;
    const message = mailbox.shift();
    runtime.scheduler.waiting -= 1;
    if (mailbox.length === 0) runtime.scheduler.noteEmpty(this);
    this.handled += 1;
    this.noteArrival(arrivedMs);
    const trace = this.extras === null ? null : this.extras.trace;
    return trace === null ? this.handle(message) : this.handleTraced(message, trace);
  }

  private handle(message: unknown): Promise<void> | null {
    try {
      const pending = this.receive(message) ?? null;
      if (pending !== null || this.state === HELD) this.inHand = message;
      return pending;
    } catch (error) {
      return this.crash(error) ?? null;
    }
  }

  private handleTraced(message: unknown, trace: Trace): Promise<void> | null {
    const { clock } = this.runtime;
    const startMs = clock.nowMs();
    if (startMs >= trace.untilMs) return this.handle(message);
    const what = describeMessage(message);
    const pending = this.handle(message);
    const record = (): void => trace.record(what, startMs, clock.nowMs());
    if (pending === null) record();
    else pending.then(record, record);
    return pending;
  }

  /**
   * Takes the oldest message that `matches` out of its turn: a selective receive that does not wait. Undefined when none does.
   * Looks through the whole mailbox, as one does.
   */
  takeOut(matches: (message: unknown) => boolean): unknown {
    const before = this.mailbox.length;
    const message = this.mailbox.takeOut(matches);
    if (this.mailbox.length === before) return undefined;
    this.runtime.scheduler.waiting -= 1;
    if (this.mailbox.length === 0) this.runtime.scheduler.noteEmpty(this);
    return message;
  }

  /** A handler threw and nobody caught it; a promise holds the mailbox until the end is done. */
  fail(error: unknown): void | Promise<void> {
    this.end(reasonOf(error));
  }

  /** For the scheduler: `fail`, and an end even where that throws too; nothing may reach the other processes. */
  crash(error: unknown): void | Promise<void> {
    try {
      return this.fail(error);
    } catch (second) {
      this.end(reasonOf(second));
    }
  }

  /** Starts a selective receive; only `release` or death ends it. */
  protected hold(): void {
    this.state = HELD;
  }

  /** Ends a selective receive. */
  protected release(): void {
    if (this.state === HELD) this.runtime.scheduler.rest(this);
  }

  /** An exit signal somebody sent (phoenix-semantics 3.5): `kill` cannot be trapped, `normal` ends only the sender itself. */
  signal(reason: ExitReason, from: Process | null): void {
    if (reason === 'kill') this.end('killed');
    else this.linkBroken(reason, from);
  }

  /** The exit signal of a linked process that ended; here even `kill` is only a reason. */
  linkBroken(reason: ExitReason, from: Process | null): void {
    if (this.state === DEAD) return;
    if (this.trapsExits) this.send(new ExitMessage(from, reason));
    else if (reason !== 'normal' || from === this) this.end(reason);
  }

  /** Ends now: mail is dropped, watchers and links are told. */
  end(reason: ExitReason): void {
    if (this.state === DEAD) return;
    const { runtime } = this;
    if (this.mailbox.length > 0) {
      runtime.scheduler.noteEmpty(this);
      runtime.scheduler.waiting -= this.mailbox.clear();
    }
    this.state = DEAD;
    this.inHand = null;
    runtime.forget(this);
    const tell = cutTies(this);
    try {
      this.ended(reason);
    } finally {
      tell(reason);
    }
  }

  /** `watcher` gets a Down when this process ends; at once with `noproc` if it has. */
  monitoredBy(watcher: Process): void {
    monitor(this, watcher);
  }

  /** Takes one monitor of `watcher` back. */
  demonitoredBy(watcher: Process): void {
    demonitor(this, watcher);
  }

  /** Ties two lives together: an abnormal end of one ends the other. */
  link(other: Process): void {
    link(this, other);
  }

  /** Unties them again. */
  unlink(other: Process): void {
    unlink(this, other);
  }

  /** Tells `hook` when this process ends; it must be alive. */
  onEnd(hook: EndHook): void {
    const extras = (this.extras ??= new Extras());
    extras.hooks = addTo(extras.hooks, hook);
  }

  /** Takes an `onEnd` back. */
  offEnd(hook: EndHook): void {
    if (this.extras !== null) this.extras.hooks = removeFrom(this.extras.hooks, hook);
  }

  /** Records how long callbacks take, until `forMs` from now; a trace that runs goes on longer. */
  trace(forMs: number): void {
    if (this.state === DEAD) return;
    const extras = (this.extras ??= new Extras());
    const nowMs = this.runtime.clock.nowMs();
    if (extras.trace !== null && nowMs < extras.trace.untilMs) extras.trace.untilMs = nowMs + forMs;
    else extras.trace = new Trace(nowMs, forMs);
  }
}
