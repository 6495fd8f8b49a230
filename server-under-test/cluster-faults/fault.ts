import type { ServerConfig } from '../config.ts';
import type { FaultDescription, FaultOrder } from '../faults/fault.ts';
import type { NodeHandle } from '../node-handle.ts';
import type { Clock } from '../otp/clock.ts';

/** A node as these faults see it. */
export type FaultNode = Pick<NodeHandle, 'index' | 'name' | 'osPid' | 'state' | 'kill'>;

/** What faults of whole nodes do to a cluster, in its primary; nodes by their index. */
export interface ClusterHands {
  readonly clock: Clock;
  readonly config: ServerConfig;
  /** By index, in every state; one that comes back is another handle in the same place. */
  readonly nodes: readonly FaultNode[];
  log(line: string): void;
  /** Those that serve: neither stopped, nor leaving, nor down. */
  running(): FaultNode[];
  /** Stops the process of a node until it is resumed. */
  pause(index: number): Promise<void>;
  resume(index: number): Promise<void>;
  /** Ends a node that is to come back: drained for `graceMs` at most (phoenix-semantics 2.12), with null killed outright. */
  takeDown(index: number, graceMs: number | null): Promise<void>;
  /** Starts a node again that was taken down, on its old port; any other is left alone. Rejects when it does not come up. */
  bringBack(index: number): Promise<void>;
  /** Cuts the mesh between these nodes and the others, until `heal` of the same id. */
  sever(id: string, side: readonly number[]): Promise<void>;
  heal(id: string): Promise<void>;
}

/** Takes a fault back; resolves when the cluster is whole again, as far as this fault goes. */
export type Lift = () => Promise<void>;

/** A fault on whole nodes that is on. */
export interface ClusterStanding {
  readonly lift: Lift;
  /** How many nodes it has hit by now, each once. */
  readonly count: () => number;
}

/** A kind of fault on whole nodes; what each of them hits is nodes. */
export interface ClusterFaultKind extends FaultDescription {
  readonly hits: 'nodes';
  /** Nodes it needs beside those it hits. */
  readonly spares: number;
  inject(order: FaultOrder, cluster: ClusterHands): Promise<ClusterStanding>;
}
