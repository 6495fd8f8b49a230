/**
 * Leads the workers: hands each its slice of the plan, merges their windows
 * second by second, passes on faults and broadcasts, and ends them.
 */
import type { Clock } from '../base/clock.ts';
import { Condition } from '../base/condition.ts';
import { EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import type { Hits } from '../base/hits.ts';
import type { CauseCount } from '../base/timeout-causes.ts';
import { Broadcasts } from '../measure/broadcasts.ts';
import { mergeDeltas, type MergedWindow } from '../measure/merge.ts';
import { foldedTag, TagSet } from '../measure/tag-set.ts';
import type { FaultParams } from '../scenario/fault-spec.ts';
import { Crew } from './crew.ts';
import { decodeWindow, type WorkerWindow } from './delta-codec.ts';
import { sumGauges, type Gauges } from './gauges.ts';
import type { Refusal } from '../base/refusal.ts';
import { mergeRefusals } from './merged-refusals.ts';
import type { Answer, Order, WorkerPlan } from './orders.ts';
import { HitBook, RollCall } from './roll-call.ts';
import type { Seat } from './seat.ts';

/** Told of what the workers report. */
export type ConductorListener = {
  onWindow(merged: MergedWindow, gauges: Gauges, liveWorkers: number): void;
  onWorkerLost(worker: number, clients: number, how: string): void;
  onScenarioThrew(message: string, stack: string, client: number | null): void;
  /** A tag has more values than are kept apart; the rest is counted together. */
  onTagsFolded?(name: string): void;
  /** Timeouts of whatever second whose cause has been settled. */
  onCauses?(settled: readonly CauseCount[]): void;
  /** A fault is on, as far as is known: so many of the workers that were asked have said so in time. */
  onSilence?(fault: string, answered: number, asked: number): void;
};

/** How long workers may take to start, and to end. */
const START_MS = 30_000;
const FINISH_MS = 20_000;
/** How long workers may take to put a fault on all of their links, or to take it off. */
const STRIKE_MS = 10_000;
/** A window that a live worker has not delivered this long after its end is merged without it. */
const WINDOW_GRACE = 3;
/** Seconds without a delivery after which nobody expects one any more. */
const QUIET_WINDOWS = 2;

/** Of the workers that were asked, those that live and have not answered. */
type Answers = { silent: number; asked: number };

export class Conductor {
  readonly broadcasts = new Broadcasts();
  readonly #listener: ConductorListener;
  readonly #crew: Crew;
  readonly #seats: Seat[];
  readonly #tags = new TagSet();
  readonly #folded = new Set<string>();
  #nextWindow = 0;
  /** Seconds in a row without a delivery. */
  #quietWindows = 0;
  readonly #turns: Condition;
  readonly #calls = new Map<number, RollCall>();
  readonly #hits = new HitBook();
  #lastCall = 0;
  #startFailure: FiredrillError | null = null;

  /** A crew that is there already has a head start; its workers are this conductor's from here on. */
  constructor(clock: Clock, listener: ConductorListener, crew = new Crew()) {
    this.#turns = new Condition(clock);
    this.#listener = listener;
    this.#crew = crew;
    this.#seats = crew.seats;
  }

  /** Starts the workers that are missing and resolves when each has loaded the scenario. */
  async launch(plan: Omit<WorkerPlan, 'worker'>): Promise<void> {
    this.#crew.hire(plan.workers);
    this.#crew.attend({
      onHello: (seat) => this.#tell(seat, { type: 'plan', plan: { ...plan, worker: seat.worker } }),
      onAnswer: (seat, answer) => this.#hear(seat, answer),
      onWindow: (seat, bytes) => this.#takeWindow(seat, decodeWindow(bytes)),
      onExit: (seat, how) => this.#childExited(seat, how),
    });
    for (const seat of this.#seats) if (seat.hasExited) seat.lost = true;
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

  #hear(seat: Seat, answer: Answer): void {
    if (answer.type === 'ready') seat.ready = true;
    else if (answer.type === 'struck') {
      this.#hits.write(answer.id, seat.worker, answer.hit);
      this.#calls.get(answer.call)?.hear(seat.worker);
    } else if (answer.type === 'threw') {
      if (answer.client === null) {
        const problems = (answer.problems as Problem[] | undefined) ?? [
          { code: 'scenario-failed', path: 'scenario', got: answer.message },
        ];
        this.#startFailure = new FiredrillError(EXIT.invalid, problems);
      } else this.#listener.onScenarioThrew(answer.message, answer.stack, answer.client);
    } else if (answer.type === 'done') {
      seat.done = true;
      seat.refusals = answer.refusals;
    }
    this.#turns.wake();
  }

  /** Begins the run: the first arrival is due at `startUs`. */
  start(startUs: number): void {
    this.#tellAll({ type: 'start', startUs });
  }

  /** Acts on a share of the clients' links; resolves with how many. Who does not answer in time is told of. */
  async strike(order: {
    id: string;
    kind: string;
    params: FaultParams;
    seed: number;
    forMs: number;
  }): Promise<Hits> {
    return this.#struckBy(order.id, await this.#callRoll((call) => ({ type: 'strike', call, ...order })));
  }

  /** The same fault on a larger share; resolves with all that were hit by now. */
  async raise(id: string, share: number): Promise<Hits> {
    return this.#struckBy(id, await this.#callRoll((call) => ({ type: 'raise', call, id, share })));
  }

  #struckBy(id: string, { silent, asked }: Answers): Hits {
    if (silent > 0) this.#listener.onSilence?.(id, asked - silent, asked);
    return this.#hits.hits(id);
  }

  /** Resolves when every link is as it was, with all that were hit; rejects when some worker does not say so in time. */
  async lift(id: string): Promise<Hits> {
    const { silent, asked } = await this.#callRoll((call) => ({ type: 'lift', call, id }));
    if (silent === 0) return this.#hits.hits(id);
    throw new Error(`${silent} of ${asked} workers did not say within ${STRIKE_MS / 1e3} s that it is over`);
  }

  /** Asks every worker and waits for those that live. */
  async #callRoll(orderOf: (call: number) => Order): Promise<Answers> {
    const call = (this.#lastCall += 1);
    const roll = new RollCall(this.liveWorkers());
    this.#calls.set(call, roll);
    this.#tellAll(orderOf(call));
    await this.#turns.until(() => roll.silent(this.liveWorkers()) === 0, STRIKE_MS);
    this.#calls.delete(call);
    return { silent: roll.silent(this.liveWorkers()), asked: roll.asked };
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
    await this.#turns.until(() => this.#seats.every((seat) => seat.hasExited), FINISH_MS);
    this.kill();
  }

  /** Ends everything at once. */
  kill(): void {
    this.#crew.kill();
  }

  /** Why anything was refused or not answered, over all workers, most frequent first. */
  refusals(): Refusal[] {
    return mergeRefusals(this.#seats.map((seat) => seat.refusals));
  }

  /** The workers' gauges, summed; a lost worker's are those of its last window. */
  gauges(): Gauges {
    return sumGauges(this.#seats.flatMap((seat) => seat.gauges ?? []));
  }

  /** CPU of the busiest worker in its last window, in microseconds. */
  busiestCpuUs(): number {
    return Math.max(0, ...this.#live().map((seat) => seat.gauges?.cpuUs ?? 0));
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
    if (window.causes.length > 0) this.#listener.onCauses?.(window.causes);
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
      const merged = mergeDeltas(this.#nextWindow, deltas, this.#tags);
      this.#noteFolded(merged);
      this.#nextWindow += 1;
      this.#quietWindows = merged.counters.deliveries === 0 ? this.#quietWindows + 1 : 0;
      this.#listener.onWindow(merged, this.#liveGauges(), live.length);
    }
    this.#turns.wake();
  }

  /** Says once of each tag that it had more values than are kept apart. */
  #noteFolded(merged: MergedWindow): void {
    const { counters, shares, levels, trends } = merged.own;
    for (const name of [counters, shares, levels, trends].flatMap((map) => [...map.keys()])) {
      const tag = foldedTag(name);
      if (tag === null || this.#folded.has(tag)) continue;
      this.#folded.add(tag);
      this.#listener.onTagsFolded?.(tag);
    }
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
