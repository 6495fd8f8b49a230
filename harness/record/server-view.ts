/** What `observe` knows of a server: its figures, its processes, one process. Units in the names. */

/** One node of the server; figures it did not tell are null. */
export type NodeView = {
  name: string;
  osPid: number | null;
  alive: boolean;
  /** A fault has taken it down: it is not alive, and comes back. */
  isDown: boolean;
  /** It did not answer in time: these are its last figures. */
  stale: boolean;
  connections: number | null;
  channels: number | null;
  processes: number | null;
  mailboxSum: number | null;
  rssBytes: number | null;
  cpuMs: number | null;
  runQueue: number | null;
  loopLagMs: number | null;
};

/** Processes whose mailbox holds from `from` to `to` messages; `to` is null for the last one. */
export type MailboxBucket = { from: number; to: number | null; count: number };

/** A place in the supervision tree, in the order it is drawn: parents before their children. */
export type SupervisorLine = {
  depth: number;
  name: string;
  pid: string | null;
  kind: string;
  strategy: string | null;
  /** Children that are only counted, not listed. */
  children: number | null;
};

/** The whole server at one moment. */
export type ServerView = {
  atMs: number | null;
  nodes: NodeView[];
  connections: number;
  channels: number;
  processes: number;
  mailbox: { sum: number; max: number; oldestWaitMs: number; distribution: MailboxBucket[] };
  tables: { name: string; rows: number; bytes: number }[];
  rssBytes: number;
  runQueue: number;
  loopLagMs: number;
  events: { name: string; count: number }[];
  supervisors: SupervisorLine[];
  /** The longest mailboxes it lists by itself, where it has no list of processes. */
  top: ProcessRow[];
};

/** A process as the table lists it; what was not told is null. */
export type ProcessRow = {
  pid: string;
  kind: string;
  name: string | null;
  topic: string | null;
  state: string;
  len: number;
  highWater: number;
  oldestWaitMs: number;
  /** Of the messages that wait. */
  bytes: number | null;
  handled: number | null;
  idleMs: number | null;
};

/** The worst processes by one measure, and how many there are. */
export type ProcessList = { total: number | null; rows: ProcessRow[] };

/** One process, as `:sys.get_state` and `:timer.tc` would show it. */
export type ProcessDetail = ProcessRow & {
  trapExit: boolean | null;
  parent: string | null;
  links: string[];
  monitors: string[];
  monitoredBy: string[];
  /** What it does now, and for how long. */
  current: { what: string; forMs: number } | null;
  /** Its callbacks since tracing began `forMs` ago; null while it is not traced. */
  callbacks: {
    forMs: number;
    count: number;
    totalMs: number;
    maxMs: number;
    recent: { what: string; ms: number }[];
  } | null;
  /** Its state: any JSON, from outside. */
  value: unknown;
};

/** The measures a list of processes can be sorted by, worst first. */
export const SORTS = ['len', 'wait', 'handled', 'bytes', 'idle'] as const;

export type Sort = (typeof SORTS)[number];
