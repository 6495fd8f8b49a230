import type { Distribution, RemoteProcesses } from '../otp/distribution.ts';
import type { DynamicSupervisor } from '../otp/dynamic-supervisor.ts';
import type { Runtime } from '../otp/runtime.ts';
import type { Table } from '../otp/table.ts';
import type { TaskSupervisor } from '../otp/task-supervisor.ts';
import type { PubSub } from '../pubsub/pubsub.ts';
import type { Telemetry } from '../telemetry/counters.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Connections } from './connections.ts';
import type { FrameLimits } from './frame-reader.ts';
import type { Interference } from './interference.ts';
import type { Profile } from './profile.ts';
import type { UserSocket } from './user-socket.ts';

/** What the transports and channels of one node share. */
export interface EndpointContext {
  readonly runtime: Runtime;
  readonly telemetry: Telemetry;
  readonly pubsub: PubSub;
  /** The other nodes and their processes. */
  readonly distribution: Distribution & RemoteProcesses;
  readonly connections: Connections;
  readonly socket: UserSocket;
  readonly profile: Profile;
  readonly logger: Logger;
  readonly interference: Interference;
  /** ETS-like tables by name. */
  readonly tables: ReadonlyMap<string, Table>;
  readonly limits: SocketLimits;
  /** Task.Supervisor of this node; like the next two, another one after its supervisor had to start it again. */
  tasks: TaskSupervisor;
  /** Where channels live: temporary children (phoenix-semantics 2.4). */
  channelSupervisor: DynamicSupervisor;
  /** Where connections live. */
  transportSupervisor: DynamicSupervisor;
  /** Joined channels alive on this node. */
  channels: number;
}

/** Defaults are Phoenix's and Bandit's (phoenix-semantics 2.1). */
export interface SocketLimits {
  /** Channels per transport; null is no limit. */
  readonly maxChannels: number | null;
  readonly frames: FrameLimits;
  /** A peer that reads nothing for so long loses its TCP connection (phoenix-semantics 2.13). */
  readonly sendTimeoutMs: number;
  /** How long a duplicate join waits for the old channel before it kills it (phoenix-semantics 2.5). */
  readonly evictionMs: number;
  /** A channel quiet for so long hibernates (phoenix-semantics 3.8). */
  readonly hibernateAfterMs: number;
}
