import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { StopGuard } from './cluster-faults/stop-guard.ts';
import type { Clock, Timer } from './otp/clock.ts';
import { APPLICATION_DOWN, type NodeAnswer, type NodeRequest } from './node-protocol.ts';
import type { NodeSnapshot } from './telemetry/observer.ts';

/** How a node stands. One that is `down` was taken down by a fault and comes back; a `dead` one does not. */
export type NodeState = 'starting' | 'running' | 'paused' | 'leaving' | 'down' | 'dead';

/** An error a node process answered with, or that came of its death. */
export class NodeError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: NodeError) => void;
  readonly timer: Timer | null;
}

const SEMI_SPACE_MB = 16;

function describeCode(code: number | null): string {
  return code === APPLICATION_DOWN ? `code ${code}, its top supervisor gave up` : `code ${code}`;
}

/** The primary's end of one node process. */
export class NodeHandle {
  readonly index: number;
  /** Resolves when the process is gone, however it went. */
  readonly gone: Promise<void>;
  alive = true;
  /** It has booted and takes orders. */
  isBooted = false;
  /** It listens, as a part of the mesh. */
  isServing = false;
  /** A fault ends it, or has ended it: it is to come back. */
  isTakenDown = false;
  /** What it last said of itself. */
  lastSnapshot: NodeSnapshot | null = null;
  private readonly clock: Clock;
  private readonly child: ChildProcess;
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;
  private isPaused = false;
  private guard: StopGuard | null = null;

  constructor(clock: Clock, index: number, onExit: (handle: NodeHandle, how: string) => void) {
    this.clock = clock;
    this.index = index;
    // The compiled package runs the same layout as .js.
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    this.child = fork(new URL(`./node${extension}`, import.meta.url), [], {
      // Node 22 warns of every TypeScript file it strips.
      execArgv: [`--max-semi-space-size=${SEMI_SPACE_MB}`, '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child.on('message', (message) => this.settle(message as NodeAnswer));
    this.child.on('error', () => {});
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gone = promise;
    this.child.on('exit', (code, signal) => {
      this.alive = false;
      this.guard?.release();
      this.guard = null;
      for (const pending of this.pending.values()) {
        pending.timer?.cancel();
        pending.reject(new NodeError('node_died', `node${index} died`));
      }
      this.pending.clear();
      onExit(this, signal ?? describeCode(code));
      resolve();
    });
  }

  get osPid(): number {
    return this.child.pid ?? 0;
  }

  get name(): string {
    return `node${this.index}`;
  }

  get state(): NodeState {
    if (!this.alive) return this.isTakenDown ? 'down' : 'dead';
    if (this.isPaused) return 'paused';
    if (this.isTakenDown) return 'leaving';
    return this.isServing ? 'running' : 'starting';
  }

  /** It can answer: it has booted, and nobody has stopped it. */
  get isAwake(): boolean {
    return this.alive && this.isBooted && !this.isPaused;
  }

  /** Sets the process's niceness. */
  setNice(nice: number): void {
    if (nice !== constants.priority.PRIORITY_NORMAL && this.child.pid !== undefined) {
      setPriority(this.child.pid, nice);
    }
  }

  /** Asks the node; rejects with a NodeError when it fails, dies, or does not answer within `timeoutMs`. */
  ask(request: NodeRequest, timeoutMs: number | null = null): Promise<unknown> {
    if (!this.alive) return Promise.reject(new NodeError('node_died', `node${this.index} is dead`));
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      const late = (): void => {
        this.pending.delete(id);
        reject(new NodeError('node_silent', `node${this.index} did not answer within ${timeoutMs} ms`));
      };
      const timer = timeoutMs === null ? null : this.clock.after(timeoutMs, late);
      this.pending.set(id, { resolve, reject, timer });
      this.child.send({ id, request });
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves when the process is gone, or when it was waited for that long. */
  goneWithin(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer: Timer = this.clock.after(ms, resolve);
    return Promise.race([this.gone, promise]).finally(() => timer.cancel());
  }

  /** Stops the process until it is resumed; rejects, and lets it run, when nobody can be set to watch over it. */
  async pause(folder: string): Promise<void> {
    this.isPaused = true;
    let guard: StopGuard;
    try {
      guard = await StopGuard.over(this.osPid, folder);
    } catch (error) {
      this.isPaused = false;
      throw new NodeError('no_guard', `${this.name} was not stopped: ${String(error)}`);
    }
    // Resumed, or dead, before it was stopped.
    if (!this.isPaused || !this.alive) return guard.release();
    this.guard = guard;
    this.child.kill('SIGSTOP');
  }

  /** Lets the process go on; nothing to one that was not stopped. */
  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.child.kill('SIGCONT');
    this.guard?.release();
    this.guard = null;
  }

  private settle(answer: NodeAnswer): void {
    const pending = this.pending.get(answer.id);
    if (pending === undefined) return;
    this.pending.delete(answer.id);
    pending.timer?.cancel();
    if (answer.error === undefined) pending.resolve(answer.result);
    else pending.reject(new NodeError(answer.error.code, answer.error.message));
  }
}
