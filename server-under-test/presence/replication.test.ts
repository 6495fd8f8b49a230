import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../otp/manual-clock.ts';
import type { ScriptedProcess } from '../testing/scripted-process.ts';
import { DEFAULT_PERIODS } from './periods.ts';
import { MemoryNetwork } from './testing/memory-network.ts';
import { PresenceNode, type DiffWatcher } from './testing/presence-node.ts';
import type { TrackerMessage } from './tracker-message.ts';

const TOPIC = 'presence:a';
const SHARD = 'presence_shard0';
const { broadcastMs, downMs, permdownMs } = DEFAULT_PERIODS;

interface Cluster {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly nodes: PresenceNode[];
  readonly watchers: DiffWatcher[];
}

function boot({ clock, network }: Pick<Cluster, 'clock' | 'network'>, index: number): PresenceNode {
  return new PresenceNode(clock, index, (runtime) => network.attach(runtime));
}

/** Nodes that have met: each has heard a heartbeat of every other. */
async function cluster(size: number): Promise<Cluster> {
  const clock = new ManualClock();
  const network = new MemoryNetwork(clock);
  const nodes = Array.from({ length: size }, (_node, index) => boot({ clock, network }, index));
  const watchers = nodes.map((node) => node.watch(TOPIC));
  await clock.advance(10);
  network.sent.length = 0;
  return { clock, network, nodes, watchers };
}

async function track(
  clock: ManualClock,
  node: PresenceNode | undefined,
  key: string,
): Promise<ScriptedProcess> {
  assert.ok(node !== undefined);
  const process = node.process();
  const call = node.presence.track(process, TOPIC, key, { key });
  await clock.settle();
  assert.equal((await call).tag, 'ok');
  return process;
}

/** What every node's list says, and that it is what a client made of the diffs. */
async function seen({ clock, nodes, watchers }: Cluster): Promise<string[]> {
  const lists: string[] = [];
  for (const [index, node] of nodes.entries()) {
    const call = node.presence.list(TOPIC);
    await clock.settle();
    const keys = Object.keys(await call).toSorted();
    assert.deepEqual(watchers[index]?.keys(), keys);
    lists.push(keys.join());
  }
  return lists;
}

function messages(network: MemoryNetwork, type: TrackerMessage['type']): string[] {
  const wanted = network.sent.filter(({ payload }) => (payload as TrackerMessage).type === type);
  return wanted.map(({ from, to }) => `${from}>${to}`);
}

test('a join and a leave are seen at once here and within a period there, one diff per delta', async () => {
  const all = await cluster(3);
  const { clock, network, nodes, watchers } = all;
  const processes = [await track(clock, nodes[0], 'a'), await track(clock, nodes[0], 'b')];
  assert.deepEqual(await seen(all), ['a,b', '', '']);
  await clock.advance(broadcastMs);
  assert.deepEqual(await seen(all), ['a,b', 'a,b', 'a,b']);
  for (const process of processes) process.end('normal');
  await clock.settle();
  assert.deepEqual(await seen(all), ['', 'a,b', 'a,b']);
  await clock.advance(broadcastMs);
  assert.deepEqual(await seen(all), ['', '', '']);
  assert.deepEqual(
    watchers.map((watcher) => watcher.takeShort()),
    [
      ['+a', '+b', '-a', '-b'],
      ['+a +b', '-a -b'],
      ['+a +b', '-a -b'],
    ],
  );
  assert.deepEqual(messages(network, 'transfer_req'), []);
});

test('heartbeats without news go out every eleventh period, deltas every period', async () => {
  const { clock, network, nodes } = await cluster(2);
  await clock.advance(broadcastMs * 11);
  assert.deepEqual(messages(network, 'heartbeat'), ['0>1', '1>0']);
  await track(clock, nodes[0], 'a');
  await clock.advance(broadcastMs);
  assert.deepEqual(messages(network, 'heartbeat'), ['0>1', '1>0', '0>1']);
});

