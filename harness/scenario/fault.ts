/** Every fault there is, by the name a scenario calls it by. */
import { builderOf } from './fault-plan.ts';
import type { FaultSpec } from './fault-spec.ts';
import { connectionKill, KERNEL_SPECS, packetLoss, partition, rateLimit } from './fault-specs/kernel.ts';
import { garbage, heartbeatLoss, staleJoinRef } from './fault-specs/link-frames.ts';
import { bandwidth, byteLimit, latency, slicer } from './fault-specs/link-traffic.ts';
import { blackhole, close, LINK_SPECS, networkDrop, reset, stall } from './fault-specs/link.ts';
import { deploy, memoryLimit, netsplit, nodeKill, nodePause, PROCESS_SPECS } from './fault-specs/process.ts';
import { channelCrash, mailboxFlood, stateLeak, zombie } from './fault-specs/server-channels.ts';
import {
  registryPartitionKill,
  serverBlocked,
  tableBloat,
  telemetryRaise,
  trackerShardKill,
  workerCrashLoop,
} from './fault-specs/server-processes.ts';
import { blockingHandler, intercept, SERVER_SPECS, slowConnect, slowJoin } from './fault-specs/server.ts';

/** The builders of a scenario's `faults`, each finished with `.at(time).for(time)`. */
export const fault = {
  /** connect/3 takes `delayMs` for a `share` of the connections: those upgrades are answered late, nobody else waits (3.1). */
  slowConnect: builderOf(slowConnect),
  /**
   * join/3 of matching topics takes `delayMs`, and the whole connection waits with it
   * (phoenix-semantics 3.1). `rejoin` is the share of clients that rejoin during the window.
   */
  slowJoin: builderOf(slowJoin),
  /** handle_in takes `delayMs` in a `share` of the matching topics; each channel's mailbox waits (3.1). */
  blockingHandler: builderOf(blockingHandler),
  /** Broadcasts of `event` pass through every subscribed channel process instead of the fastlane (4.1). */
  intercept: builderOf(intercept),
  /**
   * Once each `everyMs` a `share` of the matching channels raises, spread over that time: phx_error, and a rejoin 1 s later
   * (2.7, 6.1).
   */
  channelCrash: builderOf(channelCrash),
  /**
   * A `share` of the matching channels gets so many `messages` a second that take `ms` each; what is left at the lift takes
   * no time any more (3.2).
   */
  mailboxFlood: builderOf(mailboxFlood),
  /** Each handle_in of a `share` of the matching channels keeps so many `bytes` in their state; the lift frees them. */
  stateLeak: builderOf(stateLeak),
  /** A `share` of the matching channels outlives its client by `ms`, with presence and subscription, until the lift (2.9). */
  zombie: builderOf(zombie),
  /** The named `server` (`slow`) takes `delayMs` more for each call: callers exit after 5 s, it works on for nobody (3.4). */
  serverBlocked: builderOf(serverBlocked),
  /**
   * The named `server` (`slow`) of one node is killed each `everyMs`. Above 3 in 5 s its supervisor gives up and is started
   * again; `rest_for_one` takes every channel and connection of that node along then (3.7).
   */
  workerCrashLoop: builderOf(workerCrashLoop),
  /** So many `rows` of so many `bytes` a second go into a table; `sweep: 'all'` empties it each second, the lift for good (3.8). */
  tableBloat: builderOf(tableBloat),
  /** A handler of the `event` raises at the next one and is detached; nothing else may break (7.1). */
  telemetryRaise: builderOf(telemetryRaise),
  /** One presence tracker shard is killed, once: every channel it tracks dies by its link (3.5). Nothing to lift. */
  trackerShardKill: builderOf(trackerShardKill),
  /** One PubSub registry partition is killed, once: every channel of that node dies by its link (3.5). Nothing to lift. */
  registryPartitionKill: builderOf(registryPartitionKill),
  /** A share of connections is reset, another is half-open until the fault is lifted. */
  networkDrop: builderOf(networkDrop),
  /** Connections are cut with RST, all of them before the first client is told. */
  reset: builderOf(reset),
  /** Connections end with FIN, behind a close frame of `code` or, with 0, none; clients take it for the network's doing. */
  close: builderOf(close),
  /** Half-open until lifted: nothing gets through either way, nobody is told, and a new connection does not come about. */
  blackhole: builderOf(blackhole),
  /** A slow consumer: nothing is read until the lift, what is sent goes out; the server's send buffer fills (2.13). */
  stall: builderOf(stall),
  /**
   * All that is sent and read is late by `delayMs`, give or take `jitterMs`, in order. A push is sent when its client wrote
   * it, so this shows in both durations of it: it is what the user feels.
   */
  latency: builderOf(latency),
  /** So many bytes a second each way, frames and all. */
  bandwidth: builderOf(bandwidth),
  /** What travels comes in pieces of so many `bytes`, `delayMs` apart: frames end in the middle of a packet. */
  slicer: builderOf(slicer),
  /** Each connection is reset when so many `bytes` have passed in both directions together, a new one after as many again. */
  byteLimit: builderOf(byteLimit),
  /** Heartbeats never leave, though the client counts them as sent: it gives up after 30 s and connects anew (6.2). */
  heartbeatLoss: builderOf(heartbeatLoss),
  /** One malformed frame from each client: whom does it take along (1.8; cases 8, 10, 13)? */
  garbage: builderOf(garbage),
  /** Every push carries the join_ref of an earlier join: the server ignores it without a reply (1.6, case 22). */
  staleJoinRef: builderOf(staleJoinRef),
  /** Nodes of the bundled server stop as a process does (SIGSTOP) and go on when it is lifted: connections stand, nobody answers. */
  nodePause: builderOf(nodePause),
  /**
   * Nodes die without a word and start again `restartAfterMs` later, with 0 when it is lifted. The others take those who
   * come back; with one node connections are refused meanwhile.
   */
  nodeKill: builderOf(nodeKill),
  /** The mesh is cut between `nodes` and the others: broadcasts do not cross, presences part for a while (5.1, 5.2). */
  netsplit: builderOf(netsplit),
  /** Node by node is drained for `drainMs` at most (1012), stopped and started anew, `pauseMs` between two (2.12). */
  deploy: builderOf(deploy),
  /** A node that holds more than `mb` MiB is killed, as in a container with that limit, and started again. Linux. */
  memoryLimit: builderOf(memoryLimit),
  /** A share of the packets between clients and target is lost; TCP sends them again. Linux, as root. */
  packetLoss: builderOf(packetLoss),
  /** No packet arrives and nobody is told, for all clients or a share of the addresses they connect from. Linux, as root. */
  partition: builderOf(partition),
  /** The kernel aborts a share of the connections, once. Linux, as root. */
  connectionKill: builderOf(connectionKill),
  /** The link to the target carries so many bits a second for all clients together. Linux, as root. */
  rateLimit: builderOf(rateLimit),
};

/** Every fault there is. */
export const FAULT_SPECS: readonly FaultSpec[] = [
  ...SERVER_SPECS,
  ...LINK_SPECS,
  ...KERNEL_SPECS,
  ...PROCESS_SPECS,
];

/** A kind of the catalogue. */
export type FaultKind = (
  | typeof SERVER_SPECS
  | typeof LINK_SPECS
  | typeof KERNEL_SPECS
  | typeof PROCESS_SPECS
)[number]['kind'];

/** The fault of a kind; undefined when there is none. */
export function faultSpec(kind: string): FaultSpec | undefined {
  return FAULT_SPECS.find((known) => known.kind === kind);
}
