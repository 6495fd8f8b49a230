import type { ConnectInfo } from '../phoenix/connect-info.ts';
import type { Assigns, ConnectResult } from '../phoenix/user-socket.ts';
import type { Awaitable, ChannelDefinition } from './channel-definition.ts';
import { problemsOf } from './check-definition.ts';
import { AppError } from './problem.ts';
import type { Worker } from './worker-definition.ts';

/** An application: who may connect, what the topics do, which servers the channels ask. */
export interface AppDefinition {
  /**
   * connect/3, in the HTTP request: `accept(assigns)` or `deny()`; what it throws is HTTP 500 (phoenix-semantics 2.2).
   * Without it everybody is in, with empty assigns.
   */
  connect?(params: Readonly<Record<string, unknown>>, info: ConnectInfo): Awaitable<ConnectResult>;
  /** The topic to which `disconnect` can be broadcast (phoenix-semantics 2.11); none without it. */
  id?(assigns: Assigns): string | null;
  /** Tried in order; the first pattern that fits a topic takes it (phoenix-semantics 2.3). */
  readonly channels: readonly ChannelDefinition[];
  /** Servers by name, under a one_for_one supervisor with its 3 restarts in 5 s; every node has its own (3.7). */
  readonly workers?: Readonly<Record<string, Worker>>;
}

/** What `application` makes and the server runs. */
export class App {
  readonly definition: AppDefinition;

  constructor(definition: AppDefinition) {
    this.definition = definition;
  }
}

/** The default export of an application file. Throws an AppError with everything that is wrong. */
export function application(definition: AppDefinition): App {
  const problems = problemsOf(definition);
  if (problems.length > 0) throw new AppError(problems);
  return new App(definition);
}

/** Accepts a connection; every channel starts from these assigns (phoenix-semantics 2.2). */
export function accept(assigns: Assigns = {}): ConnectResult {
  return { tag: 'ok', assigns };
}

/** Refuses a connection with HTTP 403 (phoenix-semantics 1.1). */
export function deny(reason: unknown = null): ConnectResult {
  return { tag: 'error', reason };
}
