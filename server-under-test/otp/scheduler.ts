import type { Clock } from './clock.ts';
import { IDLE, READY, RUNNING, STAGED, WAITING } from './process-state.ts';
import type { Process } from './process.ts';

/** How long one turn may last before sockets and timers get theirs, in milliseconds. */
export const TURN_MS = 1.5;
/** How many messages one process may handle before the next one gets its visit. */
export const VISIT_MESSAGES = 32;
/** How many processes woken by a fan-out enter the run queue at once. */
export const STAGE_SLICE = 32;

/**
 * Runs processes that have mail, first come first served.
 *
 * A turn is bounded by time, a visit by messages; between turns the event loop polls its sockets, so a flood of any size
 * delays a ping by about one turn and not by the whole flood.
 *
 * A broadcast to many is dealt into the run queue slice by slice. On the BEAM the broadcaster itself is pre-empted every few
 * hundred sends and queues behind those it woke, so whoever else gets mail meanwhile stands among hundreds, not behind all.
 */
export class Scheduler {
  /** Messages waiting in all mailboxes of this runtime. */
  waiting = 0;
  private readonly clock: Clock;
  private queued = 0;
  private staged: Process[] = [];
  private stagedFrom = 0;
  private head: Process | null = null;
  private tail: Process | null = null;
  private busyHead: Process | null = null;
  private armed = false;
  private readonly turn = (): void => this.runTurn();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Processes waiting for a visit. */
  get runQueue(): number {
    return this.queued + this.staged.length - this.stagedFrom;
  }

  /** Notes a process that a fan-out woke; it enters the run queue in its slice, or sooner with other mail. */
  stage(process: Process): void {
    process.state = STAGED;
    this.staged.push(process);
    this.arm();
  }

  private takeSlice(): void {
    const until = Math.min(this.staged.length, this.stagedFrom + STAGE_SLICE);
    for (; this.stagedFrom < until; this.stagedFrom += 1) {
      const process = this.staged[this.stagedFrom];
      // Other mail has brought it into the queue already, or it died.
      if (process?.state === STAGED) this.enqueue(process);
    }
    if (this.stagedFrom < this.staged.length) return;
    this.staged = [];
    this.stagedFrom = 0;
  }

  /** Puts a process at the end of the run queue; it must not be in it. */
  enqueue(process: Process): void {
    process.state = READY;
    process.nextReady = null;
    if (this.tail === null) this.head = process;
    else this.tail.nextReady = process;
    this.tail = process;
    this.queued += 1;
    this.arm();
  }

  /** Called when a mailbox stops being empty. */
  noteBusy(process: Process): void {
    process.nextBusy = this.busyHead;
    process.previousBusy = null;
    if (this.busyHead !== null) this.busyHead.previousBusy = process;
    this.busyHead = process;
  }

  /** Called when a mailbox becomes empty. */
  noteEmpty(process: Process): void {
    if (process.previousBusy === null) this.busyHead = process.nextBusy;
    else process.previousBusy.nextBusy = process.nextBusy;
    if (process.nextBusy !== null) process.nextBusy.previousBusy = process.previousBusy;
    process.nextBusy = null;
    process.previousBusy = null;
  }

  /** Every process with mail, in no particular order. */
  *busy(): Generator<Process> {
    for (let process = this.busyHead; process !== null; process = process.nextBusy) yield process;
  }

  private arm(): void {
    if (this.armed) return;
    this.armed = true;
    this.clock.soon(this.turn);
  }

  private runTurn(): void {
    this.armed = false;
    let nowMs = this.clock.nowMs();
    const endMs = nowMs + TURN_MS;
    // First, so that a run queue that never empties cannot starve a fan-out.
    this.takeSlice();
    for (;;) {
      if (this.head === null) this.takeSlice();
      const process: Process | null = this.head;
      if (process === null) break;
      this.head = process.nextReady;
      if (this.head === null) this.tail = null;
      process.nextReady = null;
      this.queued -= 1;
      // One that died while it queued stays in the queue until here.
      if (process.state === READY) this.visit(process, nowMs, endMs);
      nowMs = this.clock.nowMs();
      if (nowMs >= endMs) break;
    }
    if (this.runQueue > 0) this.arm();
  }

  private visit(process: Process, nowMs: number, endMs: number): void {
    let left = VISIT_MESSAGES;
    // A selective receive may have taken its last message while it queued.
    if (process.mailbox.length === 0) return this.rest(process);
    process.state = RUNNING;
    process.lastActiveMs = Math.floor(nowMs);
    do {
      const pending = process.takeMessage();
      if (process.state !== RUNNING) break;
      if (pending !== null) {
        this.await(process, pending);
        break;
      }
      left -= 1;
    } while (left > 0 && process.mailbox.length > 0 && (left % 8 !== 0 || this.clock.nowMs() < endMs));
    process.afterVisit();
    if (process.state === RUNNING) this.queueOrSleep(process);
  }

  /** Ends a visit or a hold: back into the queue with mail, to sleep without. */
  rest(process: Process): void {
    if (process.inHand !== null) this.wake(process);
    this.queueOrSleep(process);
  }

  private queueOrSleep(process: Process): void {
    if (process.mailbox.length > 0) this.enqueue(process);
    else process.state = IDLE;
  }

  /** A handler that awaited, or a selective receive, is over now and not when the visit began. */
  private wake(process: Process): void {
    process.inHand = null;
    process.lastActiveMs = Math.floor(this.clock.nowMs());
  }

  /** A handler that awaits holds its own mailbox and nothing else. */
  private await(process: Process, pending: Promise<void>): void {
    process.state = WAITING;
    process.lastActiveMs = Math.floor(this.clock.nowMs());
    const proceed = (): void => {
      if (process.state === WAITING) this.rest(process);
    };
    pending.then(proceed, (error: unknown) => {
      if (process.state !== WAITING) return;
      const ending = process.crash(error);
      if (ending instanceof Promise) this.await(process, ending);
      else proceed();
    });
  }
}
