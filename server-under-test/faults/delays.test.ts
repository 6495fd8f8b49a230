import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectUser } from '../phoenix/connect.ts';
import { ConnectInfo } from '../phoenix/connect-info.ts';
import { serializerV2 } from '../phoenix/serializer-v2.ts';
import { LocalServer } from '../testing/local-server.ts';
import { crashed, ManualNode } from '../testing/manual-node.ts';
import { okReply } from '../testing/probe.ts';
import { isSelected } from './selection.ts';

const OPENING = {
  serializer: serializerV2,
  vsn: '2.0.0',
  params: { user_id: 'u' },
  connectInfo: new ConnectInfo({ headers: {} }, null),
};

const NUMBERS = Array.from({ length: 40 }, (_, n) => n + 1);

test('slow_join delays matching joins and holds their connection; the lift ends what waits', async () => {
  const node = new ManualNode();
  node.inject('slow_join', { delay_ms: 60, topic: 'room:*' });
  const client = await node.connect();
  client.send(['1', '1', 'room:slow', 'phx_join', {}], [null, '2', 'phoenix', 'heartbeat', {}]);
  await node.clock.advance(59);
  assert.deepEqual(client.take(), []);
  await node.clock.advance(1);
  assert.deepEqual(client.take(), [okReply('1', '1', 'room:slow'), okReply(null, '2', 'phoenix')]);
  client.send(['3', '3', 'lobby', 'phx_join', {}]);
  await node.clock.settle();
  assert.deepEqual(client.take(), [okReply('3', '3', 'lobby')]);
  client.send(['4', '4', 'room:b', 'phx_join', {}]);
  await node.clock.settle();
  assert.deepEqual(client.take(), []);
  assert.equal(await node.lift('slow_join'), true);
  assert.deepEqual(client.take(), [okReply('4', '4', 'room:b')]);
});

test('slow_join picks its share of the joins by seed', async () => {
  const node = new ManualNode();
  node.inject('slow_join', { delay_ms: 60 }, { share: 0.3, seed: 9 });
  const clients = await Promise.all(NUMBERS.map(() => node.connect()));
  for (const client of clients) client.send(['1', '1', 'room:x', 'phx_join', {}]);
  await node.clock.settle();
  const held = clients.map((client) => client.take().length === 0);
  const picked = clients.map(({ transport }) => isSelected(`0.${transport.id}/room:x`, 0.3, 9));
  assert.deepEqual(held, picked);
  assert.ok(held.includes(true) && held.includes(false));
});

test('two delays add up, and lifting one leaves the other', async () => {
  const node = new ManualNode();
  node.inject('slow_join', { delay_ms: 100 }, { id: 'a' });
  node.inject('slow_join', { delay_ms: 1_000 }, { id: 'b' });
  const client = await node.connect();
  client.send(['1', '1', 'room:x', 'phx_join', {}]);
  await node.clock.advance(500);
  await node.lift('b');
  assert.deepEqual(client.take(), [okReply('1', '1', 'room:x')]);
  client.send(['2', '2', 'room:y', 'phx_join', {}]);
  await node.clock.advance(99);
  assert.deepEqual(client.take(), []);
  await node.clock.advance(1);
  assert.deepEqual(client.take(), [okReply('2', '2', 'room:y')]);
});

test('blocking_handler holds the mailbox of selected topics for the named event only', async () => {
  const node = new ManualNode();
  node.inject('blocking_handler', { delay_ms: 60, topic: 'room:*', event: 'ping' });
  const [client, other] = [await node.connect(['room:b1']), await node.connect(['room:b1'])];
  client.send(['1', '2', 'room:b1', 'ping', {}], ['1', '3', 'room:b1', 'status', { status: 'ok' }]);
  other.send(['1', '2', 'room:b1', 'shout', {}]);
  await node.clock.advance(59);
  assert.deepEqual(client.take(), [[null, null, 'room:b1', 'shout', {}]]);
  await node.clock.advance(1);
  assert.deepEqual(client.take(), [okReply('1', '2', 'room:b1'), okReply('1', '3', 'room:b1')]);
});

test('blocking_handler picks its share of the topics by seed', async () => {
  const node = new ManualNode();
  const topics = NUMBERS.map((n) => `room:${n}`);
  const client = await node.connect(topics);
  node.inject('blocking_handler', { delay_ms: 5 }, { share: 0.3, seed: 9 });
  for (const topic of topics) client.send(['1', '2', topic, 'ping', {}]);
  await node.clock.settle();
  const answered = client.take().map((frame) => String((frame as unknown[])[2]));
  const free = topics.filter((topic) => !isSelected(topic, 0.3, 9));
  assert.deepEqual(answered.toSorted(), free.toSorted());
  assert.ok(free.length > 0 && free.length < topics.length);
});

test('slow_connect delays its share of the openings, each by itself, until lifted', async () => {
  const node = new ManualNode();
  node.inject('slow_connect', { delay_ms: 500 }, { share: 0.3, seed: 9 });
  const connected: number[] = [];
  const open = (n: number): void =>
    void Promise.resolve(connectUser(node.app.context, OPENING, 'websocket')).then((result) => {
      assert.equal(result?.socketId, 'user:u');
      connected.push(n);
    });
  for (const n of NUMBERS) open(n);
  const late = NUMBERS.filter((n) => isSelected(`0/${n}`, 0.3, 9));
  await node.clock.advance(499);
  assert.deepEqual(
    connected,
    NUMBERS.filter((n) => !late.includes(n)),
  );
  await node.clock.advance(1);
  assert.deepEqual(connected.slice(-late.length), late);
  await node.lift('slow_connect');
  node.inject('slow_connect', { delay_ms: 60_000 }, { id: 'all' });
  open(41);
  await node.clock.settle();
  assert.equal(connected.length, 40);
  await node.lift('all');
  assert.equal(connected.length, 41);
});

