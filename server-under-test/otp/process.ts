import { Down, ExitMessage } from './signals.ts';
import { reasonOf, type ExitReason } from './exit-reason.ts';
import { Mailbox } from './mailbox.ts';
import { DEAD, HELD, IDLE, STAGED } from './process-state.ts';
import type { Runtime } from './runtime.ts';

export type ProcessKind = 'channel' | 'transport' | 'task' | 'server';

/**
 * One process: a mailbox and one handler at a time.
 *
 * Fields are few and of fixed shape because a node holds two of these per client.
 */
export abstract class Process {
  readonly runtime: Runtime;
  readonly id: number;
  readonly mailbox = new Mailbox();
  state = IDLE;
  trapsExits = false;
  nextReady: Process | null = null;
  nextBusy: Process | null = null;
  previousBusy: Process | null = null;
  private watchers: Process[] | null = null;
  private links: Process[] | null = null;

  constructor(runtime: Runtime) {
    this.runtime = runtime;
    this.id = runtime.nextId();
    runtime.processes += 1;
  }

  /** What the observer calls this process. */
  abstract get kind(): ProcessKind;

  /** The topic the observer shows, where there is one. */
  get topic(): string | null {
    return null;
  }

  /** Handles one message; a promise holds this mailbox until it settles. */
  protected abstract receive(message: unknown): void | Promise<void>;

  /** Cleans up; the process is dead already and its mail is gone. */
  protected abstract ended(reason: ExitReason): void;

  /** Called after each visit of the scheduler, for work worth batching. */
  afterVisit(): void {}

  get alive(): boolean {
    return this.state !== DEAD;
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
    if (this.mailbox.length === 0) scheduler.noteBusy(this);
    this.mailbox.push(message, atMs);
    scheduler.waiting += 1;
    return true;
  }

  /** For the scheduler: handles the oldest message. Null when it finished at once. */
  takeMessage(): Promise<void> | null {
    const message = this.mailbox.shift();
    const { scheduler } = this.runtime;
    scheduler.waiting -= 1;
    if (this.mailbox.length === 0) scheduler.noteEmpty(this);
    try {
      return this.receive(message) ?? null;
    } catch (error) {
      return this.fail(error) ?? null;
    }
  }

  /** A handler threw and nobody caught it; a promise holds the mailbox until the end is done. */
  fail(error: unknown): void | Promise<void> {
    this.end(reasonOf(error));
  }

  /** Starts a selective receive; only `release` or death ends it. */
  protected hold(): void {
    this.state = HELD;
  }

  /** Ends a selective receive. */
  protected release(): void {
    if (this.state === HELD) this.runtime.scheduler.rest(this);
  }

  /** An exit signal from another process (phoenix-semantics 3.5): `kill` cannot be trapped. */
  signal(reason: ExitReason, from: Process | null): void {
    if (this.state === DEAD) return;
    if (reason === 'kill') this.end('killed');
    else if (this.trapsExits) this.send(new ExitMessage(from, reason));
    else if (reason !== 'normal') this.end(reason);
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
    runtime.processes -= 1;
    const { watchers, links } = this;
    this.watchers = null;
    this.links = null;
    this.ended(reason);
    for (const watcher of watchers ?? []) watcher.send(new Down(this, reason));
    for (const linked of links ?? []) {
      linked.unlink(this);
      linked.signal(reason, this);
    }
  }

  /** `watcher` gets a Down when this process ends; at once with `noproc` if it has. */
  monitoredBy(watcher: Process): void {
    if (this.state === DEAD) watcher.send(new Down(this, 'noproc'));
    else (this.watchers ??= []).push(watcher);
  }

  /** Takes one monitor of `watcher` back. */
  demonitoredBy(watcher: Process): void {
    const index = this.watchers?.indexOf(watcher) ?? -1;
    if (index >= 0) this.watchers?.splice(index, 1);
  }

  /** Ties two lives together: an abnormal end of one ends the other. */
  link(other: Process): void {
    (this.links ??= []).push(other);
    (other.links ??= []).push(this);
  }

  private unlink(other: Process): void {
    const index = this.links?.indexOf(other) ?? -1;
    if (index >= 0) this.links?.splice(index, 1);
  }
}
