/**
 * Looks at a server through its control port, for a person. Where the server is
 * silent the last figures stay, with their age; where it has no list of
 * processes, the mailboxes it names by itself stand in.
 */
import { Agent } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { ObserveView } from '../record/observe-view.ts';
import type { ProcessDetail, ProcessList, ServerView, Sort } from '../record/server-view.ts';
import { askJson, NoAnswer } from './ask.ts';
import { readProcessDetail, readProcessList } from './process-answer.ts';
import { readServerView } from './server-answer.ts';
import { TrendKeeper } from './server-trend.ts';

/** What to look at besides the server itself. */
export type Question = {
  sort: Sort;
  limit: number;
  kind: string | null;
  node: string | null;
  /** A process to describe; the server traces its callbacks while it is asked for. */
  pid: string | null;
};

export type Sight = Omit<ObserveView, 'screen'>;

/** A server whose nodes are all busy answers just after 900 ms with what it knew before. */
const TIMEOUT_MS = 2_500;

export class ServerObserver {
  readonly #clock: Clock;
  readonly #base: URL;
  readonly #token: string | undefined;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 3 });
  readonly #trend = new TrendKeeper();
  #server: ServerView | null = null;
  #lastUs = 0;
  #silence: string | null = null;
  #processes: ProcessList | null = null;
  #noProcesses: string | null = null;
  #process: ProcessDetail | null = null;
  #ended = false;

  constructor(options: { clock: Clock; control: URL; token: string | undefined }) {
    this.#clock = options.clock;
    this.#base = options.control;
    this.#token = options.token;
  }

  /** Asks for everything at once and takes in what comes; never rejects. */
  async look(question: Question): Promise<void> {
    if (this.#process !== null && barePid(question.pid ?? '') !== barePid(this.#process.pid)) {
      this.#process = null;
    }
    const [server, processes, process] = await Promise.allSettled([
      this.#ask('/observer', readServerView),
      this.#ask(listPath(question), readProcessList),
      question.pid === null ? null : this.#ask(processPath(question.pid), readProcessDetail),
    ]);
    if (server.status === 'rejected') {
      this.#silence = reasonOf(server.reason);
      return;
    }
    this.#silence = null;
    this.#server = server.value;
    this.#lastUs = this.#clock.nowUs();
    this.#trend.add(server.value, this.#lastUs);
    if (processes.status === 'fulfilled') {
      this.#processes = processes.value;
      this.#noProcesses = null;
    } else {
      this.#processes = null;
      this.#noProcesses = reasonOf(processes.reason);
    }
    if (process.status === 'fulfilled') this.#process = process.value;
    // A server that has no list either has no such page: nothing can be said of the process.
    this.#ended = process.status === 'rejected' && isMissing(process.reason) && this.#processes !== null;
  }

  /** What is known now. */
  sight(): Sight {
    const nowUs = this.#clock.nowUs();
    return {
      url: this.#base.origin,
      server: this.#server,
      trend: this.#trend.at(nowUs),
      processes: this.#processes,
      noProcesses: this.#noProcesses,
      process: this.#process,
      processEnded: this.#ended,
      silence: this.#silence === null ? null : { what: this.#silence, oldMs: (nowUs - this.#lastUs) / 1e3 },
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask<T>(path: string, read: (body: unknown) => T | string): Promise<T> {
    const body = await askJson(new URL(path, this.#base), {
      clock: this.#clock,
      agent: this.#agent,
      token: this.#token,
      timeoutMs: TIMEOUT_MS,
    });
    const value = read(body);
    if (typeof value === 'string') throw new NoAnswer(value);
    return value;
  }
}

/** The pid as the control port takes it: `<0.7>` and `0.7` are the same. */
export function barePid(pid: string): string {
  return pid.replace(/^<(.*)>$/s, '$1');
}

function processPath(pid: string): string {
  return `/observer/processes/${encodeURIComponent(barePid(pid))}`;
}

function listPath({ sort, limit, kind, node }: Question): string {
  const query = new URLSearchParams({ sort, limit: String(limit) });
  if (kind !== null) query.set('kind', kind);
  if (node !== null) query.set('node', node);
  return `/observer/processes?${query.toString()}`;
}

function isMissing(reason: unknown): boolean {
  return reason instanceof NoAnswer && reason.status === 404;
}

function reasonOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
