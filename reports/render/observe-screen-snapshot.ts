/**
 * What `observe` prints where there is no terminal: `key=value` lines with
 * stable names and plain numbers. What is not known has no line.
 */

import type { ProcessDetail, ProcessRow, ServerView } from '../../harness/record/server-view.ts';
import { visibleLine } from './visible-text.ts';

type Value = string | number | boolean | null;

class Lines {
  readonly #lines: string[] = [];

  put(key: string, value: Value): void {
    if (value === null || value === '') return;
    this.#lines.push(`${key}=${typeof value === 'string' ? visibleLine(value, 1_000) : String(value)}`);
  }

  text(): string {
    return this.#lines.join('\n');
  }
}

/** A server and its worst processes: sums, then nodes, tables, events, processes by rank. */
export function renderServerValues(url: string, server: ServerView, rows: readonly ProcessRow[]): string {
  const lines = new Lines();
  lines.put('url', url);
  lines.put('at_ms', server.atMs);
  lines.put('connections', server.connections);
  lines.put('channels', server.channels);
  lines.put('processes', server.processes);
  lines.put('mailbox_sum', server.mailbox.sum);
  lines.put('mailbox_max', server.mailbox.max);
  lines.put('mailbox_oldest_wait_ms', server.mailbox.oldestWaitMs);
  for (const { from, count } of server.mailbox.distribution) lines.put(`mailboxes_from_${from}`, count);
  lines.put('memory_rss_bytes', server.rssBytes);
  lines.put('run_queue', server.runQueue);
  lines.put('loop_lag_ms', server.loopLagMs);
  lines.put('nodes', server.nodes.length);
  for (const [index, node] of server.nodes.entries()) {
    const key = `node_${index + 1}`;
    lines.put(`${key}_name`, node.name);
    lines.put(`${key}_alive`, node.alive);
    lines.put(`${key}_stale`, node.stale);
    lines.put(`${key}_cpu_ms`, node.cpuMs);
    lines.put(`${key}_memory_rss_bytes`, node.rssBytes);
    lines.put(`${key}_run_queue`, node.runQueue);
    lines.put(`${key}_loop_lag_ms`, node.loopLagMs);
    lines.put(`${key}_connections`, node.connections);
    lines.put(`${key}_processes`, node.processes);
    lines.put(`${key}_mailbox_sum`, node.mailboxSum);
  }
  for (const [index, { name, rows: inside, bytes }] of server.tables.entries()) {
    lines.put(`table_${index + 1}_name`, name);
    lines.put(`table_${index + 1}_rows`, inside);
    lines.put(`table_${index + 1}_bytes`, bytes);
  }
  for (const [index, { name, count }] of server.events.entries()) {
    lines.put(`event_${index + 1}_name`, name);
    lines.put(`event_${index + 1}_count`, count);
  }
  for (const [index, row] of rows.entries()) putProcess(lines, `process_${index + 1}_`, row);
  return lines.text();
}

/** One process; its state as JSON on one line. */
export function renderProcessValues(url: string, detail: ProcessDetail): string {
  const lines = new Lines();
  lines.put('url', url);
  putProcess(lines, '', detail);
  lines.put('trap_exit', detail.trapExit);
  lines.put('parent', detail.parent);
  lines.put('links', detail.links.join(' '));
  lines.put('monitors', detail.monitors.join(' '));
  lines.put('monitored_by', detail.monitoredBy.join(' '));
  lines.put('current', detail.current?.what ?? null);
  lines.put('current_for_ms', detail.current?.forMs ?? null);
  const { callbacks } = detail;
  lines.put('callbacks_for_ms', callbacks?.forMs ?? null);
  lines.put('callbacks_count', callbacks?.count ?? null);
  lines.put('callbacks_total_ms', callbacks?.totalMs ?? null);
  lines.put('callbacks_max_ms', callbacks?.maxMs ?? null);
  for (const [index, { what, ms }] of (callbacks?.recent ?? []).entries()) {
    lines.put(`callback_${index + 1}_what`, what);
    lines.put(`callback_${index + 1}_ms`, ms);
  }
  lines.put('state_value', jsonText(detail.value));
  return lines.text();
}

function putProcess(lines: Lines, key: string, row: ProcessRow): void {
  lines.put(`${key}pid`, row.pid);
  lines.put(`${key}kind`, row.kind);
  lines.put(`${key}name`, row.name);
  lines.put(`${key}topic`, row.topic);
  lines.put(`${key}state`, row.state);
  lines.put(`${key}len`, row.len);
  lines.put(`${key}high_water`, row.highWater);
  lines.put(`${key}oldest_wait_ms`, row.oldestWaitMs);
  lines.put(`${key}bytes`, row.bytes);
  lines.put(`${key}handled`, row.handled);
  lines.put(`${key}idle_ms`, row.idleMs);
}

/** Signs a terminal would obey although JSON lets them stand as they are. */
const UNSEEN = /[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu;

/** JSON on one line that is safe to look at: what would not be seen is escaped. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (sign) =>
    Array.from(
      { length: sign.length },
      (_, at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
