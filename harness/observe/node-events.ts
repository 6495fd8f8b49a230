/** What each node of a server says it has counted of telemetry events since it began. */
import { count, fieldsOf, isFields, known, listOf, name, type Fields } from './answer-fields.ts';

export type NodeEvents = {
  name: string;
  /** Tells a node from another one that has its name now; null where it is not said. */
  osPid: number | null;
  /** False when these are its last figures, of earlier. */
  fresh: boolean;
  /** Totals by event: `phoenix.socket_connected`. */
  counts: ReadonlyMap<string, number>;
};

const MOST_EVENTS = 200;

/**
 * The counts of every living node that tells its own. Those of the whole server stand in where it
 * lists no more than one; of several only the sum is known there, which falls when one of them ends.
 */
export function readNodeEvents(body: Fields): NodeEvents[] {
  const nodes = listOf(body['nodes']);
  const telling = nodes.filter((node) => node['alive'] !== false && isFields(node['telemetry']));
  if (telling.length > 0) return telling.map(readNode);
  return nodes.length <= 1 && isFields(body['telemetry']) ? [readNode({ ...nodes[0], ...body })] : [];
}

function readNode(node: Fields): NodeEvents {
  return {
    name: name(node['name']),
    osPid: known(node['os_pid']),
    fresh: node['stale'] !== true,
    counts: readCounts(node['telemetry']),
  };
}

/** Counts by name; an event may also tell more than its count. */
function readCounts(value: unknown): Map<string, number> {
  const told = Object.entries(fieldsOf(value)).slice(0, MOST_EVENTS);
  return new Map(
    told.map(([event, one]) => [name(event), isFields(one) ? count(one['count']) : count(one)] as const),
  );
}
