import { Exit, isOrderly, type ExitReason } from './exit-reason.ts';
import type { Process } from './process.ts';
import { RestartIntensity, type Intensity } from './restart-intensity.ts';
import type { Runtime } from './runtime.ts';
import { ExitMessage } from './signals.ts';
import { stopChild, WORKER_SHUTDOWN_MS, type Shutdown } from './stop-child.ts';
import { Supervision, type Restart } from './supervision.ts';

/** Whom a crash takes along: nobody, those started later, everybody. */
export type Strategy = 'one_for_one' | 'rest_for_one' | 'one_for_all';

/** One child of a supervisor. */
export interface ChildSpec {
  readonly id: string;
  readonly start: () => Process;
  /** `permanent` unless given. */
  readonly restart?: Restart;
  /** 5,000 ms for a worker and `infinity` for a supervisor unless given. */
  readonly shutdownMs?: Shutdown;
  /** `worker` unless given. */
  readonly type?: 'worker' | 'supervisor';
}

export interface SupervisorOptions extends Intensity {
  /** `one_for_one` unless given. */
  readonly strategy?: Strategy;
}

/** A child as the observer's tree shows it; `process` is null between an end and the restart. */
export interface ChildEntry {
  readonly id: string;
  readonly type: 'worker' | 'supervisor';
  readonly restart: Restart;
  readonly process: Process | null;
}

class Child {
  readonly spec: ChildSpec;
  process: Process | null = null;

  constructor(spec: ChildSpec) {
    this.spec = spec;
  }

  get type(): 'worker' | 'supervisor' {
    return this.spec.type ?? 'worker';
  }

  get restart(): Restart {
    return this.spec.restart ?? 'permanent';
  }

  get shutdown(): Shutdown {
    return this.spec.shutdownMs ?? (this.type === 'supervisor' ? 'infinity' : WORKER_SHUTDOWN_MS);
  }
}

/** A restart whose start threw: tried again behind the mail that waits, and counted again. */
class Retry {
  readonly child: Child;

  constructor(child: Child) {
    this.child = child;
  }
}

/**
 * Starts its children in order, stops them in reverse, and brings back those that end (phoenix-semantics 3.7).
 *
 * An end is a message like any other, so a named child is absent for a moment: callers in between get noproc.
 */
export class Supervisor extends Supervision {
  private readonly ownStrategy: Strategy;
  private readonly imposed: Array<{ readonly strategy: Strategy }> = [];
  private readonly intensity: RestartIntensity;
  private list: readonly Child[];

  /** Throws what the start of a child threw, as the cause of an `Exit`; the children before it are stopped. */
  constructor(runtime: Runtime, specs: readonly ChildSpec[], options: SupervisorOptions = {}) {
    super(runtime);
    this.ownStrategy = options.strategy ?? 'one_for_one';
    this.intensity = new RestartIntensity(options);
    this.list = specs.map((spec) => new Child(spec));
    const twice = this.list.find(
      (child, at) => this.list.findIndex(({ spec }) => spec.id === child.spec.id) < at,
    );
    try {
      if (twice !== undefined) throw new Error(`two children called ${twice.spec.id}`);
      for (const child of this.list) this.start(child);
    } catch (error) {
      const failure = new Exit({ shutdown: 'failed_to_start_child' }, { cause: error });
      void this.stop(failure.reason);
      throw failure;
    }
  }

  get strategy(): Strategy {
    return this.imposed.at(-1)?.strategy ?? this.ownStrategy;
  }

  /** Makes it follow another strategy until the returned function is called; of several the latest counts. */
  impose(strategy: Strategy): () => void {
    const imposition = { strategy };
    this.imposed.push(imposition);
    return () => {
      const at = this.imposed.indexOf(imposition);
      if (at >= 0) this.imposed.splice(at, 1);
    };
  }

  /** Its children in start order. */
  children(): readonly ChildEntry[] {
    return this.list.map(({ spec, type, restart, process }) => ({
      id: spec.id,
      type,
      restart,
      process: process?.alive === true ? process : null,
    }));
  }

  private start(child: Child): void {
    const process = this.runtime.start(() => child.spec.start());
    child.process = process;
    if (process.alive) this.attach(process);
    else this.lost(process, 'noproc');
  }

  protected override lost(process: Process, reason: ExitReason): void {
    this.send(new ExitMessage(process, reason));
  }

  protected override supervise(message: unknown): void | Promise<void> {
    if (message instanceof Retry) return this.retry(message.child);
    if (!(message instanceof ExitMessage) || message.from === null) return;
    // Nobody's: a child that was stopped or replaced since.
    const child = this.list.find(({ process }) => process === message.from);
    if (child !== undefined) return this.childExited(child, message.reason);
  }

  private childExited(child: Child, reason: ExitReason): void | Promise<void> {
    child.process = null;
    if (child.restart === 'temporary') this.forget([child]);
    else if (child.restart === 'permanent' || !isOrderly(reason)) return this.bringBack(child);
  }

  private retry(child: Child): void | Promise<void> {
    if (child.process === null && this.list.includes(child)) return this.bringBack(child);
  }

  private bringBack(child: Child): void | Promise<void> {
    if (!this.intensity.allows(this.runtime.clock.nowMs())) return this.leave('shutdown');
    if (this.strategy === 'one_for_one') return this.startAgain([child]);
    return this.bringBackWith(
      this.strategy === 'one_for_all' ? this.list : this.list.slice(this.list.indexOf(child)),
    );
  }

  private async bringBackWith(children: readonly Child[]): Promise<void> {
    await this.stopInReverse(children);
    // Killed meanwhile.
    if (!this.alive) return;
    this.forget(children.filter(({ restart }) => restart === 'temporary'));
    this.startAgain(children.filter(({ restart }) => restart !== 'temporary'));
  }

  private startAgain(children: readonly Child[]): void {
    for (const child of children) {
      try {
        this.start(child);
      } catch {
        // Those after it wait with it; each try counts, so this ends by success or by the intensity.
        return this.send(new Retry(child));
      }
    }
  }

  private forget(children: readonly Child[]): void {
    this.list = this.list.filter((child) => !children.includes(child));
  }

  protected override stopChildren(): Promise<void> {
    return this.stopInReverse(this.list);
  }

  private async stopInReverse(children: readonly Child[]): Promise<void> {
    for (const child of children.toReversed()) {
      const { process } = child;
      child.process = null;
      if (process?.alive === true) await stopChild(process, child.shutdown, this);
    }
  }
}
