import type { Process } from './process.ts';

/** What reached a process from another node: Erlang's `send({name, node}, message)` and `send(pid, message)`. */
export class RemoteMessage {
  readonly from: number;
  /** Whatever JSON can carry. */
  readonly payload: unknown;

  constructor(from: number, payload: unknown) {
    this.from = from;
    this.payload = payload;
  }
}

/** A node came into reach: net_kernel's `nodeup`. */
export class NodeUp {
  readonly node: number;

  constructor(node: number) {
    this.node = node;
  }
}

/** A node is out of reach, dead or cut off: net_kernel's `nodedown`. */
export class NodeDown {
  readonly node: number;

  constructor(node: number) {
    this.node = node;
  }
}

/** The other nodes as a process sees them: Erlang distribution, as far as channels need it. */
export interface Distribution {
  /** Nodes in reach now, this one not among them. */
  connected(): readonly number[];
  /**
   * Sends to the process registered as `name` on that node; it arrives as a RemoteMessage. Lost without a word when the node
   * is out of reach or nobody has the name. Messages to one node keep their order.
   */
  send(node: number, name: string, payload: unknown): void;
  /** `watcher` gets NodeUp and NodeDown from now on; it is forgotten when it dies. */
  watchNodes(watcher: Process): void;
}

/** A process monitored on another node ended, or its node got out of reach: Erlang's 'DOWN' (phoenix-semantics 3.5). */
export class RemoteDown {
  readonly node: number;
  readonly id: number;
  /** The reason as text; `noproc` when there was none, `noconnection` when the node is out of reach. */
  readonly reason: string;
  /** As given to `monitorRemote`. */
  readonly token: unknown;

  constructor(node: number, id: number, reason: string, token: unknown) {
    this.node = node;
    this.id = id;
    this.reason = reason;
    this.token = token;
  }
}

/** One monitor across nodes; kept to take it back. */
export class RemoteMonitor {
  readonly watcher: Process;
  readonly node: number;
  readonly id: number;
  readonly token: unknown;
  /** Its number among the monitors of the watcher's node. */
  readonly ref: number;

  constructor(watcher: Process, target: { node: number; id: number }, token: unknown, ref: number) {
    this.watcher = watcher;
    this.node = target.node;
    this.id = target.id;
    this.token = token;
    this.ref = ref;
  }
}

/** Processes of any node by their {node, id}, this node's included. */
export interface RemoteProcesses {
  /** Delivers a RemoteMessage to that process; lost without a word when there is none in reach. */
  sendToPid(node: number, id: number, payload: unknown): void;
  /** `watcher` gets one RemoteDown; the monitor is forgotten when the watcher dies. */
  monitorRemote(watcher: Process, node: number, id: number, token?: unknown): RemoteMonitor;
  /** Takes it back: no RemoteDown will come of it that is not in the mailbox already. */
  demonitorRemote(monitor: RemoteMonitor): void;
}
