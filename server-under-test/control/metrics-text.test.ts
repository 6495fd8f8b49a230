import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeReport } from '../cluster.ts';
import { renderMetrics } from './metrics-text.ts';
import { DurationHistogram } from '../telemetry/duration-histogram.ts';
import type { NodeSnapshot } from '../telemetry/observer.ts';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Page {
  readonly types: Map<string, string>;
  readonly samples: readonly Sample[];
}

const UNESCAPED: Readonly<Record<string, string>> = { '\\n': '\n', '\\"': '"', '\\\\': '\\' };

/** Reads the text format strictly: every sample belongs to a declared family, every label is quoted. */
function parse(text: string): Page {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  assert.ok(text.endsWith('\n'));
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const type = /^# TYPE (\w+) (gauge|counter|histogram)$/.exec(line);
    if (type !== null) {
      types.set(type[1] ?? '', type[2] ?? '');
      continue;
    }
    const match = /^(\w+)(?:\{((?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line);
    assert.ok(match, `not a sample: ${line}`);
    const [, name = '', labelText = '', value = ''] = match;
    const family = name.replace(/_(bucket|sum|count)$/, '');
    assert.ok(types.has(name) || types.get(family) === 'histogram', `no type for ${name}`);
    const labels: Record<string, string> = {};
    for (const [, label = '', quoted = ''] of labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      labels[label] = quoted.replace(/\\["\\n]/g, (escaped) => UNESCAPED[escaped] ?? '');
    samples.push({ name, labels, value: Number(value) });
  }
  return { types, samples };
}

function snapshot(name: string): NodeSnapshot {
  const handled = new DurationHistogram();
  for (const ms of [0.5, 0.5, 3, 100_000]) handled.note(ms);
  const hostile = { pid: '<0.7>', kind: 'channel', high_water: 9, oldest_wait_ms: 5, bytes: 0 };
  return {
    name,
    os_pid: 1,
    connections: 3,
    channels: 2,
    processes: 6,
    kinds: { transport: 3, channel: 2, server: 1 },
    hibernating: 1,
    wake_ups: 4,
    mailbox: {
      sum: 12,
      max: 9,
      oldest_wait_ms: 1_500,
      distribution: [
        { from: 0, to: 0, count: 4 },
        { from: 1, to: 1, count: 1 },
        { from: 2, to: 9, count: 1 },
        { from: 10_000, to: null, count: 0 },
      ],
      top: [
        { ...hostile, topic: 'room:"a"\\\nb} 1', len: 9 },
        { ...hostile, pid: '<0.8>', topic: null, len: 3 },
        { ...hostile, pid: '<0.9>', topic: 'x'.repeat(500), len: 1 },
      ],
    },
    tables: [{ name: 'drill', rows: 2, bytes: 64 }],
    memory: { rss: 100, heap: 50, external: 7 },
    cpu_ms: 2_500,
    run_queue: 1,
    loop_lag_ms: 20,
    telemetry: { 'phoenix.channel_handled_in': 4, 'firedrill.exits.channel.normal': 1 },
    durations: { 'phoenix.channel_handled_in': handled.counts() },
    supervisors: null,
  };
}

function report(name: string, more: Partial<NodeReport> = {}): NodeReport {
  return { name, osPid: 1, alive: true, state: 'running', stale: false, snapshot: snapshot(name), ...more };
}

async function scrape(...reports: NodeReport[]): Promise<Page> {
  return parse((await renderMetrics(reports)).text);
}

function valueOf({ samples }: Page, name: string, labels: Record<string, string> = {}): number | undefined {
  const wanted = Object.entries({ node: 'node0', ...labels });
  return samples.find(
    (sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value),
  )?.value;
}

test('every figure stands there with its type, its node and its base unit', async () => {
  const page = await scrape(report('node0'));
  const expected: Array<[name: string, type: string, value: number, labels?: Record<string, string>]> = [
    ['firedrill_up', 'gauge', 1],
    ['firedrill_answering', 'gauge', 1],
    ['firedrill_connections', 'gauge', 3],
    ['firedrill_channels', 'gauge', 2],
    ['firedrill_hibernating_processes', 'gauge', 1],
    ['firedrill_processes', 'gauge', 2, { kind: 'channel' }],
    ['firedrill_mailbox_messages', 'gauge', 12],
    ['firedrill_mailbox_longest_messages', 'gauge', 9],
    ['firedrill_mailbox_oldest_wait_seconds', 'gauge', 1.5],
    ['firedrill_mailboxes', 'gauge', 4, { messages: '0' }],
    ['firedrill_mailboxes', 'gauge', 1, { messages: '2-9' }],
    ['firedrill_mailboxes', 'gauge', 0, { messages: '10000+' }],
    ['firedrill_top_mailbox_messages', 'gauge', 3, { pid: '<0.8>', topic: '' }],
    ['firedrill_table_rows', 'gauge', 2, { table: 'drill' }],
    ['firedrill_table_bytes', 'gauge', 64, { table: 'drill' }],
    ['firedrill_memory_rss_bytes', 'gauge', 100],
    ['firedrill_memory_heap_bytes', 'gauge', 50],
    ['firedrill_memory_external_bytes', 'gauge', 7],
    ['firedrill_run_queue_processes', 'gauge', 1],
    ['firedrill_loop_lag_seconds', 'gauge', 0.02],
    ['firedrill_cpu_seconds_total', 'counter', 2.5],
    ['firedrill_wake_ups_total', 'counter', 4],
    ['firedrill_events_total', 'counter', 1, { event: 'firedrill.exits.channel.normal' }],
  ];
  for (const [name, type, value, labels] of expected)
    assert.deepEqual([name, page.types.get(name), valueOf(page, name, labels)], [name, type, value]);
  for (const { name } of page.samples) assert.match(name, /^firedrill_/);
});

test('durations are a histogram in seconds whose buckets add up to its count', async () => {
  const page = await scrape(report('node0'), report('node1'));
  const name = 'firedrill_phoenix_channel_handled_in_duration_seconds';
  assert.equal(page.types.get(name), 'histogram');
  const buckets = page.samples.filter(
    (sample) => sample.name === `${name}_bucket` && sample.labels['node'] === 'node1',
  );
  assert.deepEqual(
    ['0.000256', '0.000512', '0.004096', '67.108864', '+Inf'].map(
      (le) => buckets.find(({ labels }) => labels['le'] === le)?.value,
    ),
    [0, 2, 3, 3, 4],
  );
  assert.deepEqual(
    buckets.map(({ value }) => value),
    buckets.map(({ value }) => value).toSorted((a, b) => a - b),
  );
  assert.deepEqual([valueOf(page, `${name}_sum`), valueOf(page, `${name}_count`)], [100.004, 4]);
});

test('a topic may hold quotes, backslashes and newlines, and is cut when it is long', async () => {
  const { samples } = await scrape(report('node0'));
  const topics = samples
    .filter(({ name }) => name === 'firedrill_top_mailbox_messages')
    .map(({ labels }) => labels['topic']);
  assert.deepEqual(topics, ['room:"a"\\\nb} 1', '', 'x'.repeat(200)]);
});

test('a dead node is down and has no figures, a silent one is up and has none of now', async () => {
  const page = await scrape(
    report('node0', { alive: false, stale: true }),
    report('node1', { stale: true }),
    report('node2', { alive: true, stale: true, snapshot: null }),
    report('node3'),
  );
  const of = (name: string): Array<[string | undefined, number]> =>
    page.samples.filter((sample) => sample.name === name).map(({ labels, value }) => [labels['node'], value]);
  assert.deepEqual(of('firedrill_up'), [
    ['node0', 0],
    ['node1', 1],
    ['node2', 1],
    ['node3', 1],
  ]);
  assert.deepEqual(
    of('firedrill_answering').map(([, value]) => value),
    [0, 0, 0, 1],
  );
  assert.deepEqual(of('firedrill_connections'), [['node3', 3]]);
  assert.deepEqual(
    new Set(
      page.samples.filter(({ name }) => !/_(up|answering)$/.test(name)).map(({ labels }) => labels['node']),
    ),
    new Set(['node3']),
  );
});

test('one scrape leaves nothing behind for the next', async () => {
  await scrape(report('node0'), report('node1'));
  const page = await scrape(report('node0'));
  assert.deepEqual(
    [
      valueOf(page, 'firedrill_cpu_seconds_total'),
      page.samples.some(({ labels }) => labels['node'] === 'node1'),
    ],
    [2.5, false],
  );
});
