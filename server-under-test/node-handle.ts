import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Clock, Timer } from './otp/clock.ts';
import { APPLICATION_DOWN, type NodeAnswer, type NodeRequest } from './node-protocol.ts';
import type { NodeSnapshot } from './telemetry/observer.ts';

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
  /** What it last said of itself. */
  lastSnapshot: NodeSnapshot | null = null;
  private readonly clock: Clock;
  private readonly child: ChildProcess;
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;

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

  private settle(answer: NodeAnswer): void {
    const pending = this.pending.get(answer.id);
    if (pending === undefined) return;
    this.pending.delete(answer.id);
    pending.timer?.cancel();
    if (answer.error === undefined) pending.resolve(answer.result);
    else pending.reject(new NodeError(answer.error.code, answer.error.message));
  }
}
