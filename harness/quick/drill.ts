/** What `quick` was asked for, read and checked: everything a scenario file needs to be written. */
import type { PayloadNode } from './payload-template.ts';
import type { Text } from './template.ts';

export type Join = { topic: Text; payload: PayloadNode | null };

/** How an event is sent: and its reply awaited, stamped so that its deliveries are timed, or without waiting. */
export type SendKind = 'push' | 'publish' | 'cast';

export type Send = { kind: SendKind; event: Text; payload: PayloadNode | null };

/** How often: each client by itself, or all clients together. */
export type Pace = { kind: 'each' | 'total'; perSecond: number; typed: string };

/** A value of each client's own: `token={row.token}`. */
export type OwnValue = { name: string; value: Text };

export type QuickDrill = {
  clients: number;
  rampMs: number;
  holdMs: number;
  joins: readonly Join[];
  /** Each client sends them in turn, on its first topic. */
  sends: readonly Send[];
  pace: Pace;
  /** Events that are counted when they arrive, with the counter of each. */
  heard: readonly { event: string; counter: string }[];
  params: readonly OwnValue[];
  headers: readonly OwnValue[];
  authToken: Text | null;
  /** The file of the feed and the columns that are used of it. */
  feed: { file: string; columns: readonly string[] } | null;
  /** By metric; `aborts` are those that end the run. */
  thresholds: readonly {
    metric: string;
    expressions: readonly string[];
    aborts?: readonly string[];
  }[];
};
