/** Reads the control port's lists of processes, and what it says of one of them. */
import type { ProcessDetail, ProcessList, ProcessRow } from '../record/server-view.ts';
import {
  count,
  fieldsOf,
  isFields,
  known,
  listOf,
  name,
  namesOf,
  nameOrNull,
  type Fields,
} from './answer-fields.ts';

const MOST = { rows: 2_000, pids: 1_000, recent: 100, depth: 64, values: 50_000 };

/** The list of an answer's JSON, or a sentence that says why it is none. */
export function readProcessList(body: unknown): ProcessList | string {
  if (!isFields(body) || !Array.isArray(body['processes'])) return 'the answer has no list of processes';
  return {
    total: known(body['total']),
    rows: listOf(body['processes']).slice(0, MOST.rows).map(readProcessRow),
  };
}

export function readProcessRow(entry: Fields): ProcessRow {
  return {
    pid: name(entry['pid']),
    kind: name(entry['kind']),
    name: nameOrNull(entry['name']),
    topic: nameOrNull(entry['topic']),
    state: nameOrNull(entry['state']) ?? '',
    len: count(entry['len']),
    highWater: count(entry['high_water']),
    oldestWaitMs: count(entry['oldest_wait_ms']),
    bytes: known(entry['bytes']),
    handled: known(entry['handled']),
    idleMs: known(entry['idle_ms']),
  };
}

/** The process of an answer's JSON, or a sentence that says why it is none. */
export function readProcessDetail(body: unknown): ProcessDetail | string {
  if (!isFields(body) || typeof body['pid'] !== 'string') return 'the answer is no process';
  const { current, callbacks } = body;
  return {
    ...readProcessRow(body),
    trapExit: typeof body['trap_exit'] === 'boolean' ? body['trap_exit'] : null,
    parent: nameOrNull(body['parent']),
    links: namesOf(body['links'], MOST.pids),
    monitors: namesOf(body['monitors'], MOST.pids),
    monitoredBy: namesOf(body['monitored_by'], MOST.pids),
    current: isFields(current) ? { what: name(current['what']), forMs: count(current['for_ms']) } : null,
    callbacks: isFields(callbacks) ? readCallbacks(fieldsOf(callbacks)) : null,
    value: bounded(body['value'] ?? null, MOST.depth, { values: MOST.values }),
  };
}

function readCallbacks(entry: Fields): NonNullable<ProcessDetail['callbacks']> {
  return {
    forMs: count(entry['for_ms']),
    count: count(entry['count']),
    totalMs: count(entry['total_ms']),
    maxMs: count(entry['max_ms']),
    recent: listOf(entry['recent'])
      .slice(-MOST.recent)
      .map((one) => ({ what: name(one['what']), ms: count(one['ms']) })),
  };
}

/** The value with an ellipsis for what lies too deep or is too much to be written again. */
function bounded(value: unknown, depth: number, left: { values: number }): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0 || left.values <= 0) return '…';
  const entries = Object.entries(value).slice(0, left.values);
  left.values -= entries.length;
  const inner = entries.map(([key, item]) => [key, bounded(item, depth - 1, left)] as const);
  return Array.isArray(value) ? inner.map(([, item]) => item) : Object.fromEntries(inner);
}
