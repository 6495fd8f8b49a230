/** What the screen of `observe` shows: the figures, how old they are, and where its reader is. */
import type { ProcessDetail, ProcessList, ServerView, Sort } from './server-view.ts';

export type Page = 'processes' | 'process' | 'tables' | 'events' | 'supervisors' | 'help';

/** Where the reader is; keys change this and nothing else. */
export type ScreenState = {
  page: Page;
  sort: Sort;
  /** Kind or topic must hold this text; empty for all. */
  filter: string;
  /** The filter is being typed. */
  typing: boolean;
  /** Only this node; null for all. */
  node: string | null;
  /** The row under the cursor, and the process it stood on when it was last moved. */
  row: number;
  pid: string | null;
  /** The process that is open. */
  open: string | null;
  /** First line shown of a page that is longer than the screen. */
  scroll: number;
  paused: boolean;
};

/** What the figures say over time. */
export type ServerTrend = {
  /** Cores used by each node since the look before, in the order of its nodes; null when not known. */
  cores: (number | null)[];
  /** Events per second since the look before, most first. */
  rates: { name: string; perSecond: number }[];
  /** Messages waiting at the worst moment of each of the last 60 s, newest last; NaN where nobody looked. */
  waiting: number[];
};

export type ObserveView = {
  /** The control port, without anything secret. */
  url: string;
  /** null before the first answer. */
  server: ServerView | null;
  trend: ServerTrend;
  /** null where the server has no list of processes, or none was asked for yet. */
  processes: ProcessList | null;
  /** Why `processes` is null, in words; null when it is not. */
  noProcesses: string | null;
  /** The open process; null before its first answer. */
  process: ProcessDetail | null;
  /** The open process ended: what is shown of it are its last figures. */
  processEnded: boolean;
  /** The server does not answer: the figures are `oldMs` old. */
  silence: { what: string; oldMs: number } | null;
  screen: ScreenState;
};
