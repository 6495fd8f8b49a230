/**
 * The worker processes of a run: started, heard, ended. They can be started
 * before anything is known of the run, so that their modules load while the
 * scenario is read and the target is asked whether it is there.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBatch } from './batch-scheduling.ts';
import type { Answer } from './orders.ts';
import { Pipe } from './pipe.ts';
import { takeSeat, type Seat } from './seat.ts';

/** Told of what the workers say. */
export type CrewListener = {
  onHello(seat: Seat): void;
  onAnswer(seat: Seat, answer: Answer): void;
  onWindow(seat: Seat, bytes: Buffer): void;
  onExit(seat: Seat, how: string): void;
};

/** Node 22 warns of every TypeScript file it strips. */
const WORKER_FLAGS = ['--max-semi-space-size=16', '--disable-warning=ExperimentalWarning'];

export class Crew {
  readonly seats: Seat[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'firedrill-'));
  readonly #path = join(this.#folder, 'conductor.sock');
  readonly #server: Server;
  readonly #removeFolder = (): void => rmSync(this.#folder, { recursive: true, force: true });
  /** The command that starts a worker where the run wants it. */
  #entrance: readonly string[] = [];
  #listener: CrewListener | null = null;

  constructor() {
    // However we go: a second Ctrl-C ends the process without another word.
    process.once('exit', this.#removeFolder);
    this.#server = createServer((socket) => this.#meet(socket));
    // What cannot listen has no workers: they end, and the launch says so.
    this.#server.on('error', () => {});
    this.#server.listen(this.#path);
  }

  /** Starts workers until there are so many. */
  hire(count: number): void {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const module = new URL(`./worker-process.${extension}`, import.meta.url).pathname;
    while (this.seats.length < count) {
      const worker = this.seats.length;
      const [command = '', ...args] = [...this.#entrance, process.execPath, ...WORKER_FLAGS];
      const child = spawn(command, [...args, module, this.#path, String(worker)], {
        // A scenario's console.log is no result: stdout is ours.
        stdio: ['ignore', 2, 2],
        env: workerEnv(),
      });
      void toBatch(child.pid);
      const seat = takeSeat(worker, child);
      this.seats.push(seat);
      child.on('error', ({ message }) => this.#exited(seat, message));
      child.on('exit', (code, signal) => this.#exited(seat, signal ?? `exit code ${code}`));
    }
  }

  /**
   * From now on workers are started by this command, in a network namespace for one. Whoever was
   * hired outside is ended, and as many are hired anew.
   */
  enter(entrance: readonly string[]): void {
    this.#entrance = entrance;
    // Once out of their seats nobody hears of them again.
    const outside = this.seats.splice(0);
    for (const { child, hasExited } of outside) if (!hasExited) child.kill('SIGKILL');
    this.hire(outside.length);
  }

  /** From now on the listener hears everything, and at once of those who came and went before. */
  attend(listener: CrewListener): void {
    this.#listener = listener;
    for (const seat of this.seats) if (seat.pipe && !seat.hasExited) listener.onHello(seat);
  }

  /** The processes of those that live, by the numbers of this system. */
  pids(): number[] {
    return this.seats.flatMap(({ child, hasExited }) => (hasExited ? [] : (child.pid ?? [])));
  }

  #meet(socket: Socket): void {
    let seat: Seat | null = null;
    const pipe = new Pipe(socket, {
      onMessage: (message) => {
        const answer = message as Answer;
        if (answer.type === 'hello') {
          const known = this.seats[answer.worker];
          // Of one that was ended meanwhile the greeting may still be on its way.
          if (known?.child.pid !== answer.pid) return;
          seat = known;
          seat.pipe = pipe;
          this.#listener?.onHello(seat);
        } else if (seat) {
          this.#listener?.onAnswer(seat, answer);
        }
      },
      onWindow: (bytes) => {
        if (seat) this.#listener?.onWindow(seat, bytes);
      },
      onEnd: () => {},
    });
  }

  #exited(seat: Seat, how: string): void {
    seat.hasExited = true;
    if (this.seats[seat.worker] === seat) this.#listener?.onExit(seat, how);
  }

  /** Ends everything at once. */
  kill(): void {
    for (const { child, hasExited } of this.seats) if (!hasExited) child.kill('SIGKILL');
    this.#server.close();
    this.#removeFolder();
    process.off('exit', this.#removeFolder);
  }
}

/** Workers find compiled what we found compiled, or compiled ourselves. */
function workerEnv(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir?.();
  return cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: cache };
}