test(
  'slow_connect answers the upgrade late; connections that stand are served',
  { timeout: 10_000 },
  async (t) => {
    const server = await LocalServer.start();
    t.after(() => server.stop());
    const standing = await server.joined('room:a');
    const params = { delay_ms: 600_000 };
    server.app.faults.inject({ id: 'f', kind: 'slow_connect', params, share: 1, seed: 0, ttlMs: null });
    let isOpen = false;
    const opening = server.connect().then((probe) => {
      isOpen = true;
      return probe;
    });
    standing.send(['1', '2', 'room:a', 'ping', {}]);
    await standing.expect(okReply('1', '2', 'room:a'));
    assert.equal(isOpen, false);
    server.app.faults.lift('f');
    await (await opening).join('1', 'room:b');
  },
);

test('server_blocked: callers exit after 5 s, the server works on, the lift frees it (3.4)', async () => {
  const node = new ManualNode();
  node.inject('server_blocked', { delay_ms: 60_000 });
  const client = await node.connect(['room:a', 'room:b']);
  client.send(
    ['1', '2', 'room:a', 'call', { ms: 1 }],
    ['1', '3', 'room:b', 'call', { ms: 1, timeout: 30_000 }],
  );
  await node.clock.advance(4_999);
  assert.deepEqual(client.take(), []);
  await node.clock.advance(1);
  assert.deepEqual(client.take(), [crashed('room:a')]);
  const slow = node.app.context.runtime.whereIs('slow');
  assert.deepEqual([slow?.inHand === null, slow?.mailbox.length], [false, 1]);
  await node.lift('server_blocked');
  await node.clock.advance(2);
  assert.deepEqual(client.take(), [okReply('1', '3', 'room:b', { ms: 1 })]);
});

test('server_blocked is refused where nobody has the name', () => {
  const node = new ManualNode();
  assert.throws(() => node.inject('server_blocked', { delay_ms: 1, server: '__proto__' }), {
    code: 'fault_refused',
    message: /^no server is called __proto__ here, only .*\bslow\b/,
  });
  assert.deepEqual([node.app.faults.ids(), node.app.context.runtime.answers.any], [[], false]);
});

test('zombie keeps the channels of gone clients, presence and all; who leaves is not held (2.9)', async () => {
  const node = new ManualNode();
  const { context, presence } = node.app;
  node.inject('zombie', { topic: 'presence:*', ms: 30_000 });
  const client = await node.connect(['presence:z', 'room:z', 'presence:left'], 'u');
  await node.clock.advance(10);
  client.send(['1', '2', 'presence:left', 'phx_leave', {}]);
  await node.clock.settle();
  client.drop();
  await node.clock.advance(29_000);
  assert.deepEqual([context.channels, context.connections.count, presence.tableSizes()[0]?.rows], [1, 0, 1]);
  await node.clock.advance(1_000);
  assert.deepEqual([context.channels, presence.tableSizes()[0]?.rows], [0, 0]);
});

test('zombie keeps its share, and at the lift they go', async () => {
  const node = new ManualNode();
  const clients = await Promise.all(NUMBERS.map(() => node.connect(['room:z'])));
  const picked = clients.filter(({ transport }) => isSelected(`0.${transport.id}/room:z`, 0.3, 9));
  node.inject('zombie', { ms: 600_000 }, { share: 0.3, seed: 9 });
  for (const client of clients) client.drop();
  await node.clock.advance(60_000);
  assert.equal(node.app.context.channels, picked.length);
  assert.ok(picked.length > 0 && picked.length < clients.length);
  await node.lift('zombie');
  assert.equal(node.app.context.channels, 0);
});

test('a larger share holds whoever the smaller one held, and more, from the next join on', async () => {
  const node = new ManualNode();
  node.inject('slow_join', { delay_ms: 60 }, { share: 0.2, seed: 9 });
  const clients = await Promise.all(NUMBERS.map(() => node.connect()));
  const heldAt = async (share: number, topic: string): Promise<boolean[]> => {
    assert.equal(node.app.faults.setShare('slow_join', share)?.what, 'joins');
    for (const client of clients) client.send(['1', '1', topic, 'phx_join', {}]);
    await node.clock.settle();
    const held = clients.map((client) => client.take().length === 0);
    await node.clock.advance(60);
    for (const client of clients) client.take();
    return held;
  };
  const few = await heldAt(0.2, 'room:x');
  // The same topic on the same connection: its draw is the same.
  for (const client of clients) client.send(['1', '2', 'room:x', 'phx_leave', {}]);
  await node.clock.settle();
  for (const client of clients) client.take();
  const more = await heldAt(0.6, 'room:x');
  const picked = (share: number): boolean[] =>
    clients.map(({ transport }) => isSelected(`0.${transport.id}/room:x`, share, 9));
  assert.deepEqual([few, more], [picked(0.2), picked(0.6)]);
  assert.ok(few.every((isHeld, at) => !isHeld || more[at] === true));
  assert.ok(few.filter(Boolean).length < more.filter(Boolean).length);
  await node.lift('slow_join');
  assert.equal(node.app.faults.setShare('slow_join', 1), null);
});

test('the same fault ordered again, as to a node that was away, brings its share up to date and adds nothing', async () => {
  const node = new ManualNode();
  node.inject('slow_connect', { delay_ms: 60 }, { share: 0 });
  node.inject('slow_connect', { delay_ms: 60 }, { share: 1 });
  const opening = node.app.context.interference.connects.meet(OPENING);
  assert.notEqual(opening, null);
  await node.lift('slow_connect');
  assert.equal(node.app.context.interference.connects.any, false);
});
