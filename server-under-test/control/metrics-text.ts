import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { NodeReport } from '../cluster.ts';
import { BUCKET_BOUNDS_US, type DurationCounts } from '../telemetry/duration-histogram.ts';
import type { NodeSnapshot } from '../telemetry/observer.ts';

const US_PER_SECOND = 1e6;
const MS_PER_SECOND = 1e3;
// Topics are the clients' to choose: a label stays short.
const LONGEST_LABEL = 200;

/** A figure a node has one of. */
interface NodeFigure {
  readonly name: string;
  readonly help: string;
  read(node: NodeSnapshot): number;
}

const FIGURES: readonly NodeFigure[] = [
  { name: 'connections', help: 'Open connections.', read: (node) => node.connections },
  { name: 'channels', help: 'Joined channels.', read: (node) => node.channels },
  { name: 'hibernating_processes', help: 'Processes that hibernate.', read: (node) => node.hibernating },
  { name: 'mailbox_messages', help: 'Messages waiting in all mailboxes.', read: (node) => node.mailbox.sum },
  {
    name: 'mailbox_longest_messages',
    help: 'Messages waiting in the longest mailbox.',
    read: (node) => node.mailbox.max,
  },
  {
    name: 'mailbox_oldest_wait_seconds',
    help: 'Age of the oldest waiting message.',
    read: (node) => node.mailbox.oldest_wait_ms / MS_PER_SECOND,
  },
  { name: 'memory_rss_bytes', help: 'Resident memory.', read: (node) => node.memory.rss },
  { name: 'memory_heap_bytes', help: 'Used JavaScript heap.', read: (node) => node.memory.heap },
  {
    name: 'memory_external_bytes',
    help: 'Memory of buffers outside the JavaScript heap.',
    read: (node) => node.memory.external,
  },
  {
    name: 'run_queue_processes',
    help: 'Processes waiting for the scheduler.',
    read: (node) => node.run_queue,
  },
  {
    name: 'loop_lag_seconds',
    help: 'Worst event loop delay of the last second.',
    read: (node) => node.loop_lag_ms / MS_PER_SECOND,
  },
];

const TOTALS: readonly NodeFigure[] = [
  {
    name: 'cpu_seconds_total',
    help: 'CPU time of the process.',
    read: (node) => node.cpu_ms / MS_PER_SECOND,
  },
  {
    name: 'wake_ups_total',
    help: 'How often a message woke a hibernating process.',
    read: (node) => node.wake_ups,
  },
];

type Counted = readonly [node: string, counts: DurationCounts];

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** A histogram whose counts come from elsewhere; the library's own can only observe single values. */
class CountedHistogram extends Histogram<'node'> {
  private readonly metric: string;
  private readonly about: string;
  private readonly counted: readonly Counted[];

  constructor(metric: string, about: string, counted: readonly Counted[]) {
    super({ name: metric, help: about, labelNames: ['node'], registers: [] });
    this.metric = metric;
    this.about = about;
    this.counted = counted;
  }

  /** What the registry asks every metric for; the library's types leave it out. */
  async getForPromString(): Promise<object> {
    const values = this.counted.flatMap((one) => samplesOf(this.metric, one));
    return { name: this.metric, help: this.about, type: 'histogram', aggregator: 'sum', values };
  }
}

function samplesOf(metric: string, [node, { count, sum_ms, buckets }]: Counted): Sample[] {
  let below = 0;
  const cumulated = BUCKET_BOUNDS_US.map((us, index) => {
    below += buckets[index] ?? 0;
    return { metricName: `${metric}_bucket`, labels: { node, le: us / US_PER_SECOND }, value: below };
  });
  return [
    ...cumulated,
    { metricName: `${metric}_bucket`, labels: { node, le: '+Inf' }, value: count },
    { metricName: `${metric}_sum`, labels: { node }, value: sum_ms / MS_PER_SECOND },
    { metricName: `${metric}_count`, labels: { node }, value: count },
  ];
}

