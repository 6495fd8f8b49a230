/**
 * Starts the bundled server beside the run and stops it after. It is a process
 * of its own, reached by its path only: nothing of it is ever imported here.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../base/clock.ts';
import { EXIT, FiredrillError } from '../base/errors.ts';

export type BundledOptions = {
  clock: Clock;
  nodes: number;
  /** 0 picks a free one, for both ports. */
  port: number;
  controlPort: number;
  /** Priority of the server's processes, −20 to 19; 0 leaves it. */
  nice: number;
  /** Further flags of the server, as typed. */
  flags?: readonly string[];
  /** Flags of Node for the server's processes: `--max-semi-space-size=64`. */
  execArgv?: readonly string[];
  /** Each line the server writes, on stdout after it is ready and on stderr. */
  onLine?(line: string): void;
  /** The server ended although `stop` was not called; with the last lines of its stderr. */
  onExit?(code: number | null, signal: NodeJS.Signals | null, lastLines: readonly string[]): void;
  /** For tests: another main module. */
  main?: string;
};

export type BundledServer = {
  /** `ws://127.0.0.1:PORT/socket` */
  url: string;
  /** `http://127.0.0.1:PORT` */
  control: string;
  nodes: number;
  pid: number;
  /** Ends the server and all its nodes: asked first, after 3 s made. Resolves when it is gone. */
  stop(): Promise<void>;
};

type Ready = { url: string; control: string; nodes: number };

const READY_US = 20e6;
const STOP_US = 3e6;
const LAST_LINES = 20;
/** Node 22 warns of every TypeScript file it strips. */
const QUIET = '--disable-warning=ExperimentalWarning';

const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const MAIN = fileURLToPath(new URL(`../../server-under-test/main${EXTENSION}`, import.meta.url));

/** Resolves when the server says it is ready; `FiredrillError` 114 with what it wrote when it does not within 20 s. */
export async function startBundled(options: BundledOptions): Promise<BundledServer> {
  const flags = [
    // What lies about in the environment is for the user's own servers.
    '--no-env',
    ['--nodes', options.nodes],
    ['--port', options.port],
    ['--control-port', options.controlPort],
    ...(options.nice === 0 ? [] : [['--nice', options.nice]]),
  ].flat();
  const child = spawn(
    process.execPath,
    [
      QUIET,
      ...(options.execArgv ?? []),
      options.main ?? MAIN,
      ...flags.map(String),
      ...(options.flags ?? []),
    ],
    // A group of its own: Ctrl-C at the terminal must reach the harness alone, which lifts the faults first.
    // The channel tells the server when we are gone without having said goodbye.
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true },
  );
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const watched: Watched = { child, gone, lastLines: [], stopping: false };
  const ready = await waitUntilReady(watched, options).catch(async (error: unknown) => {
    await end(watched, options.clock);
    throw error;
  });
  const stop = (): Promise<void> => {
    watched.stopping = true;
    return end(watched, options.clock);
  };
  return { ...ready, pid: child.pid ?? 0, stop };
}

type Watched = { child: ChildProcess; gone: Promise<void>; lastLines: string[]; stopping: boolean };

function waitUntilReady(watched: Watched, options: BundledOptions): Promise<Ready> {
  const { child, lastLines } = watched;
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  let isReady = false;
  const fail = (got: string): void => reject(unreachable(got, lastLines));
  const alarm = options.clock.at(options.clock.nowUs() + READY_US, () => fail('no ready line within 20 s'));
  const errors = readLines(child, 'stderr', (line) => {
    lastLines.push(line);
    if (lastLines.length > LAST_LINES) lastLines.shift();
    options.onLine?.(line);
  });
  void readLines(child, 'stdout', (line) => {
    const ready = isReady ? undefined : parseReady(line);
    if (!ready) return options.onLine?.(line);
    isReady = true;
    alarm.cancel();
    resolve(ready);
  });
  child.once('error', (error) => fail(error.message));
  child.once('exit', (code, signal) => {
    killGroup(child);
    // What it wrote last may still be in the pipe, and that says why it ended.
    void errors.then(() => {
      alarm.cancel();
      if (!isReady) fail(signal ? `it was ended by ${signal}` : `it ended with code ${code}`);
      else if (!watched.stopping) options.onExit?.(code, signal, [...lastLines]);
    });
  });
  return promise.finally(() => alarm.cancel());
}

/** Hands on each line; resolves when the stream has ended. */
function readLines(
  child: ChildProcess,
  name: 'stdout' | 'stderr',
  onLine: (line: string) => void,
): Promise<void> {
  const input = child[name];
  if (!input) return Promise.resolve();
  const lines = createInterface({ input });
  lines.on('line', onLine);
  return new Promise((resolve) => lines.once('close', resolve));
}

function parseReady(line: string): Ready | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    const { ready, url, control, nodes } = value as Record<string, unknown>;
    const fits = typeof url === 'string' && typeof control === 'string' && typeof nodes === 'number';
    return ready === true && fits ? { url, control, nodes } : undefined;
  } catch {
    return undefined;
  }
}

async function end({ child, gone }: Watched, clock: Clock): Promise<void> {
  if (child.pid === undefined) return;
  // Asked nicely, the primary tells its nodes itself; only force goes to all of them.
  child.kill('SIGTERM');
  const alarm = clock.at(clock.nowUs() + STOP_US, () => killGroup(child));
  await gone;
  alarm.cancel();
}

/** Ends whatever is left of the server, so that no node outlives its primary. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

function unreachable(got: string, lastLines: readonly string[]): FiredrillError {
  return new FiredrillError(EXIT.unreachable, [
    {
      code: 'server-not-started',
      path: 'the bundled server',
      got: [got, ...lastLines].join('\n          '),
      wanted: 'a line {"ready":true,…} on its stdout',
      hint: 'firedrill serve --nodes 2 shows what it says when started alone',
    },
  ]);
}
