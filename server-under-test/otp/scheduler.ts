import type { Clock } from './clock.ts';
import { IDLE, READY, RUNNING, WAITING } from './process-state.ts';
import type { Process } from './process.ts';

/** How long one turn may last before sockets and timers get theirs, in milliseconds. */
export const TURN_MS = 1.5;
/** How many messages one process may handle before the next one gets its visit. */
export const VISIT_MESSAGES = 32;

/**
 * Runs processes that have mail, first come first served.
 *
 * A turn is bounded by time, a visit by messages; between turns the event loop polls its sockets, so a flood of any size
 * delays a ping by about one turn and not by the whole flood.
 */
export class Scheduler {
  /** Processes waiting for a visit. */
  runQueue = 0;
  /** Messages waiting in all mailboxes of this runtime. */
  waiting = 0;
  private readonly clock: Clock;
  private head: Process | null = null;
  private tail: Process | null = null;
  private busyHead: Process | null = null;
  private armed = false;
  private readonly turn = (): void => this.runTurn();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Puts a process at the end of the run queue; it must not be in it. */
  enqueue(process: Process): void {
    process.state = READY;
    process.nextReady = null;
    if (this.tail === null) this.head = process;
    else this.tail.nextReady = process;
    this.tail = process;
    this.runQueue += 1;
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
    const endMs = this.clock.nowMs() + TURN_MS;
    while (this.head !== null) {
      const process = this.head;
      this.head = process.nextReady;
      if (this.head === null) this.tail = null;
      process.nextReady = null;
      this.runQueue -= 1;
      // One that died while it queued stays in the queue until here.
      if (process.state === READY) this.visit(process, endMs);
      if (this.clock.nowMs() >= endMs) break;
    }
    if (this.head !== null) this.arm();
  }

  private visit(process: Process, endMs: number): void {
    let left = VISIT_MESSAGES;
    process.state = RUNNING;
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
    if (process.state === RUNNING) this.rest(process);
  }

  /** Ends a visit or a hold: back into the queue with mail, to sleep without. */
  rest(process: Process): void {
    if (process.mailbox.length > 0) this.enqueue(process);
    else process.state = IDLE;
  }

  /** A handler that awaits holds its own mailbox and nothing else. */
  private await(process: Process, pending: Promise<void>): void {
    process.state = WAITING;
    const proceed = (): void => {
      if (process.state === WAITING) this.rest(process);
    };
    pending.then(proceed, (error: unknown) => {
      if (process.state !== WAITING) return;
      const ending = process.fail(error);
      if (ending instanceof Promise) this.await(process, ending);
      else proceed();
    });
  }
}
