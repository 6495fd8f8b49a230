import { blockingHandler } from './blocking-handler.ts';
import { channelCrash } from './channel-crash.ts';
import type { FaultKind } from './fault.ts';
import { intercept } from './intercept.ts';
import { mailboxFlood } from './mailbox-flood.ts';
import { registryPartitionKill } from './registry-partition-kill.ts';
import { serverBlocked } from './server-blocked.ts';
import { slowConnect } from './slow-connect.ts';
import { slowJoin } from './slow-join.ts';
import { stateLeak } from './state-leak.ts';
import { tableBloat } from './table-bloat.ts';
import { telemetryRaise } from './telemetry-raise.ts';
import { trackerShardKill } from './tracker-shard-kill.ts';
import { workerCrashLoop } from './worker-crash-loop.ts';
import { zombie } from './zombie.ts';

/** Every fault the server knows; a further one is one file and one line here. */
export const FAULT_KINDS: readonly FaultKind[] = [
  slowConnect,
  slowJoin,
  blockingHandler,
  serverBlocked,
  intercept,
  channelCrash,
  workerCrashLoop,
  mailboxFlood,
  tableBloat,
  stateLeak,
  zombie,
  telemetryRaise,
  trackerShardKill,
  registryPartitionKill,
];
