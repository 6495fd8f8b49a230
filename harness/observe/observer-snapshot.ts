/**
 * Reads one answer of `GET /observer` (the drill contract's control port). It
 * came from outside, so nothing of it is believed before it was looked at.
 */
import type { TopMailbox, WindowLine } from '../record/timeline-line.ts';
import { count, isFields, listOf, name, type Fields } from './answer-fields.ts';
import { readNodeEvents, type NodeEvents } from './node-events.ts';

export type TableSize = { name: string; rows: number; bytes: number };

/** What one node of the server has used; `fresh` is false when these are its last figures, of earlier. */
export type NodeUse = { name: string; cpuMs: number; fresh: boolean };

export type ObserverSnapshot = {
  mailbox: NonNullable<WindowLine['mailbox']>;
  /** Without `cpu`, which takes two snapshots. */
  server: Omit<NonNullable<WindowLine['server']>, 'cpu'>;
  tables: TableSize[];
  nodes: NodeUse[];
  events: NodeEvents[];
  /** Every node listed, and those that are listed as dead and were not taken down by a fault. */
  nodeNames: string[];
  deadNodes: string[];
};

const MOST_MAILBOXES = 20;
const MOST_TABLES = 100;

/** The snapshot of an answer's text, or a sentence that says why it is none. */
export function readSnapshot(text: string): ObserverSnapshot | string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'the observer answered with something that is no JSON';
  }
  const mailbox = isFields(body) ? body['mailbox'] : undefined;
  if (!isFields(body) || !isFields(mailbox)) return 'the observer answered without a mailbox';
  const nodes = listOf(body['nodes']);
  const living = nodes.filter((node) => node['alive'] !== false);
  const memory = isFields(body['memory']) ? body['memory'] : {};
  return {
    mailbox: {
      sum: count(mailbox['sum']),
      max: count(mailbox['max']),
      oldestWaitMs: count(mailbox['oldest_wait_ms']),
      top: listOf(mailbox['top']).slice(0, MOST_MAILBOXES).map(readMailbox),
    },
    server: {
      rssBytes: count(memory['rss']),
      connections: count(body['connections']),
      processes: count(body['processes']),
      runQueue: largest(living, 'run_queue') ?? count(body['run_queue']),
      loopLagMs: largest(living, 'loop_lag_ms') ?? count(body['loop_lag_ms']),
    },
    tables: listOf(body['tables'])
      .slice(0, MOST_TABLES)
      .map((table) => ({
        name: name(table['name']),
        rows: count(table['rows']),
        bytes: count(table['bytes']),
      })),
    nodes: living
      .filter((node) => typeof node['cpu_ms'] === 'number')
      .map((node) => ({
        name: name(node['name']),
        cpuMs: count(node['cpu_ms']),
        fresh: node['stale'] !== true,
      })),
    events: readNodeEvents(body),
    nodeNames: nodes.map((node) => name(node['name'])),
    deadNodes: nodes.filter(isDead).map((node) => name(node['name'])),
  };
}

/** One that a fault has taken down comes back with it: nobody has to be told. */
function isDead(node: Fields): boolean {
  return node['alive'] === false && node['state'] !== 'down';
}

function readMailbox(entry: Fields): TopMailbox {
  return {
    pid: name(entry['pid']),
    kind: name(entry['kind']),
    topic: typeof entry['topic'] === 'string' ? name(entry['topic']) : null,
    len: count(entry['len']),
    highWater: count(entry['high_water']),
    oldestWaitMs: count(entry['oldest_wait_ms']),
  };
}

function largest(nodes: readonly Fields[], field: string): number | undefined {
  const figures = nodes.map((node) => node[field]).filter((figure) => typeof figure === 'number');
  return figures.length === 0 ? undefined : Math.max(...figures.map(count));
}
