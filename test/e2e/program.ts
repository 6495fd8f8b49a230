/** Runs firedrill as its user does: a child process, a folder of its own, and nobody left behind. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { realClock, sleepMs } from '../../harness/base/clock.ts';
import type { Summary } from '../../harness/record/run-record.ts';
import type { TimelineLine } from '../../harness/record/timeline-line.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/firedrill.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Hangs are cut off here; nothing a test waits for takes anywhere near this long. */
export const GUARD = { timeout: 90_000 };

export type Ended = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

export type Program = {
  pid: number;
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves with the first line of stdout or stderr that fits; rejects when the program ends before. */
  line(pattern: RegExp): Promise<string>;
};

const folders: string[] = [];
const children: ChildProcess[] = [];
const seenPids = new Set<number>();

/** Starts `firedrill` with these arguments in the root of the repository. */
export function firedrill(...args: string[]): Program {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  children.push(child);
  const text = { stdout: '', stderr: '' };
  let told = Promise.withResolvers<void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      text[name] += part;
      told.resolve();
      told = Promise.withResolvers();
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal, ...text });
      told.resolve();
    });
  });
  const line = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const whole = `${text.stdout}\n${text.stderr}`.split('\n');
      const found = whole.find((one) => pattern.test(one));
      if (found !== undefined) return found;
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`ended without a line ${pattern}: ${text.stdout}${text.stderr}`);
      }
      await told.promise;
    }
  };
  return { pid: child.pid ?? 0, child, ended, line };
}

/** Runs it to its end. */
export function run(...args: string[]): Promise<Ended> {
  return firedrill(...args).ended;
}

/** A folder that goes with the test file. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-e2e-'));
  folders.push(folder);
  return folder;
}

/** A scenario file in a folder of its own. */
export function scenarioFile(source: string, name = 'small.ts'): string {
  const file = join(newFolder(), name);
  writeFileSync(file, source);
  return file;
}

export function readSummary(folder: string): Summary {
  return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary;
}

export function readTimeline(folder: string): TimelineLine[] {
  const text = readFileSync(join(folder, 'timeline.ndjson'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TimelineLine);
}

export type Running = { pid: number; parent: number; command: string };

/** The children of a process and theirs, as they are now. */
export function descendantsOf(pid: number): Running[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8', maxBuffer: 1e8 })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map((match): Running => ({ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? '' }));
  const found: Running[] = [];
  const family = new Set([pid]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const one of all) {
      if (!family.has(one.parent) || family.has(one.pid)) continue;
      family.add(one.pid);
      found.push(one);
      seenPids.add(one.pid);
    }
  }
  return found;
}

/** A process that has ended and waits to be collected is not running. */
export function isRunning(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-p', String(pid), '-o', 'stat='], { encoding: 'utf8' }).trim();
    return state !== '' && !state.startsWith('Z');
  } catch {
    return false;
  }
}

/** Looks until it is so; false when the deadline came first. */
export async function becomesTrue(
  condition: () => boolean | Promise<boolean>,
  deadlineMs: number,
): Promise<boolean> {
  const untilUs = realClock.nowUs() + deadlineMs * 1e3;
  for (;;) {
    if (await condition()) return true;
    if (realClock.nowUs() > untilUs) return false;
    await sleepMs(realClock, 50);
  }
}

/** True when nobody listens there. */
export function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

/** The faults a control port has on. */
export async function faultsOf(control: string): Promise<{ ttl_ms: number }[]> {
  const response = await fetch(`${control}/faults`);
  const answer = (await response.json()) as { ttl_ms: number }[] | { faults: { ttl_ms: number }[] };
  return Array.isArray(answer) ? answer : answer.faults;
}

/** Ends whatever a failed test has left, by pid, and removes its folders. */
export function cleanUp(): void {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
    descendantsOf(child.pid);
    child.kill('SIGKILL');
  }
  for (const pid of seenPids) {
    const isOurs = /firedrill|worker-process|server-under-test|node\.ts|main\.ts/.test(commandOf(pid));
    if (isOurs && isRunning(pid)) process.kill(pid, 'SIGKILL');
  }
  seenPids.clear();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