test('the first heartbeat is put off by up to a quarter of a period, as drawn', async () => {
  const clock = new ManualClock();
  const network = new MemoryNetwork(clock);
  for (const [index, draw] of [0, 0.5, 0.999_999].entries()) {
    const attach = network.attach.bind(network);
    void new PresenceNode(clock, index, attach, { draw: () => draw });
  }
  const senders = (): number[] => [...new Set(network.sent.splice(0).map(({ from }) => from))];
  await clock.advance(1);
  assert.deepEqual(senders(), [0]);
  await clock.advance(187);
  assert.deepEqual(senders(), [1]);
  await clock.advance(186);
  assert.deepEqual(senders(), []);
  await clock.advance(1);
  assert.deepEqual(senders(), [2]);
});

test('a lost delta is noticed by the clocks and asked for, and only what was lost is sent', async () => {
  const all = await cluster(2);
  const { clock, network, nodes, watchers } = all;
  await track(clock, nodes[0], 'early');
  await clock.advance(broadcastMs);
  network.cut(0, 1);
  await track(clock, nodes[0], 'lost');
  await clock.advance(broadcastMs);
  network.heal(0, 1);
  await track(clock, nodes[0], 'late');
  await clock.advance(broadcastMs);
  assert.deepEqual(await seen(all), ['early,late,lost', 'early,late']);
  await clock.advance(broadcastMs * 2);
  assert.deepEqual(await seen(all), ['early,late,lost', 'early,late,lost']);
  assert.deepEqual(messages(network, 'transfer_req'), ['1>0']);
  const [answer] = network.sent.flatMap(({ payload }) => {
    const message = payload as TrackerMessage;
    return message.type === 'transfer_ack' ? message.slices : [];
  });
  assert.deepEqual(
    answer?.values.map(([, , key]) => key),
    ['lost', 'late'],
  );
  assert.deepEqual(watchers[1]?.takeShort(), ['+early', '+late', '+lost']);
});

test('a new node gets everybody from one of the old ones', async () => {
  const all = await cluster(3);
  const { clock, network, nodes, watchers } = all;
  for (const index of [0, 1, 2]) await track(clock, nodes[index], `u${index}`);
  await clock.advance(broadcastMs * 3);
  network.sent.length = 0;
  const late = boot(all, 3);
  nodes.push(late);
  watchers.push(late.watch(TOPIC));
  // The old ones have nothing to tell: it hears of them with their next empty heartbeat.
  await clock.advance(broadcastMs * 14);
  assert.deepEqual(await seen(all), Array(4).fill('u0,u1,u2'));
  assert.equal(messages(network, 'transfer_req').filter((pair) => pair.startsWith('3>')).length, 1);
});

test('a silent node is down after 30 s and not before, whatever the network says', async () => {
  const all = await cluster(2);
  const { clock, network, nodes } = all;
  await track(clock, nodes[0], 'a');
  await track(clock, nodes[1], 'b');
  await clock.advance(broadcastMs);
  network.cut(0, 1);
  await clock.advance(downMs - broadcastMs);
  assert.deepEqual(await seen(all), ['a,b', 'a,b']);
  await clock.advance(broadcastMs * 2);
  assert.deepEqual(await seen(all), ['a', 'b']);
});

test('after a heal both sides are back, with what changed meanwhile and nothing twice', async () => {
  const all = await cluster(3);
  const { clock, network, nodes, watchers } = all;
  const leaver = await track(clock, nodes[0], 'leaver');
  await track(clock, nodes[0], 'stayer');
  await track(clock, nodes[2], 'third');
  await clock.advance(broadcastMs);
  network.cut(0, 1);
  await clock.advance(downMs + broadcastMs * 2);
  assert.deepEqual(await seen(all), ['leaver,stayer,third', 'third', 'leaver,stayer,third']);
  leaver.end('normal');
  await track(clock, nodes[0], 'comer');
  await clock.advance(broadcastMs * 2);
  network.heal(0, 1);
  for (const watcher of watchers) watcher.takeShort();
  await clock.advance(broadcastMs * 14);
  assert.deepEqual(await seen(all), Array(3).fill('comer,stayer,third'));
  for (const watcher of watchers) {
    const joins = watcher.diffs.flatMap((diff) => Object.keys(diff.joins));
    assert.equal(new Set(joins).size, joins.length);
  }
  const call = nodes[1]?.presence.list(TOPIC);
  await clock.settle();
  assert.deepEqual(
    Object.values((await call) ?? {}).map(({ metas }) => metas.length),
    [1, 1, 1],
  );
});

