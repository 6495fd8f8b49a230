/** How many nodes a server must have for a fault. */
import type { PlannedFault } from '../../scenario/plan.ts';

/** Nodes it needs; 1 where it says nothing of them. */
export function nodesNeeded({ side, kind, params }: PlannedFault): number {
  if (side !== 'process') return 1;
  const hit = Number(params['nodes'] ?? 1);
  // A netsplit needs somebody to be cut off from.
  return kind === 'netsplit' ? hit + 1 : hit;
}
