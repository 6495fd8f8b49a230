/** Whom a node is cut off from: everybody who is on the other side of some split. Nodes by index. */
export function cutOffFrom(
  node: number,
  nodes: readonly number[],
  sides: Iterable<ReadonlySet<number>>,
): number[] {
  const splits = [...sides];
  return nodes.filter((other) => splits.some((side) => side.has(node) !== side.has(other)));
}
