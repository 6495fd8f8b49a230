import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Cluster } from './cluster.ts';
import { withDefaults } from './config/defaults.ts';
import { ManualClock } from './otp/manual-clock.ts';
import type { ProcessQuery } from './telemetry/process-list.ts';
import { Probe } from './testing/probe.ts';

const ALL: ProcessQuery = { sort: 'handled', limit: 1_000, kind: null };

/** Two nodes whose primary's time stands still: nothing is late unless the test says so. */
async function start(t: TestContext): Promise<{ cluster: Cluster; clock: ManualClock; lines: string[] }> {
  const lines: string[] = [];
  const clock = new ManualClock();
  const config = withDefaults({ port: 0, nodes: 2, drainShutdownMs: 400, channelShutdownMs: 300 });
  const cluster = new Cluster(config, clock, (line) => void lines.push(line));
  // A test that fails leaves no node behind.
  t.after(() => cluster.kill());
  await cluster.start();
  return { cluster, clock, lines };
}

test('tells of the processes of all nodes, of one node and of one process, and stops when asked', async (t) => {
  const { cluster, lines } = await start(t);
  const probe = await Probe.open(`ws://127.0.0.1:${cluster.port}/socket/websocket?vsn=2.0.0&user_id=ann`);
  await probe.join('1', 'room:seen');

  const [first, second] = await Promise.all([cluster.processes(ALL, 0), cluster.processes(ALL, 1)]);
  const both = await cluster.processes(ALL);
  assert.equal(both.total, first.total + second.total);
  assert.ok(both.processes.some(({ pid }) => pid.startsWith('<0.')));
  assert.ok(both.processes.some(({ pid }) => pid.startsWith('<1.')));
  assert.deepEqual(await cluster.processes(ALL, 7), { total: 0, processes: [] });

  const channels = await cluster.processes({ ...ALL, kind: 'channel' });
  const [channel] = channels.processes;
  assert.deepEqual([channels.total, channel?.topic, channel?.len], [1, 'room:seen', 0]);
  const [node = 0, id = 0] = (channel?.pid ?? '').slice(1, -1).split('.').map(Number);
  const detail = (await cluster.process(node, id)) as Record<string, unknown>;
  assert.deepEqual([detail['pid'], detail['kind'], detail['topic']], [channel?.pid, 'channel', 'room:seen']);
  assert.ok(Array.isArray(detail['monitored_by']) && typeof detail['callbacks'] === 'object');
  assert.deepEqual([await cluster.process(node, 999_999), await cluster.process(9, 1)], [null, null]);

  await cluster.stop();
  assert.equal(await probe.closed, 1012);
  assert.deepEqual(
    cluster.nodes.map(({ alive }) => alive),
    [false, false],
  );
  assert.deepEqual(lines, []);
});

test('a dead node has no processes, and one that does not drain in time is killed', async (t) => {
  const { cluster, clock, lines } = await start(t);
  const [first, second] = cluster.nodes;
  assert.ok(first && second);
  first.kill('SIGKILL');
  await first.gone;
  assert.match(lines[0] ?? '', /^node0 \(pid \d+\) died: SIGKILL; the others keep serving$/);
  assert.equal(await cluster.process(0, 1), null);
  const { processes } = await cluster.processes(ALL);
  assert.ok(processes.length > 0 && processes.every(({ pid }) => pid.startsWith('<1.')));

  second.kill('SIGSTOP');
  const stopped = cluster.stop();
  // The drain, what Cowboy's drainer may take after it, the channels' own shutdown, and a second to end in.
  await clock.advance(400 + 5_000 + 300 + 999);
  assert.equal(second.alive, true);
  await clock.advance(1);
  await stopped;
  assert.deepEqual([second.alive, lines.length], [false, 1]);
  await assert.rejects(cluster.askOne({ op: 'drain' }), { code: 'no_node' });
});

test('one that is told to stop while it starts ends without an error', async (t) => {
  const cluster = new Cluster(withDefaults({ port: 0, nodes: 1 }), new ManualClock(), assert.fail);
  t.after(() => cluster.kill());
  const started = cluster.start();
  while (cluster.nodes.length === 0) await new Promise<void>((resolve) => void setImmediate(resolve));
  await cluster.stop();
  const outcome = await Promise.race([started.then(() => 'started'), Promise.resolve('stopped')]);
  assert.deepEqual([outcome, cluster.nodes[0]?.alive], ['stopped', false]);
});