test('a node that restarts is another replica: its old presences leave with its first heartbeat', async () => {
  const all = await cluster(3);
  const { clock, network, nodes, watchers } = all;
  await track(clock, nodes[0], 'old');
  await track(clock, nodes[1], 'b');
  await clock.advance(broadcastMs * 2);
  network.detach(0);
  nodes[0]?.runtime.whereIs(SHARD)?.signal('kill', null);
  await clock.advance(broadcastMs);
  const again = boot(all, 0);
  nodes[0] = again;
  watchers[0] = again.watch(TOPIC);
  await track(clock, again, 'new');
  for (let period = 0; period < 16; period += 1) {
    await clock.advance(broadcastMs);
    assert.ok(!(await seen(all)).join().includes('old'));
  }
  assert.deepEqual(await seen(all), Array(3).fill('b,new'));
});

test('a shard that is restarted drops the presences of its former life everywhere', async () => {
  const all = await cluster(2);
  const { clock, nodes } = all;
  const process = await track(clock, nodes[0], 'old');
  await clock.advance(broadcastMs);
  nodes[0]?.runtime.whereIs(SHARD)?.signal('kill', null);
  assert.equal(process.alive, false);
  nodes[0]?.presence.startShard(SHARD);
  await clock.advance(broadcastMs);
  const call = nodes[1]?.presence.list(TOPIC);
  await clock.settle();
  assert.deepEqual(await call, Object.create(null));
});

test('after 20 minutes a silent node is forgotten, rows and all', async () => {
  const all = await cluster(2);
  const { clock, network, nodes } = all;
  await track(clock, nodes[0], 'a');
  await clock.advance(broadcastMs);
  network.detach(0);
  const rows = (): number | undefined => nodes[1]?.presence.tableSizes()[0]?.rows;
  await clock.advance(permdownMs - broadcastMs);
  assert.deepEqual([rows(), (await seen(all))[1]], [1, '']);
  await clock.advance(broadcastMs * 2);
  assert.equal(rows(), 0);
});

test('a graceful stop is waited out like a crash, unless it says goodbye', async () => {
  const all = await cluster(3);
  const { clock, nodes } = all;
  await track(clock, nodes[0], 'a');
  await track(clock, nodes[1], 'b');
  await clock.advance(broadcastMs);
  nodes[0]?.presence.sayGoodbye();
  nodes[1]?.runtime.whereIs(SHARD)?.end('shutdown');
  await clock.advance(1);
  const call = nodes[2]?.presence.list(TOPIC);
  await clock.settle();
  assert.deepEqual(Object.keys((await call) ?? {}), ['b']);
  assert.equal(nodes[2]?.presence.tableSizes()[0]?.rows, 1);
  assert.equal(nodes[0]?.runtime.whereIs(SHARD), null);
});

test('shards of a pool replicate each their own topics', async () => {
  const clock = new ManualClock();
  const network = new MemoryNetwork(clock);
  const nodes = [0, 1].map(
    (index) => new PresenceNode(clock, index, (runtime) => network.attach(runtime), { poolSize: 4 }),
  );
  const topics = Array.from({ length: 20 }, (_topic, index) => `presence:${index}`);
  await clock.advance(10);
  for (const topic of topics) {
    const call = nodes[0]?.presence.track(nodes[0].process(), topic, 'u', {});
    await clock.settle();
    await call;
  }
  await clock.advance(broadcastMs);
  const sizes = nodes.map((node) => node.presence.tableSizes().map(({ rows }) => rows));
  assert.deepEqual(sizes[0], sizes[1]);
  assert.equal(
    sizes[0]?.reduce((sum, rows) => sum + rows, 0),
    20,
  );
  assert.ok(sizes[0]?.every((rows) => rows > 0));
});

test('a slow network only delays', async () => {
  const all = await cluster(3);
  const { clock, network, nodes } = all;
  network.delayMs = 900;
  const process = await track(clock, nodes[0], 'a');
  await clock.advance(broadcastMs + 900);
  assert.deepEqual(await seen(all), ['a', 'a', 'a']);
  process.end('normal');
  await clock.advance(broadcastMs + 900);
  assert.deepEqual(await seen(all), ['', '', '']);
});
