/** What the terminal shows once a second while a run goes. */
export type LiveView = {
  scenario: string;
  target: string;
  elapsedMs: number;
  totalMs: number;
  phase: string;
  clients: { joined: number; planned: number };
  joinsPerSecond: number;
  drops: number;
  /** One of those that are on; its name has the share it has risen to, where it rises. */
  fault: { name: string; leftMs: number } | null;
  /** Of the last second; null without samples. */
  push: { p50: number; p99: number } | null;
  pushTimeouts: number;
  sentPerSecond: number;
  plannedPerSecond: number;
  /** The last settled or latest broadcast to the most receivers. */
  broadcast: { receivers: number; lastMs: number } | null;
  missing: number;
  /** null when the target has no observer. */
  server: {
    cpu: number | null;
    mailboxSum: number;
    oldestWaitMs: number;
    worst: { topic: string; len: number } | null;
  } | null;
  driver: { latenessP99Ms: number; saturated: boolean };
  /** Most recent last: push p99 ms, broadcast last ms, mailbox sum. */
  history: { pushP99: number[]; broadcastLast: number[]; mailboxSum: number[] };
};
