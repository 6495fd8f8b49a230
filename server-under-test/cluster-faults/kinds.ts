import { FAULT_KINDS } from '../faults/kinds.ts';
import type { FaultDescription } from '../faults/fault.ts';
import { deploy } from './deploy.ts';
import type { ClusterFaultKind } from './fault.ts';
import { memoryLimit } from './memory-limit.ts';
import { netsplit } from './netsplit.ts';
import { nodeKill } from './node-kill.ts';
import { nodePause } from './node-pause.ts';

/** Every fault of whole nodes; a further one is one file and one line here. */
export const CLUSTER_FAULT_KINDS: readonly ClusterFaultKind[] = [
  nodePause,
  nodeKill,
  netsplit,
  deploy,
  memoryLimit,
];

/** Every fault the control port takes, those within nodes first. */
export const ALL_FAULT_KINDS: readonly FaultDescription[] = [...FAULT_KINDS, ...CLUSTER_FAULT_KINDS];
