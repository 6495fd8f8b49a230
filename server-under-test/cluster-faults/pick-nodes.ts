import type { FaultOrder } from '../faults/fault.ts';
import { hashSeeded } from '../faults/selection.ts';

/** So many of the nodes, picked by seed: the same ones in every run, and more of them are the same and others. */
export function pickNodes<Node extends { readonly index: number }>(
  nodes: readonly Node[],
  count: number,
  seed: number,
): Node[] {
  const drawn = nodes.map((node) => ({ node, draw: hashSeeded(`node${node.index}`, seed) }));
  return drawn
    .toSorted((a, b) => a.draw - b.draw)
    .slice(0, count)
    .map(({ node }) => node);
}

/** The parameter of a fault that hits some of the nodes. */
export const NODES = { type: 'count', required: false, min: 1, max: 64 } as const;

/** How many nodes an order is for. */
export function nodesOf({ params }: Pick<FaultOrder, 'params'>): number {
  return Number(params['nodes'] ?? 1);
}
