import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterPair } from '../testing/cluster-pair.ts';
import { crashed, ManualNode } from '../testing/manual-node.ts';
import { okReply } from '../testing/probe.ts';
import type { FaultOrder, FaultParams } from './fault.ts';
import { FAULT_KINDS } from './kinds.ts';
import { isHitNode } from './node-choice.ts';

/** An order for each kind. */
const SAMPLES: Readonly<Record<string, FaultParams>> = {
  slow_connect: { delay_ms: 5 },
  slow_join: { delay_ms: 5 },
  blocking_handler: { delay_ms: 5 },
  server_blocked: { delay_ms: 5 },
  intercept: { event: 'shout' },
  channel_crash: { every_ms: 5_000 },
  worker_crash_loop: { strategy: 'rest_for_one' },
  mailbox_flood: { messages: 100, ms: 10 },
  table_bloat: { rows: 100, bytes: 10, sweep: 'all' },
  state_leak: { bytes: 10 },
  zombie: { ms: 10_000 },
  telemetry_raise: { event: 'phoenix.socket_drain' },
  tracker_shard_kill: {},
  registry_partition_kill: {},
};

test('every kind has a name of its own', () => {
  assert.deepEqual(FAULT_KINDS.map(({ kind }) => kind).toSorted(), Object.keys(SAMPLES).toSorted());
});

for (const { kind } of FAULT_KINDS) {
  test(`${kind} lifts itself when its time is over, and leaves nothing behind`, async () => {
    const node = new ManualNode();
    const { context } = node.app;
    const { interference, pubsub, runtime, telemetry } = context;
    // A channel that was crashed or killed is gone for good.
    const standing = (): number[] => [node.clock.pending, runtime.processes - context.channels];
    const client = await node.connect(['room:a']);
    await node.clock.advance(100);
    const before = standing();
    node.inject(kind, SAMPLES[kind] ?? {}, { ttlMs: 2_500 });
    client.send(['1', '2', 'room:a', 'ping', {}]);
    await node.clock.advance(2_499);
    assert.deepEqual(node.app.faults.ids(), [kind]);
    await node.clock.advance(1);
    assert.deepEqual(node.app.faults.ids(), []);
    const { connects, joins, handlers, orphans } = interference;
    const obstacles = [connects, joins, handlers, orphans, runtime.answers].map(({ any }) => any);
    assert.deepEqual([...obstacles, pubsub.diversions.size], [false, false, false, false, false, 0]);
    assert.equal(telemetry.socketDrain.listened, false);
    assert.equal(node.app.tree.strategy, 'one_for_one');
    await node.clock.advance(1_000);
    assert.deepEqual(standing(), before);
    assert.equal(await node.lift(kind), false);
  });
}

test('more time can be given while it is on, and only then', async () => {
  const node = new ManualNode();
  node.inject('slow_join', { delay_ms: 5 }, { ttlMs: 30 });
  await node.clock.advance(29);
  assert.deepEqual(node.app.faults.renew('slow_join', 100), { count: 0, of: 0, what: 'joins' });
  await node.clock.advance(99);
  assert.deepEqual(node.app.faults.ids(), ['slow_join']);
  await node.clock.advance(1);
  assert.deepEqual(node.app.faults.ids(), []);
  assert.equal(node.app.faults.renew('slow_join', 100), null);
});

test('intercept sends an event through every channel and its handle_out', async () => {
  const node = new ManualNode();
  node.inject('intercept', { event: 'shout', topic: 'room:*' });
  const client = await node.connect(['room:i'], 'u');
  client.send(['1', '2', 'room:i', 'shout', { n: 1 }]);
  await node.clock.settle();
  const diverted = [okReply('1', '2', 'room:i'), ['1', null, 'room:i', 'shout', { n: 1, to: 'u' }]];
  assert.deepEqual(client.take(), diverted);
  assert.equal(node.app.context.telemetry.interceptSends.value, 1);
  await node.lift('intercept');
  client.send(['1', '3', 'room:i', 'shout', { n: 2 }]);
  await node.clock.settle();
  assert.deepEqual(client.take(), [[null, null, 'room:i', 'shout', { n: 2 }], okReply('1', '3', 'room:i')]);
});

test('a kind that hits one process hits one node, and every node in its time', () => {
  const nodes = [0, 1, 2];
  const hits = (seed: number): number[] =>
    nodes.filter((node) => {
      const others = nodes.filter((other) => other !== node).toReversed();
      return isHitNode({ runtime: { node }, distribution: { connected: () => others } }, seed);
    });
  const all = Array.from({ length: 50 }, (_, seed) => hits(seed));
  for (const [seed, hit] of all.entries()) assert.equal(hit.length, 1, `seed ${seed}`);
  assert.deepEqual(
    nodes.filter((node) => all.flat().includes(node)),
    nodes,
  );
});

test('in a cluster the other nodes do not notice', { timeout: 10_000 }, async (t) => {
  const pair = await ClusterPair.start();
  t.after(() => pair.stop());
  const probes = await Promise.all(pair.nodes.map((node) => node.joined('room:a')));
  const order: FaultOrder = {
    id: 'f1',
    kind: 'registry_partition_kill',
    params: {},
    share: 1,
    seed: 5,
    ttlMs: null,
  };
  for (const { app } of pair.nodes) app.faults.inject(order);
  const hit = pair.nodes.findIndex(({ app }) => isHitNode(app.context, order.seed));
  await probes[hit]?.expect(crashed('room:a'));
  await probes[1 - hit]?.expectQuiet();
});
