import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectUser } from '../phoenix/connect.ts';
import { ConnectInfo } from '../phoenix/connect-info.ts';
import { serializerV2 } from '../phoenix/serializer-v2.ts';
import { ClusterPair } from '../testing/cluster-pair.ts';
import { ManualNode } from '../testing/manual-node.ts';
import type { MemoryConnection } from '../testing/memory-connection.ts';
import type { FaultOrder, FaultParams } from './fault.ts';
import { sumHits } from './hits.ts';
import { FAULT_KINDS } from './kinds.ts';
import { isHitNode } from './node-choice.ts';
import { isSelected } from './selection.ts';

const OPENING = {
  serializer: serializerV2,
  vsn: '2.0.0',
  params: { user_id: 'u' },
  connectInfo: new ConnectInfo({ headers: {} }, null),
};
const SOME = { share: 0.3, seed: 9 };

/** What happens to clients of which each has joined `room:a` and `lobby`, and what a fault has hit then. */
interface Case {
  readonly params?: FaultParams;
  readonly more?: Partial<FaultOrder>;
  /** Before the fault goes on. */
  readonly clients?: number;
  readonly happens?: (node: ManualNode, clients: readonly MemoryConnection[]) => Promise<void>;
  readonly hits: (clients: readonly MemoryConnection[]) => [count: number, of: number | null];
}

/** Sends the same from each, twice. */
async function twice(
  node: ManualNode,
  clients: readonly MemoryConnection[],
  topic: string,
  event: string,
): Promise<void> {
  for (const ref of ['2', '3']) for (const client of clients) client.send(['1', ref, topic, event, {}]);
  await node.clock.settle();
}

const picked = (clients: readonly MemoryConnection[], topic: string): number =>
  clients.filter(({ transport }) => isSelected(`0.${transport.id}/${topic}`, SOME.share, SOME.seed)).length;

const CASES: Readonly<Record<string, Case>> = {
  slow_connect: {
    params: { delay_ms: 5 },
    more: SOME,
    async happens(node) {
      for (let n = 0; n < 20; n += 1) void connectUser(node.app.context, OPENING, 'websocket');
      await node.clock.advance(5);
    },
    hits: () => [
      Array.from({ length: 20 }, (_, n) => `0/${n + 1}`).filter((name) =>
        isSelected(name, SOME.share, SOME.seed),
      ).length,
      20,
    ],
  },
  slow_join: {
    params: { delay_ms: 5, topic: 'room:*' },
    more: SOME,
    async happens(node, clients) {
      for (const topic of ['room:b', 'other'])
        for (const client of clients) client.send(['2', '2', topic, 'phx_join', {}]);
      await node.clock.advance(10);
    },
    hits: (clients) => [picked(clients, 'room:b'), clients.length],
  },
  blocking_handler: {
    params: { delay_ms: 5, topic: 'room:*', event: 'ping' },
    async happens(node, clients) {
      await twice(node, clients.slice(0, 3), 'room:a', 'ping');
      await twice(node, clients.slice(3, 5), 'room:a', 'noreply');
      await twice(node, clients.slice(5, 7), 'lobby', 'ping');
      // Who is gone has been hit all the same.
      clients[0]?.drop();
      await node.clock.advance(10);
    },
    hits: (clients) => [3, clients.length],
  },
  server_blocked: {
    params: { delay_ms: 60_000 },
    async happens(node, clients) {
      for (const client of clients.slice(0, 4)) client.send(['1', '2', 'room:a', 'call', { ms: 1 }]);
      await node.clock.advance(61_000);
    },
    // The second is in hand, two wait behind it.
    hits: () => [2, null],
  },
  intercept: {
    params: { event: 'shout', topic: 'room:*' },
    async happens(node, clients) {
      const [first, second] = clients;
      second?.send(['1', '4', 'room:a', 'phx_leave', {}]);
      for (const client of clients.slice(2, 5)) client.send(['5', '5', 'room:quiet', 'phx_join', {}]);
      await node.clock.settle();
      await twice(node, first === undefined ? [] : [first], 'room:a', 'shout');
      await twice(node, clients.slice(6, 7), 'lobby', 'shout');
      await twice(node, clients.slice(6, 7), 'room:a', 'ping');
    },
    hits: (clients) => [clients.length - 1, clients.length - 1 + 3],
  },
  channel_crash: {
    params: { topic: 'room:*', every_ms: 1_000 },
    async happens(node, clients) {
      await node.clock.advance(1_000);
      // Those that come back are hit again, and are the same to their clients.
      for (const client of clients.slice(0, 5)) client.send(['7', '7', 'room:a', 'phx_join', {}]);
      await node.clock.advance(2_000);
      clients[7]?.send(['8', '8', 'room:new', 'phx_join', {}]);
      await node.clock.settle();
    },
    hits: (clients) => [clients.length, clients.length + 1],
  },
  worker_crash_loop: {
    params: { every_ms: 2_000 },
    happens: (node) => node.clock.advance(6_000),
    hits: () => [4, null],
  },
  mailbox_flood: {
    params: { topic: 'room:*', messages: 20, ms: 1 },
    more: SOME,
    happens: (node) => node.clock.advance(3_000),
    hits: (clients) => [picked(clients, 'room:a'), clients.length],
  },
  table_bloat: {
    params: { rows: 100, bytes: 10, sweep: 'all' },
    happens: (node) => node.clock.advance(3_000),
    hits: () => [300, null],
  },
  state_leak: {
    params: { topic: 'room:*', bytes: 10 },
    async happens(node, clients) {
      await twice(node, clients.slice(0, 3), 'room:a', 'ping');
      await twice(node, clients, 'lobby', 'ping');
    },
    hits: (clients) => [3, clients.length],
  },
  zombie: {
    params: { topic: 'room:*', ms: 60_000 },
    more: SOME,
    async happens(node, clients) {
      for (const client of clients.slice(0, 10)) client.drop();
      await node.clock.settle();
    },
    hits: (clients) => [picked(clients.slice(0, 10), 'room:a'), 10],
  },
  telemetry_raise: {
    params: { event: 'phoenix.channel_handled_in' },
    happens: (node, clients) => twice(node, clients, 'room:a', 'ping'),
    hits: () => [1, 1],
  },
  tracker_shard_kill: {
    async happens() {},
    hits: (clients) => [2, 2 * clients.length + 2],
  },
  registry_partition_kill: {
    async happens() {},
    // One of them traps exits.
    hits: (clients) => [2 * clients.length + 2, 2 * clients.length + 3],
  },
};

