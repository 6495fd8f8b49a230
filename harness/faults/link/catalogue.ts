/** Faults on the driver's own sockets, carried out inside each worker. */
import { bandwidth } from './bandwidth.ts';
import { blackhole } from './blackhole.ts';
import { byteLimit } from './byte-limit.ts';
import { close } from './close.ts';
import { garbage } from './garbage.ts';
import { heartbeatLoss } from './heartbeat-loss.ts';
import { latency } from './latency.ts';
import type { LinkFault } from './link-fault.ts';
import { networkDrop } from './network-drop.ts';
import { rejoin } from './rejoin.ts';
import { reset } from './reset.ts';
import { slicer } from './slicer.ts';
import { staleJoinRef } from './stale-join-ref.ts';
import { stall } from './stall.ts';

export const LINK_FAULTS: ReadonlyMap<string, LinkFault> = new Map<string, LinkFault>([
  ['network_drop', networkDrop],
  ['rejoin', rejoin],
  ['reset', reset],
  ['close', close],
  ['blackhole', blackhole],
  ['stall', stall],
  ['latency', latency],
  ['bandwidth', bandwidth],
  ['slicer', slicer],
  ['byte_limit', byteLimit],
  ['heartbeat_loss', heartbeatLoss],
  ['garbage', garbage],
  ['stale_join_ref', staleJoinRef],
]);
