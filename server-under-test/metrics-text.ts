import type { NodeReport } from './cluster.ts';
import type { NodeSnapshot } from './telemetry/observer.ts';

type Read = (snapshot: NodeSnapshot) => number;

const GAUGES: ReadonlyArray<readonly [name: string, help: string, read: Read]> = [
  ['firedrill_connections', 'Open connections.', (node) => node.connections],
  ['firedrill_channels', 'Joined channels.', (node) => node.channels],
  ['firedrill_processes', 'Processes alive.', (node) => node.processes],
  ['firedrill_mailbox_messages', 'Messages waiting in all mailboxes.', (node) => node.mailbox.sum],
  ['firedrill_mailbox_longest', 'Messages waiting in the longest mailbox.', (node) => node.mailbox.max],
  [
    'firedrill_mailbox_oldest_wait_ms',
    'Age of the oldest waiting message.',
    (node) => node.mailbox.oldest_wait_ms,
  ],
  ['firedrill_memory_rss_bytes', 'Resident memory.', (node) => node.memory.rss],
  ['firedrill_memory_heap_bytes', 'Used JavaScript heap.', (node) => node.memory.heap],
  ['firedrill_run_queue', 'Processes waiting for the scheduler.', (node) => node.run_queue],
  ['firedrill_loop_lag_ms', 'Worst event loop delay of the last second.', (node) => node.loop_lag_ms],
];

/** GET /metrics: the observer's figures per node, as Prometheus reads them. */
export function renderMetrics(reports: readonly NodeReport[]): string {
  const lines: string[] = [
    '# HELP firedrill_up Whether the node process lives.',
    '# TYPE firedrill_up gauge',
  ];
  for (const { name, alive } of reports) lines.push(`firedrill_up{node="${name}"} ${alive ? 1 : 0}`);
  const nodes = reports.flatMap(({ alive, snapshot }) => (alive && snapshot !== null ? [snapshot] : []));
  for (const [name, help, read] of GAUGES) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
    for (const node of nodes) lines.push(`${name}{node="${node.name}"} ${read(node)}`);
  }
  lines.push(
    '# HELP firedrill_cpu_ms_total CPU time of the process.',
    '# TYPE firedrill_cpu_ms_total counter',
  );
  for (const node of nodes) lines.push(`firedrill_cpu_ms_total{node="${node.name}"} ${node.cpu_ms}`);
  lines.push(
    '# HELP firedrill_events_total Telemetry events by name.',
    '# TYPE firedrill_events_total counter',
  );
  for (const node of nodes) {
    for (const [event, count] of Object.entries(node.telemetry)) {
      lines.push(`firedrill_events_total{node="${node.name}",event="${event}"} ${count}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
