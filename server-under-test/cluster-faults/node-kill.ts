import { FAULT_REFUSED } from '../faults/fault.ts';
import { numberIn } from '../faults/order-params.ts';
import { NodeError } from '../node-handle.ts';
import { Absences } from './absences.ts';
import type { ClusterFaultKind } from './fault.ts';
import { NODES, nodesOf, pickNodes } from './pick-nodes.ts';

/** How long an orchestrator takes to notice and to start a process again. */
export const RESTART_AFTER_MS = 2_000;

/**
 * A node dies without a word: the kernel ends its connections, the other nodes take those who come back, its presences stay with
 * them for 30 s (phoenix-semantics 5.2). A server of one node refuses connections until it is there again.
 */
export const nodeKill: ClusterFaultKind = {
  kind: 'node_kill',
  about:
    'node processes are killed (SIGKILL) and start again after restart_after_ms; 0 is not before the lift',
  params: { nodes: NODES, restart_after_ms: { type: 'ms', required: false } },
  spares: 0,
  hits: 'nodes',

  async inject(order, cluster) {
    const killed = pickNodes(cluster.running(), nodesOf(order), order.seed);
    if (killed.length === 0) throw new NodeError(FAULT_REFUSED, 'no node runs that could be killed');
    const absences = new Absences(cluster, numberIn(order, 'restart_after_ms', RESTART_AFTER_MS));
    await Promise.all(killed.map(({ index }) => absences.kill(index)));
    return { lift: () => absences.end(), count: () => absences.count };
  },
};
