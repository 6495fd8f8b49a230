/** What each planned fault does, by kind; those on links are carried out in the workers (link/catalogue.ts). */
import type { Fault } from './fault.ts';
import { connectionKill } from './kernel/connection-kill.ts';
import { packetLoss } from './kernel/packet-loss.ts';
import { partition } from './kernel/partition.ts';
import { rateLimit } from './kernel/rate-limit.ts';
import { onLinks } from './link/on-links.ts';
import { deploy } from './process/deploy.ts';
import { memoryLimit } from './process/memory-limit.ts';
import { netsplit } from './process/netsplit.ts';
import { nodeKill } from './process/node-kill.ts';
import { nodePause } from './process/node-pause.ts';
import { blockingHandler } from './server/blocking-handler.ts';
import { channelCrash } from './server/channel-crash.ts';
import { intercept } from './server/intercept.ts';
import { mailboxFlood } from './server/mailbox-flood.ts';
import { registryPartitionKill } from './server/registry-partition-kill.ts';
import { serverBlocked } from './server/server-blocked.ts';
import { slowConnect } from './server/slow-connect.ts';
import { slowJoin } from './server/slow-join.ts';
import { stateLeak } from './server/state-leak.ts';
import { tableBloat } from './server/table-bloat.ts';
import { telemetryRaise } from './server/telemetry-raise.ts';
import { trackerShardKill } from './server/tracker-shard-kill.ts';
import { workerCrashLoop } from './server/worker-crash-loop.ts';
import { zombie } from './server/zombie.ts';

export const FAULTS: Readonly<Record<string, Fault>> = {
  slow_connect: slowConnect,
  slow_join: slowJoin,
  blocking_handler: blockingHandler,
  intercept,
  channel_crash: channelCrash,
  mailbox_flood: mailboxFlood,
  state_leak: stateLeak,
  zombie,
  server_blocked: serverBlocked,
  worker_crash_loop: workerCrashLoop,
  table_bloat: tableBloat,
  telemetry_raise: telemetryRaise,
  tracker_shard_kill: trackerShardKill,
  registry_partition_kill: registryPartitionKill,
  network_drop: onLinks,
  reset: onLinks,
  close: onLinks,
  blackhole: onLinks,
  stall: onLinks,
  latency: onLinks,
  bandwidth: onLinks,
  slicer: onLinks,
  byte_limit: onLinks,
  heartbeat_loss: onLinks,
  garbage: onLinks,
  stale_join_ref: onLinks,
  node_pause: nodePause,
  node_kill: nodeKill,
  netsplit,
  deploy,
  memory_limit: memoryLimit,
  packet_loss: packetLoss,
  partition,
  connection_kill: connectionKill,
  rate_limit: rateLimit,
};
