import type { Clock } from './clock.ts';
import type { Process } from './process.ts';
import { Scheduler } from './scheduler.ts';

/** What the processes of one node share: the clock, the scheduler, names and counts. */
export class Runtime {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Index of the node, part of every pid. */
  readonly node: number;
  /** Processes alive. */
  processes = 0;
  private lastId = 0;
  private readonly names = new Map<string, Process>();

  constructor(clock: Clock, node = 0) {
    this.clock = clock;
    this.node = node;
    this.scheduler = new Scheduler(clock);
  }

  nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  /** Gives a process a name; the last one wins. */
  register(name: string, process: Process): void {
    this.names.set(name, process);
  }

  /** The living process of that name. */
  whereIs(name: string): Process | null {
    const process = this.names.get(name);
    return process !== undefined && process.alive ? process : null;
  }
}
