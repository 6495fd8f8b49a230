import type { Runtime } from '../otp/runtime.ts';
import type { Table } from '../otp/table.ts';
import type { PubSub } from '../pubsub/pubsub.ts';
import type { Telemetry } from '../telemetry/counters.ts';
import type { Connections } from './connections.ts';
import type { FrameLimits } from './frame-reader.ts';
import type { Interference } from './interference.ts';
import type { Route } from './routes.ts';

/** What the transports and channels of one node share. */
export interface EndpointContext {
  readonly runtime: Runtime;
  readonly telemetry: Telemetry;
  readonly pubsub: PubSub;
  readonly connections: Connections;
  readonly routes: readonly Route[];
  readonly interference: Interference;
  /** ETS-like tables by name. */
  readonly tables: ReadonlyMap<string, Table>;
  readonly limits: SocketLimits;
  /** Joined channels alive on this node. */
  channels: number;
}

/** Defaults are Phoenix's and Bandit's (phoenix-semantics 2.1). */
export interface SocketLimits {
  readonly maxChannels: number;
  readonly frames: FrameLimits;
  /** A peer that reads nothing for so long loses its TCP connection (phoenix-semantics 2.13). */
  readonly sendTimeoutMs: number;
  /** How long a duplicate join waits for the old channel before it kills it (phoenix-semantics 2.5). */
  readonly evictionMs: number;
}