/** One scrape: a registry of its own, so that nothing of a node outlives it. */
class Scrape {
  readonly registry = new Registry();
  private readonly nodes: readonly NodeSnapshot[];

  constructor(reports: readonly NodeReport[]) {
    // A dead node has no figures, and one that is silent none of now.
    this.nodes = reports.flatMap(({ alive, stale, snapshot }) =>
      alive && !stale && snapshot !== null ? [snapshot] : [],
    );
    const up = this.gauge('up', 'Whether the node process lives.', ['node']);
    const answering = this.gauge('answering', 'Whether the node answered in time.', ['node']);
    for (const { name: node, alive, stale } of reports) {
      up.set({ node }, alive ? 1 : 0);
      answering.set({ node }, alive && !stale ? 1 : 0);
    }
    this.addFigures();
    this.addProcesses();
    this.addTables();
    this.addEvents();
  }

  private gauge<T extends string>(name: string, help: string, labelNames: readonly T[]): Gauge<T> {
    return new Gauge({ name: `firedrill_${name}`, help, labelNames, registers: [this.registry] });
  }

  private counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name: `firedrill_${name}`, help, labelNames, registers: [this.registry] });
  }

  private addFigures(): void {
    for (const { name, help, read } of FIGURES) {
      const gauge = this.gauge(name, help, ['node']);
      for (const node of this.nodes) gauge.set({ node: node.name }, read(node));
    }
    for (const { name, help, read } of TOTALS) {
      const counter = this.counter(name, help, ['node']);
      for (const node of this.nodes) counter.inc({ node: node.name }, read(node));
    }
  }

  private addProcesses(): void {
    const processes = this.gauge('processes', 'Processes alive.', ['node', 'kind']);
    const mailboxes = this.gauge('mailboxes', 'Processes with so many messages waiting.', [
      'node',
      'messages',
    ]);
    const top = this.gauge('top_mailbox_messages', 'Messages waiting in the longest mailboxes.', [
      'node',
      'pid',
      'kind',
      'topic',
    ]);
    for (const { name: node, kinds, mailbox } of this.nodes) {
      for (const [kind, count] of Object.entries(kinds)) processes.set({ node, kind }, count);
      for (const { from, to, count } of mailbox.distribution) {
        const messages = to === null ? `${from}+` : from === to ? `${from}` : `${from}-${to}`;
        mailboxes.set({ node, messages }, count);
      }
      for (const { pid, kind, topic, len } of mailbox.top) {
        top.set({ node, pid, kind, topic: (topic ?? '').slice(0, LONGEST_LABEL) }, len);
      }
    }
  }

  private addTables(): void {
    const rows = this.gauge('table_rows', 'Rows of a table.', ['node', 'table']);
    const bytes = this.gauge('table_bytes', 'Bytes of the values in a table.', ['node', 'table']);
    for (const { name: node, tables } of this.nodes) {
      for (const { name: table, ...size } of tables) {
        rows.set({ node, table }, size.rows);
        bytes.set({ node, table }, size.bytes);
      }
    }
  }

  private addEvents(): void {
    const events = this.counter('events_total', 'Telemetry events by name.', ['node', 'event']);
    const durations = new Map<string, readonly Counted[]>();
    for (const node of this.nodes) {
      for (const [event, count] of Object.entries(node.telemetry))
        events.inc({ node: node.name, event }, count);
      for (const [event, counts] of Object.entries(node.durations)) {
        const counted = durations.get(event) ?? [];
        durations.set(event, [...counted, [node.name, counts]]);
      }
    }
    for (const [event, counted] of durations) {
      const name = `firedrill_${event.replaceAll(/\W/g, '_')}_duration_seconds`;
      this.registry.registerMetric(new CountedHistogram(name, `How long ${event} took.`, counted));
    }
  }
}

/** An answer to Prometheus. */
export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/** GET /metrics: the observer's figures per node. */
export async function renderMetrics(reports: readonly NodeReport[]): Promise<MetricsPage> {
  const { registry } = new Scrape(reports);
  return { contentType: registry.contentType, text: await registry.metrics() };
}
