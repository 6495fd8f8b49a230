import type { ClusterFaultKind } from './fault.ts';
import { NODES, nodesOf, pickNodes } from './pick-nodes.ts';

/**
 * The mesh is cut in two. Nothing crosses and nothing is sent again (phoenix-semantics 5.1); each side keeps the presences of the
 * other for 30 s and lets them leave then, and after the lift both converge (5.2). Clients see their own node as before.
 */
export const netsplit: ClusterFaultKind = {
  kind: 'netsplit',
  about: 'the mesh is cut between so many nodes and the others',
  params: { nodes: NODES },
  spares: 1,
  hits: 'nodes',

  async inject(order, cluster) {
    const side = pickNodes(cluster.nodes, nodesOf(order), order.seed).map(({ index }) => index);
    const { id } = order;
    await cluster.sever(id, side);
    return { lift: () => cluster.heal(id), count: () => side.length };
  },
};
