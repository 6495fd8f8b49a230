/** What a benchmark tells a process of clients, and what it hears back; one order at a time. */
export type Order =
  /** Opens that many more clients, `atOnce` under way at a time, each joined to all `topics`. */
  | { op: 'open'; url: string; topics: readonly string[]; count: number; atOnce: number }
  /** Every client pushes `ping` on each of its topics and awaits the answer, over and over, for that long. */
  | { op: 'push'; seconds: number }
  /** Resident memory after a collection. */
  | { op: 'memory' }
  /** Answered when every client has received one more broadcast, to 10 ms. */
  | { op: 'hear' }
  /** CPU used and frames received since the last asking. */
  | { op: 'spent' };

/** CPU in µs of the whole process; `count` is what the order counted. */
export type Answer = { cpuUs: number; count: number; seconds: number; rssBytes: number };

/** Clients of one kind, as a process of them works with. */
export type Peer = {
  /** Opens one client and joins its topics; resolves when each join was answered. */
  open(url: URL, topics: readonly string[], source: string): Promise<void>;
  /** One push of one client on one of its topics, from its sending to its answer. */
  roundTrip(client: number, topic: string): Promise<void>;
  /** Broadcasts received so far. */
  received(): number;
};
