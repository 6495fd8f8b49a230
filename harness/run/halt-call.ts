/** The other end of the desk: finds the runs in progress, asks one to end, waits until it has. */
import { readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { distrustOfFolder, haltFolders } from './halt-folder.ts';
import { ASK, readSays, type RunCard, type RunEnd } from './halt-words.ts';

/** A run that answered; `path` is its socket. */
export type FoundRun = { path: string; card: RunCard };

export type Found = {
  runs: FoundRun[];
  /** Processes whose socket is there and does not answer: too busy, or stopped. */
  silent: number[];
};

/** How a run that was asked to end did; `on` were its faults when it was asked, null when it did not say. */
export type Halted =
  | { how: 'ended'; end: RunEnd; on: string[] | null }
  /** `over`: before it was asked; `gone`: without a word; `silent`: it goes on, as far as one can see. */
  | { how: 'over' | 'gone' | 'silent'; on: string[] | null };

/** A run that merges a hundred thousand clients' second answers late, not never. */
const CARD_US = 3e6;
/** From its last word until its process has ended: rendering a report takes its time. */
const LEAVE_US = 10e6;
const MOST_SAID = 1_048_576;

/** Every run of this user; sockets that nobody listens at are removed. */
export async function findRuns(clock: Clock, folders = haltFolders()): Promise<Found> {
  const paths = folders.filter((folder) => distrustOfFolder(folder) === null).flatMap(socketsIn);
  const found: Found = { runs: [], silent: [] };
  const looks = await Promise.all(paths.map(async (path) => ({ path, seen: await readCard(path, clock) })));
  for (const { path, seen } of looks) {
    if (typeof seen === 'object') found.runs.push({ path, card: seen });
    else if (seen === 'silent') found.silent.push(Number(/(\d+)(?:-\d+)?\.sock$/.exec(path)?.[1] ?? 0));
    else if (seen === 'dead') rmSync(path, { force: true });
  }
  found.runs.sort((a, b) => a.card.startedAt.localeCompare(b.card.startedAt));
  return found;
}

/** Asks a run to end and waits until its process has; at most so long. */
export async function haltRun(run: FoundRun, timeoutMs: number, clock: Clock): Promise<Halted> {
  const line = new Line(run.path);
  const alarm = clock.at(clock.nowUs() + timeoutMs * 1e3, () => line.hangUp());
  let on: string[] | null = null;
  let leaving = alarm;
  try {
    if ((await line.opened) !== null) return { how: line.isHungUp ? 'silent' : 'over', on };
    line.ask();
    for (let text = await line.next(); text !== null; text = await line.next()) {
      const said = readSays(text);
      if (said === null) continue;
      if ('halting' in said) on = said.halting.on;
      if (!('ended' in said)) continue;
      // Its report is written when its process is gone; one that stays for another reason is not waited for.
      leaving = clock.at(clock.nowUs() + LEAVE_US, () => line.hangUp());
      await line.closed;
      return { how: 'ended', end: said.ended, on };
    }
    return { how: line.isHungUp ? 'silent' : 'gone', on };
  } finally {
    alarm.cancel();
    leaving.cancel();
    line.hangUp();
  }
}

function socketsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d+(?:-\d+)?\.sock$/.test(name))
    .map((name) => join(folder, name));
}

/** The card; `dead` when nobody listens there, `gone` when it is over by now, `silent` when it says nothing. */
async function readCard(path: string, clock: Clock): Promise<RunCard | 'dead' | 'gone' | 'silent'> {
  const line = new Line(path);
  const alarm = clock.at(clock.nowUs() + CARD_US, () => line.hangUp());
  try {
    const failure = await line.opened;
    // Anything but a refusal may be a run with too many visitors.
    if (failure !== null) return FAILURES[failure] ?? 'silent';
    const text = await line.next();
    if (text === null && !line.isHungUp) return 'gone';
    const said = text === null ? null : readSays(text);
    return said && 'card' in said ? said.card : 'silent';
  } finally {
    alarm.cancel();
    line.hangUp();
  }
}

const FAILURES: Readonly<Record<string, 'dead' | 'gone'>> = { ECONNREFUSED: 'dead', ENOENT: 'gone' };

/** A connection to a desk, line by line. */
class Line {
  /** Null when it is open, else what failed: `ECONNREFUSED` when nobody listens there. */
  readonly opened: Promise<string | null>;
  readonly closed: Promise<void>;
  isHungUp = false;
  readonly #socket: Socket;
  readonly #lines: string[] = [];
  #rest = '';
  #isOver = false;
  #told = Promise.withResolvers<void>();

  constructor(path: string) {
    const socket = connect(path);
    this.#socket = socket;
    const opened = Promise.withResolvers<string | null>();
    const closed = Promise.withResolvers<void>();
    this.opened = opened.promise;
    this.closed = closed.promise;
    socket.setEncoding('utf8');
    socket.once('connect', () => opened.resolve(null));
    socket.on('error', (error: NodeJS.ErrnoException) => opened.resolve(error.code ?? error.message));
    socket.on('data', (text: string) => this.#take(text));
    socket.once('close', () => {
      this.#isOver = true;
      opened.resolve('closed');
      closed.resolve();
      this.#told.resolve();
    });
  }

  ask(): void {
    this.#socket.write(`${ASK}\n`);
  }

  /** The next line; null when there is none any more. */
  async next(): Promise<string | null> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#isOver) return null;
      await this.#told.promise;
    }
  }

  hangUp(): void {
    if (!this.#isOver) this.isHungUp = true;
    this.#socket.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MOST_SAID) return this.hangUp();
    this.#lines.push(...lines);
    this.#told.resolve();
    this.#told = Promise.withResolvers();
  }
}
