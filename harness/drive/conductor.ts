/**
 * Leads the workers: forks them, hands each its slice of the plan, merges their
 * windows second by second, passes on faults and broadcasts, and ends them.
 */
import { spawn } from 'node:child_process';
import { batchPrefix } from './batch-scheduling.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { Condition } from '../base/condition.ts';
import { EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import { Broadcasts } from '../measure/broadcasts.ts';
import { mergeDeltas, type MergedWindow } from '../measure/merge.ts';
import type { FaultParams } from '../scenario/fault-plan.ts';
import { decodeWindow, type WorkerWindow } from './delta-codec.ts';
import { sumGauges, type Gauges } from './gauges.ts';
import type { Answer, Order, WorkerPlan } from './orders.ts';
import { Pipe } from './pipe.ts';
import { takeSeat, type Seat } from './seat.ts';

/** Told of what the workers report. */
export type ConductorListener = {
  onWindow(merged: MergedWindow, gauges: Gauges, liveWorkers: number): void;
  onWorkerLost(worker: number, clients: number, how: string): void;
  onScenarioThrew(message: string, stack: string, client: number | null): void;
};

/** How long workers may take to start, and to end. */
const START_MS = 30_000;
const FINISH_MS = 20_000;
/** A window that a live worker has not delivered this long after its end is merged without it. */
const WINDOW_GRACE = 3;
/** Seconds without a delivery after which nobody expects one any more. */
const QUIET_WINDOWS = 2;

export class Conductor {
  readonly broadcasts = new Broadcasts();
  readonly #listener: ConductorListener;
  readonly #seats: Seat[] = [];
  readonly #removeFolder = (): void => rmSync(this.#folder, { recursive: true, force: true });
  readonly #folder = mkdtempSync(join(tmpdir(), 'firedrill-'));
  readonly #batch = batchPrefix();
  #server: Server | null = null;
  #nextWindow = 0;
  /** Seconds in a row without a delivery. */
  #quietWindows = 0;
  readonly #turns: Condition;
  #struck = new Map<string, { answers: number; clients: number }>();
  #startFailure: FiredrillError | null = null;

  constructor(clock: Clock, listener: ConductorListener) {
    this.#turns = new Condition(clock);
    // However we go: a second Ctrl-C ends the process without another word.
    process.once('exit', this.#removeFolder);
    this.#listener = listener;
  }

  /** Forks the workers and resolves when each has loaded the scenario. */
  async launch(plan: Omit<WorkerPlan, 'worker'>): Promise<void> {
    const path = join(this.#folder, 'conductor.sock');
    await this.#listen(path, plan);
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const module = new URL(`./worker-process.${extension}`, import.meta.url).pathname;
    for (let worker = 0; worker < plan.workers; worker++) {
      const command = [...this.#batch, process.execPath, ...WORKER_FLAGS, module, path, String(worker)];
      const child = spawn(command[0]!, command.slice(1), {
        // A scenario's console.log is no result: stdout is ours.
        stdio: ['ignore', 2, 2],
      });
      const seat = takeSeat(worker, child);
      this.#seats.push(seat);
      child.on('exit', (code, signal) => this.#childExited(seat, signal ?? `exit code ${code}`));
    }
    await this.#turns.until(
      () => this.#startFailure !== null || this.#seats.every((s) => s.ready || s.lost),
      START_MS,
    );
    if (this.#startFailure) throw this.#startFailure;
    if (!this.#seats.every((seat) => seat.ready)) {
      throw new FiredrillError(EXIT.inconclusive, [
        {
          code: 'workers-did-not-start',
          path: 'drive',
          got: 'a worker process that ended or never answered',
        },
      ]);
    }
  }

  #listen(path: string, plan: Omit<WorkerPlan, 'worker'>): Promise<void> {
    const server = createServer((socket) => {
      let seat: Seat | null = null;
      const pipe = new Pipe(socket, {
        onMessage: (message) => {
          const answer = message as Answer;
          if (answer.type === 'hello') {
            seat = this.#seats[answer.worker] ?? null;
            if (!seat) return;
            seat.pipe = pipe;
            this.#tell(seat, { type: 'plan', plan: { ...plan, worker: answer.worker } });
          } else if (seat) {
            this.#hear(seat, answer);
          }
        },
        onWindow: (bytes) => seat && this.#takeWindow(seat, decodeWindow(bytes)),
        onEnd: () => {},
      });
    });
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  }

  #hear(seat: Seat, answer: Answer): void {
    if (answer.type === 'ready') seat.ready = true;
    else if (answer.type === 'struck') {
      const struck = this.#struck.get(answer.id);
      if (struck) {
        struck.answers += 1;
        struck.clients += answer.clients;
      }
    } else if (answer.type === 'threw') {
      if (answer.client === null) {
        const problems = (answer.problems as Problem[] | undefined) ?? [
          { code: 'scenario-failed', path: 'scenario', got: answer.message },
        ];
        this.#startFailure = new FiredrillError(EXIT.invalid, problems);
      } else this.#listener.onScenarioThrew(answer.message, answer.stack, answer.client);
    } else if (answer.type === 'done') {
      seat.done = true;
      seat.causes = answer.causes;
    }
    this.#turns.wake();
  }

  /** Begins the run: the first arrival is due at `startUs`. */
  start(startUs: number): void {
    this.#tellAll({ type: 'start', startUs });
  }

  /** Acts on a share of the clients' links; resolves with how many. */
  async strike(order: {
    id: string;
    kind: string;
    params: FaultParams;
    seed: number;
    forMs: number;
  }): Promise<number> {
    this.#struck.set(order.id, { answers: 0, clients: 0 });
    this.#tellAll({ type: 'strike', ...order });
    await this.#turns.until(() => this.#struck.get(order.id)!.answers >= this.#live().length, 5_000);
    return this.#struck.get(order.id)!.clients;
  }

  lift(id: string): void {
    this.#tellAll({ type: 'lift', id });
  }

  /** Nothing new is sent; resolves when nothing is in flight or awaited any more, or after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#tellAll({ type: 'stop' });
    const from = this.#nextWindow;
    await this.#turns.until(() => this.#nextWindow >= from + 2 && this.#isAtRest(), graceMs);
  }

  /** Nothing in flight, and no delivery on its way: a receiver that was cut off waits in vain. */
  #isAtRest(): boolean {
    const { inFlightConnect, inFlightJoin, inFlightPush, waiting } = this.#liveGauges();
    if (inFlightConnect + inFlightJoin + inFlightPush > 0) return false;
    return waiting === 0 || this.#quietWindows >= QUIET_WINDOWS;
  }

  /** Takes the last windows, cuts all connections and waits for the workers to end. */
  async finish(): Promise<void> {
    this.#tellAll({ type: 'finish' });
    await this.#turns.until(() => this.#live().every((seat) => seat.done), FINISH_MS);
    this.#mergeWindows(true);
    await this.#turns.until(
      () => this.#seats.every((s) => s.child.exitCode !== null || s.child.signalCode !== null),
      FINISH_MS,
    );
    this.kill();
  }

  /** Ends everything at once. */
  kill(): void {
    for (const { child } of this.#seats) if (child.exitCode === null) child.kill('SIGKILL');
    this.#server?.close();
    this.#removeFolder();
    process.off('exit', this.#removeFolder);
  }

  /** Why connections failed or ended, over all workers. */
  causes(): Map<string, number> {
    const causes = new Map<string, number>();
    for (const seat of this.#seats) {
      for (const [detail, count] of seat.causes) causes.set(detail, (causes.get(detail) ?? 0) + count);
    }
    return causes;
  }

  /** The workers' gauges, summed; a lost worker's are those of its last window. */
  gauges(): Gauges {
    return sumGauges(this.#seats.flatMap((seat) => seat.gauges ?? []));
  }

  #liveGauges(): Gauges {
    return sumGauges(this.#live().flatMap((seat) => seat.gauges ?? []));
  }

  /** When the last client had joined, from the first arrival; null when some worker never had all of its own. */
  joinedAfterUs(): number | null {
    const times = this.#seats.map((seat) => seat.gauges?.allJoinedAtUs ?? -1);
    return times.some((time) => time < 0) ? null : Math.max(...times);
  }

  liveWorkers(): number[] {
    return this.#live().map((seat) => seat.worker);
  }

  #live(): Seat[] {
    return this.#seats.filter((seat) => !seat.lost);
  }

  #takeWindow(seat: Seat, window: WorkerWindow): void {
    seat.gauges = window.gauges;
    seat.lastWindow = window.delta.window;
    seat.windows.set(window.delta.window, window);
    for (const row of window.tallies) this.broadcasts.add(seat.worker, row);
    if (window.published.length > 0) {
      for (const other of this.#live()) {
        if (other !== seat) this.#tell(other, { type: 'learn', published: window.published });
      }
    }
    this.#mergeWindows(false);
  }

  #mergeWindows(all: boolean): void {
    for (;;) {
      const live = this.#live();
      const newest = Math.max(-1, ...this.#seats.map((seat) => seat.lastWindow));
      if (this.#nextWindow > newest) break;
      const complete = live.every((seat) => seat.lastWindow >= this.#nextWindow);
      if (!complete && !all && newest < this.#nextWindow + WINDOW_GRACE) break;
      const deltas = this.#seats.flatMap((seat) => {
        const mine: WorkerWindow['delta'][] = [];
        // A straggler's older windows are late, not lost: they count where they arrive.
        for (const [number, window] of seat.windows) {
          if (number > this.#nextWindow) continue;
          mine.push(window.delta);
          seat.windows.delete(number);
        }
        return mine;
      });
      const merged = mergeDeltas(this.#nextWindow, deltas);
      this.#nextWindow += 1;
      this.#quietWindows = merged.counters.deliveries === 0 ? this.#quietWindows + 1 : 0;
      this.#listener.onWindow(merged, this.#liveGauges(), live.length);
    }
    this.#turns.wake();
  }

  #childExited(seat: Seat, how: string): void {
    if (!seat.done && !seat.lost) {
      seat.lost = true;
      const clients = seat.gauges?.connected ?? 0;
      if (seat.ready) this.#listener.onWorkerLost(seat.worker, clients, how);
      this.#mergeWindows(false);
    }
    this.#turns.wake();
  }

  #tell(seat: Seat, order: Order): void {
    seat.pipe?.send(order);
  }

  #tellAll(order: Order): void {
    for (const seat of this.#live()) this.#tell(seat, order);
  }
}

/** Node 22 warns of every TypeScript file it strips. */
const WORKER_FLAGS = ['--max-semi-space-size=16', '--disable-warning=ExperimentalWarning'];
