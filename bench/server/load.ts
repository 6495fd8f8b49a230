/** Starts processes of clients and bare servers for the server's benchmarks, and gives them orders. */
import { fork, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a process of clients can be told. Clients are numbered in the order they were opened. */
export type Order =
  | { op: 'open'; port: number; path: string; count: number; topics: string[] }
  | { op: 'receive'; frames: number }
  | { op: 'ping'; topic: string; seconds: number; from: number; count: number }
  | { op: 'steady'; topic: string; seconds: number; perSecond: number; from: number; count: number }
  | { op: 'say'; from: number; frame: string }
  | { op: 'close' };

export type Figures = { count: number; latencies?: number[] };

const QUIET = '--disable-warning=ExperimentalWarning';

export function forkHere(file: string, args: string[] = []): ChildProcess {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: [QUIET] });
  // A benchmark that fails takes its processes along.
  process.on('exit', () => child.kill('SIGKILL'));
  return child;
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void =>
      reject(new Error(`a process of the benchmark ended with ${code}`));
    child.once('exit', gone);
    child.once('message', (message) => {
      child.off('exit', gone);
      resolve(message as T);
    });
  });
}

/** One process of clients. */
export class Load {
  private readonly child = forkHere('./load-process.ts');

  async order(order: Order): Promise<Figures> {
    this.child.send(order);
    return answer(this.child);
  }

  /** Counts frames from now on; resolves, when listening, with a promise of the end. */
  async receive(frames: number): Promise<{ done: Promise<Figures> }> {
    this.child.send({ op: 'receive', frames } satisfies Order);
    await answer(this.child);
    return { done: answer(this.child) };
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.send({ op: 'close' } satisfies Order);
    await gone;
  }
}

/** A server that does the least that can be done. */
export class BareServer {
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  static async start(kind: 'fan' | 'echo'): Promise<{ server: BareServer; port: number }> {
    const child = forkHere('./bare-server.ts', [kind]);
    const { port } = await answer<{ port: number }>(child);
    return { server: new BareServer(child), port };
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Writes this text as one prepared frame to every socket. */
  broadcast(text: string): void {
    this.child.send(text);
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill();
    await gone;
  }
}

/** CPU time of a process with all its threads so far, in nanoseconds (Linux). */
export function cpuNs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.reduce((total, task) => {
    const [running = '0'] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
    return total + Number(running);
  }, 0);
}
