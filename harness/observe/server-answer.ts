/** Reads an answer of `GET /observer` for a person to look at: all of it, where a run needs little. */
import type { MailboxBucket, NodeView, ServerView, SupervisorLine } from '../record/server-view.ts';
import { count, fieldsOf, isFields, known, listOf, name, nameOrNull, type Fields } from './answer-fields.ts';
import { readProcessRow } from './process-answer.ts';

const MOST = { nodes: 256, tables: 500, events: 500, buckets: 32, top: 50, places: 1_000, depth: 24 };

/** The server of an answer's JSON, or a sentence that says why it is none. */
export function readServerView(body: unknown): ServerView | string {
  const mailbox = isFields(body) ? body['mailbox'] : undefined;
  if (!isFields(body) || !isFields(mailbox)) return 'the answer has no mailbox: is it the control port?';
  const entries = listOf(body['nodes']).slice(0, MOST.nodes);
  const nodes = entries.map(readNode);
  const living = nodes.filter((node) => node.alive);
  const supervisors: SupervisorLine[] = [];
  addPlaces(body['supervisors'], 0, supervisors);
  return {
    atMs: known(body['at']),
    nodes,
    connections: count(body['connections']),
    channels: count(body['channels']),
    processes: count(body['processes']),
    mailbox: {
      sum: count(mailbox['sum']),
      max: count(mailbox['max']),
      oldestWaitMs: count(mailbox['oldest_wait_ms']),
      distribution: readDistribution([mailbox], entries),
    },
    tables: listOf(body['tables'])
      .slice(0, MOST.tables)
      .map((table) => ({
        name: name(table['name']),
        rows: count(table['rows']),
        bytes: count(table['bytes']),
      })),
    rssBytes: count(fieldsOf(body['memory'])['rss']),
    runQueue: known(body['run_queue']) ?? largest(living.map((node) => node.runQueue)),
    loopLagMs: known(body['loop_lag_ms']) ?? largest(living.map((node) => node.loopLagMs)),
    events: readEvents(body['telemetry']),
    supervisors,
    top: listOf(mailbox['top']).slice(0, MOST.top).map(readProcessRow),
  };
}

function readNode(entry: Fields): NodeView {
  return {
    name: name(entry['name']),
    osPid: known(entry['os_pid']),
    alive: entry['alive'] !== false,
    isDown: entry['alive'] === false && entry['state'] === 'down',
    stale: entry['stale'] === true,
    connections: known(entry['connections']),
    channels: known(entry['channels']),
    processes: known(entry['processes']),
    mailboxSum: known(fieldsOf(entry['mailbox'])['sum']),
    rssBytes: known(fieldsOf(entry['memory'])['rss']),
    cpuMs: known(entry['cpu_ms']),
    runQueue: known(entry['run_queue']),
    loopLagMs: known(entry['loop_lag_ms']),
  };
}

/** The whole server's buckets, or those of its living nodes added up. */
function readDistribution(whole: readonly Fields[], nodes: readonly Fields[]): MailboxBucket[] {
  const own = addBuckets(whole);
  if (own.length > 0) return own;
  return addBuckets(nodes.filter((node) => node['alive'] !== false).map((node) => fieldsOf(node['mailbox'])));
}

function addBuckets(mailboxes: readonly Fields[]): MailboxBucket[] {
  const buckets = new Map<number, MailboxBucket>();
  for (const entry of mailboxes.flatMap((mailbox) =>
    listOf(mailbox['distribution']).slice(0, MOST.buckets),
  )) {
    const from = count(entry['from']);
    const before = buckets.get(from)?.count ?? 0;
    buckets.set(from, { from, to: known(entry['to']), count: before + count(entry['count']) });
  }
  return [...buckets.values()].toSorted((a, b) => a.from - b.from);
}

/** Counts by name; an event may also tell more than its count. */
function readEvents(value: unknown): ServerView['events'] {
  return Object.entries(fieldsOf(value))
    .slice(0, MOST.events)
    .map(([event, told]) => ({ name: name(event), count: count(isFields(told) ? told['count'] : told) }));
}

function addPlaces(value: unknown, depth: number, lines: SupervisorLine[]): void {
  const entries = isFields(value) ? [value] : listOf(value);
  for (const entry of entries) {
    if (lines.length >= MOST.places || depth > MOST.depth) return;
    const children = entry['children'];
    lines.push({
      depth,
      name: name(entry['name'] ?? entry['pid']),
      pid: nameOrNull(entry['pid']),
      kind: nameOrNull(entry['kind']) ?? '',
      strategy: nameOrNull(entry['strategy']),
      children: known(Array.isArray(children) ? undefined : (children ?? entry['count'])),
    });
    addPlaces(children, depth + 1, lines);
  }
}

function largest(figures: readonly (number | null)[]): number {
  return figures.reduce<number>((most, figure) => Math.max(most, figure ?? 0), 0);
}
