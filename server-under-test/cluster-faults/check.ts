import type { Problem } from '../faults/check.ts';
import type { FaultOrder } from '../faults/fault.ts';
import { CLUSTER_FAULT_KINDS } from './kinds.ts';
import { nodesOf } from './pick-nodes.ts';

/** What a checked order asks of a cluster that has not that many nodes. */
export function checkNodes(order: Omit<FaultOrder, 'id'>, nodes: number): Problem[] {
  const kind = CLUSTER_FAULT_KINDS.find((known) => known.kind === order.kind);
  if (kind === undefined) return [];
  const got = nodesOf(order);
  const most = nodes - kind.spares;
  if (got <= most) return [];
  const some = most === 1 ? '1' : `1 to ${most}`;
  const wanted = most < 1 ? `a server of ${kind.spares + 1} nodes or more` : `${some} of its ${nodes} nodes`;
  return [{ path: 'params.nodes', got, wanted }];
}
