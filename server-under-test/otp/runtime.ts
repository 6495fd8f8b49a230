import type { Clock } from './clock.ts';
import { ExitQueue } from './exit-queue.ts';
import { Exit, reasonOf } from './exit-reason.ts';
import { Obstacles } from './obstacles.ts';
import { IDLE } from './process-state.ts';
import type { Process } from './process.ts';
import { Scheduler } from './scheduler.ts';

/** What the processes of one node share: the clock, the scheduler, names and counts. */
export class Runtime {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Index of the node, part of every pid. */
  readonly node: number;
  readonly exits = new ExitQueue();
  /** Met by every GenServer before it answers a call. */
  readonly answers = new Obstacles<Process>();
  /** How often a message woke a process from hibernation. */
  wakeUps = 0;
  private lastId = 0;
  private readonly names = new Map<string, Process>();
  private alive = 0;
  // A list through the processes: a map of a hundred thousand would cost every start and end more than the process itself.
  private oldest: Process | null = null;
  private newest: Process | null = null;

  constructor(clock: Clock, node = 0) {
    this.clock = clock;
    this.node = node;
    this.scheduler = new Scheduler(clock);
  }

  /** Processes alive. */
  get processes(): number {
    return this.alive;
  }

  /** For a process that begins: its id. */
  admit(process: Process): number {
    this.lastId += 1;
    this.alive += 1;
    process.older = this.newest;
    if (this.newest === null) this.oldest = process;
    else this.newest.newer = process;
    this.newest = process;
    return this.lastId;
  }

  /**
   * Runs the `start` of a supervisor. Where it throws, what it left half made ends: a constructor may fail after its process
   * was admitted, and on the BEAM an init that fails ends its process.
   */
  start<T>(start: () => T): T {
    const before = this.lastId;
    try {
      return start();
    } catch (error) {
      for (let id = before + 1; id <= this.lastId; id += 1) this.discard(this.find(id), error);
      throw error;
    }
  }

  // What has mail or a supervisor sees to its own end.
  private discard(process: Process | null, error: unknown): void {
    if (process === null || process.supervisor !== null || process.state !== IDLE) return;
    try {
      process.end(reasonOf(error));
    } catch {
      // Its clean-up stumbled over fields that were never set; it is dead all the same.
    }
  }

  /** For a process that ended: id and name are free. */
  forget(process: Process): void {
    this.alive -= 1;
    if (process.older === null) this.oldest = process.newer;
    else process.older.newer = process.newer;
    if (process.newer === null) this.newest = process.older;
    else process.newer.older = process.older;
    process.older = process.newer = null;
    if (process.name !== null) this.names.delete(process.name);
  }

  /** The living process of that id; looks through them all, for people and other nodes ask seldom. */
  find(id: number): Process | null {
    for (const process of this.all()) if (process.id === id) return process;
    return null;
  }

  /** Every living process, oldest first. */
  *all(): Generator<Process> {
    let process = this.oldest;
    while (process !== null) {
      // Read before: whoever looks may end it.
      const next: Process | null = process.newer;
      yield process;
      process = next;
    }
  }

  /** Gives a process its one name until it ends; throws an `Exit` badarg when either has the other already, or is dead. */
  register(name: string, process: Process): void {
    if (!process.alive || process.name !== null || this.names.has(name)) throw new Exit('badarg');
    this.names.set(name, process);
    process.name = name;
  }

  /** Takes a name back; the process lives on. */
  unregister(name: string): void {
    const process = this.names.get(name);
    this.names.delete(name);
    if (process !== undefined) process.name = null;
  }

  /** The living process of that name. */
  whereIs(name: string): Process | null {
    return this.names.get(name) ?? null;
  }

  /** Every name and who holds it. */
  registered(): Iterable<[string, Process]> {
    return this.names.entries();
  }
}
