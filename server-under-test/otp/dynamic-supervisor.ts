import { Exit, isOrderly, type ExitReason } from './exit-reason.ts';
import type { Process } from './process.ts';
import { RestartIntensity, type Intensity } from './restart-intensity.ts';
import type { Runtime } from './runtime.ts';
import { WORKER_SHUTDOWN_MS, type Shutdown } from './stop-child.ts';
import { Supervision, type Restart } from './supervision.ts';

// So many exit signals are sent before the sockets get their turn.
const STOP_SLICE = 256;

/** How one child differs from a temporary one with the supervisor's own shutdown time. */
export interface DynamicChildOptions {
  /** `temporary` unless given. */
  readonly restart?: Restart;
  readonly shutdownMs?: Shutdown;
}

export interface DynamicSupervisorOptions extends Intensity {
  /** For children that say nothing else; 5,000 ms unless given. */
  readonly shutdownMs?: Shutdown;
}

interface Kept {
  readonly start: () => Process;
  readonly restart: Restart;
  readonly shutdown: Shutdown;
}

/** The end of a child that may come back. */
class Ended {
  readonly kept: Kept;
  readonly reason: ExitReason;

  constructor(kept: Kept, reason: ExitReason) {
    this.kept = kept;
    this.reason = reason;
  }
}

/**
 * Any number of children that come and go (phoenix-semantics 3.7).
 *
 * Starting one is a plain call and the end of a temporary one a list operation: no message, no allocation, because every join
 * and every leave of every channel passes here.
 */
export class DynamicSupervisor extends Supervision {
  private readonly intensity: RestartIntensity;
  private readonly shutdown: Shutdown;
  private readonly kept = new Map<Process, Kept>();

  constructor(runtime: Runtime, options: DynamicSupervisorOptions = {}) {
    super(runtime);
    this.intensity = new RestartIntensity(options);
    this.shutdown = options.shutdownMs ?? WORKER_SHUTDOWN_MS;
  }

  /** The new child; what `start` throws, or an `Exit` noproc from a supervisor that is gone or going. */
  startChild<T extends Process>(start: () => T, options?: DynamicChildOptions): T {
    if (!this.alive || this.leaving) throw new Exit('noproc');
    const child = this.runtime.start(start);
    if (options === undefined) {
      if (child.alive) this.attach(child);
    } else {
      this.keep(child, {
        start,
        restart: options.restart ?? 'temporary',
        shutdown: options.shutdownMs ?? this.shutdown,
      });
    }
    return child;
  }

  private keep(child: Process, kept: Kept): void {
    if (!child.alive) return this.send(new Ended(kept, 'noproc'));
    this.attach(child);
    this.kept.set(child, kept);
  }

  protected override lost(child: Process, reason: ExitReason): void {
    if (this.kept.size === 0) return;
    const kept = this.kept.get(child);
    this.kept.delete(child);
    if (kept !== undefined && kept.restart !== 'temporary') this.send(new Ended(kept, reason));
  }

  protected override supervise(message: unknown): void | Promise<void> {
    if (!(message instanceof Ended)) return;
    const { kept, reason } = message;
    if (kept.restart === 'temporary' || (kept.restart === 'transient' && isOrderly(reason))) return;
    if (!this.intensity.allows(this.runtime.clock.nowMs())) return this.leave('shutdown');
    try {
      this.keep(this.runtime.start(kept.start), kept);
    } catch (error) {
      this.send(new Ended(kept, { exception: error }));
    }
  }

  /** All at once, each with its own time; one timer for all of one time. */
  protected override async stopChildren(): Promise<void> {
    const children = [...this.living()];
    const { clock } = this.runtime;
    const timers = new Map(
      [...new Set(children.map((child) => this.shutdownOf(child)))]
        .filter((shutdown) => typeof shutdown === 'number')
        .map((ms) => [ms, clock.after(ms, () => this.killAll(children, ms))]),
    );
    for (const [n, child] of children.entries()) {
      child.signal(this.shutdownOf(child) === 'brutal_kill' ? 'kill' : 'shutdown', this);
      if (n % STOP_SLICE === STOP_SLICE - 1) await new Promise<void>((resolve) => clock.soon(resolve));
    }
    await Promise.all(children.filter(({ alive }) => alive).map((child) => this.ends(child)));
    for (const timer of timers.values()) timer.cancel();
  }

  private killAll(children: readonly Process[], shutdownMs: number): void {
    for (const child of children) if (this.shutdownOf(child) === shutdownMs) child.signal('kill', this);
  }

  private ends(child: Process): Promise<void> {
    return new Promise((resolve) => child.onEnd({ processEnded: () => resolve() }));
  }

  private shutdownOf(child: Process): Shutdown {
    return this.kept.get(child)?.shutdown ?? this.shutdown;
  }
}