test('each kind says what it counts, and each is counted here', () => {
  assert.deepEqual(FAULT_KINDS.map(({ kind }) => kind).toSorted(), Object.keys(CASES).toSorted());
});

for (const [kind, { params = {}, more = {}, happens, hits }] of Object.entries(CASES)) {
  test(`${kind} counts what it has hit, each once, and says so until it is lifted`, async () => {
    const node = new ManualNode();
    const clients = await Promise.all(Array.from({ length: 12 }, () => node.connect(['room:a', 'lobby'])));
    if (kind.endsWith('_kill')) {
      for (const client of clients.slice(0, 2)) client.send(['1', '1', 'presence:p', 'phx_join', {}]);
      if (kind.startsWith('registry'))
        clients[2]?.send(['1', '1', 'room:trap', 'phx_join', { trap_exit: true }]);
      await node.clock.advance(10);
    }
    const before = node.app.context.channels;
    node.inject(kind, params, more);
    const isOnce = FAULT_KINDS.find((known) => known.kind === kind)?.once === true;
    if (isOnce) {
      await node.clock.settle();
      assert.equal(before - node.app.context.channels, hits(clients)[0]);
    } else {
      // A worker is killed at once.
      assert.equal(node.hits(kind)[0], kind === 'worker_crash_loop' ? 1 : 0);
    }
    await happens?.(node, clients);
    const told = node.hits(kind);
    assert.deepEqual(told, hits(clients));
    assert.ok(told[0] > 0, 'nothing was hit');
    const what = FAULT_KINDS.find((known) => known.kind === kind)?.hits;
    // Only who lists the faults, or lifts one, has the node look at all of its channels.
    const isSeen = what === 'channels' && !isOnce;
    const said = { count: told[0], of: isSeen ? null : told[1], what };
    assert.deepEqual([node.app.faults.renew(kind, 60_000), node.app.faults.setShare(kind, 0)], [said, said]);
    assert.deepEqual(node.app.faults.lift(kind), { count: told[0], of: told[1], what });
    assert.equal(node.app.faults.hits(kind), null);
    await node.clock.settle();
  });
}

test('a partition of several takes the channels of its siblings along, and all of them are counted', async () => {
  const node = new ManualNode({ pubsubPoolSize: 4 });
  for (let n = 0; n < 12; n += 1) await node.connect(['room:a']);
  node.inject('registry_partition_kill', {});
  assert.deepEqual(node.hits('registry_partition_kill'), [12, 12]);
  await node.clock.settle();
  assert.equal(node.app.context.channels, 0);
});

test('a broadcast in several partitions counts each of its channels once', async () => {
  const node = new ManualNode({ pubsubPoolSize: 4 });
  const clients = await Promise.all(Array.from({ length: 12 }, () => node.connect(['room:a'])));
  node.inject('intercept', { event: 'shout' });
  await twice(node, clients.slice(0, 1), 'room:a', 'shout');
  assert.deepEqual(node.hits('intercept'), [12, 12]);
});

test(
  'of a fault on one process the other nodes have hit nobody, and say how many they have',
  {
    timeout: 10_000,
  },
  async (t) => {
    const pair = await ClusterPair.start();
    t.after(() => pair.stop());
    await pair.nodes[0].joined('room:a');
    for (const topic of ['room:b', 'room:c']) await pair.nodes[1].joined(topic);
    const order = { id: 'f1', kind: 'registry_partition_kill', params: {}, share: 1, seed: 5, ttlMs: null };
    const said = pair.nodes.map(({ app }) => app.faults.inject(order));
    const hit = pair.nodes.findIndex(({ app }) => isHitNode(app.context, order.seed));
    const count = hit + 1;
    assert.deepEqual(
      said.map((one) => one.count),
      hit === 0 ? [1, 0] : [0, 2],
    );
    assert.deepEqual(sumHits(said), { count, of: 3, what: 'channels' });
  },
);
