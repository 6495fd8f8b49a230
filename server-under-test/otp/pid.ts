/** A process's name for people: `<node.id>`, unique in the cluster while it runs. */
export function formatPid(node: number, id: number): string {
  return `<${node}.${id}>`;
}
