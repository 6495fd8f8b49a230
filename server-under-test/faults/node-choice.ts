import { hashSeeded } from './selection.ts';

/** A node and the others in its reach, as a node's context has them. */
interface Placed {
  readonly runtime: { readonly node: number };
  readonly distribution: { connected(): readonly number[] };
}

/** The one of a list that a seed picks; undefined of an empty one. */
export function pick<T>(list: readonly T[], what: string, seed: number): T | undefined {
  return list[hashSeeded(what, seed) % list.length];
}

/** Whether this is the one node that a fault on a single process hits: each node works it out from those in reach. */
export function isHitNode({ runtime: { node }, distribution }: Placed, seed: number): boolean {
  const nodes = [node, ...distribution.connected()].toSorted((a, b) => a - b);
  return pick(nodes, 'node', seed) === node;
}
