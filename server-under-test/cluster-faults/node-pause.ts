import { FAULT_REFUSED } from '../faults/fault.ts';
import { NodeError } from '../node-handle.ts';
import type { ClusterFaultKind } from './fault.ts';
import { NODES, nodesOf, pickNodes } from './pick-nodes.ts';

/**
 * A stopped process, as a virtual machine that is being moved leaves it: connections stand, the kernel takes what comes, nobody
 * answers. Of the other nodes' mesh it is a part until it has been silent for a minute (phoenix-semantics 5.1).
 */
export const nodePause: ClusterFaultKind = {
  kind: 'node_pause',
  about: 'node processes are stopped (SIGSTOP) until lifted (SIGCONT)',
  params: { nodes: NODES },
  spares: 0,
  hits: 'nodes',

  async inject(order, cluster) {
    const stopped = pickNodes(cluster.running(), nodesOf(order), order.seed);
    if (stopped.length === 0) throw new NodeError(FAULT_REFUSED, 'no node runs that could be stopped');
    const resume = async (): Promise<void> => {
      await Promise.all(stopped.map(({ index }) => cluster.resume(index)));
    };
    const outcomes = await Promise.allSettled(stopped.map(({ index }) => cluster.pause(index)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return { lift: resume, count: () => stopped.length };
    await resume();
    throw failed.reason;
  },
};
