import assert from 'node:assert/strict';
import { createServer, connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { NodeDown, NodeUp, RemoteMessage } from '../otp/distribution.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import { ClusterPair } from '../testing/cluster-pair.ts';
import { okReply } from '../testing/probe.ts';
import { Broadcast } from './broadcast.ts';
import { RawMessage } from './fanned.ts';
import { MeshNode, MeshNodes } from './testing/mesh-nodes.ts';

function nodesFor(t: TestContext): MeshNodes {
  const nodes = new MeshNodes();
  t.after(() => nodes.stop());
  return nodes;
}

function numbersOf(messages: readonly unknown[]): unknown[] {
  return messages.map((message) => ((message as Broadcast).payload as { n: number }).n);
}

function shout(node: MeshNode, n: number): void {
  node.pubsub.broadcast(Broadcast.of('t', 'e', { n }));
}

test('two nodes deliver a broadcast once each and keep the order of a sender (58)', async (t) => {
  const nodes = nodesFor(t);
  const [first, second] = await nodes.pair();
  const [here, there] = [first.subscriber('t'), second.subscriber('t')];
  const count = 200;
  for (let n = 0; n < count; n += 1) shout(first, n);
  const order = Array.from({ length: count }, (_, n) => n);
  assert.deepEqual(numbersOf(await there.first(count)), order);
  assert.deepEqual(numbersOf(await here.first(count)), order);
  assert.deepEqual([first.mesh.counts.sent, second.mesh.counts.received], [count, count]);
});

test('a client of another node gets fastlaned, intercepted and disconnect broadcasts', async (t) => {
  const pair = await ClusterPair.start();
  t.after(() => pair.stop());
  const [first, second] = pair.nodes;
  const here = await first.joined('room:two');
  const there = await second.joined('room:two', {}, 'vsn=2.0.0&user_id=far');
  here.send(['1', '2', 'room:two', 'shout', { n: 1 }]);
  await there.expect([null, null, 'room:two', 'shout', { n: 1 }]);
  await here.expect([null, null, 'room:two', 'shout', { n: 1 }], okReply('1', '2', 'room:two'));
  here.send(['1', '3', 'room:two', 'ishout', { n: 1 }]);
  await there.expect(['1', null, 'room:two', 'ishout', { n: 1, to: 'far' }]);
  first.app.broadcast('user:far', 'disconnect', {});
  assert.equal(await there.closed, 1001);
});

test('messages of all kinds keep their order between two nodes', async (t) => {
  const [first, second] = await nodesFor(t).pair();
  const topics = second.subscriber('t');
  const named = second.mailbag();
  second.runtime.register('named', named);
  for (let n = 0; n < 60; n += 3) {
    first.mesh.send(1, 'named', n);
    first.pubsub.broadcastRaw('t', n);
    first.mesh.sendToPid(1, named.id, n + 1);
    shout(first, n + 1);
    first.pubsub.broadcastPlain(Broadcast.of('t', 'e', { n: n + 2 }));
    first.mesh.send(1, 'named', n + 2);
  }
  const order = Array.from({ length: 60 }, (_, n) => n);
  const sent = (await named.first(60)) as RemoteMessage[];
  assert.deepEqual(
    sent.map(({ from, payload }) => [from, payload]),
    order.map((n) => [0, n]),
  );
  const heard = await topics.first(60);
  assert.deepEqual(
    heard.map((message) => (message instanceof RawMessage ? message.payload : numbersOf([message])[0])),
    order,
  );
});

test('a process reaches names and pids of its own node, and what nobody has is lost', async (t) => {
  const [first, second] = await nodesFor(t).pair();
  const mailbag = first.mailbag();
  first.runtime.register('__proto__', mailbag);
  first.mesh.send(0, '__proto__', { a: 1 });
  first.mesh.sendToPid(0, mailbag.id, 2);
  first.mesh.send(1, 'constructor', 3);
  first.mesh.sendToPid(1, 1e9, 3);
  first.mesh.send(7, 'nobody', 3);
  second.mesh.send(0, '__proto__', 4);
  assert.deepEqual(await mailbag.first(3), [
    new RemoteMessage(0, { a: 1 }),
    new RemoteMessage(0, 2),
    new RemoteMessage(1, 4),
  ]);
});

test('a sender keeps its order on any number of shards, and several senders use several', async (t) => {
  const [first, second] = await nodesFor(t).pair(4);
  const there = second.subscriber('t');
  const senders = Array.from({ length: 12 }, () => first.mailbag());
  for (let n = 0; n < 10; n += 1) {
    for (const sender of senders) {
      first.pubsub.broadcast(Broadcast.of('t', String(sender.id), { n }), null, sender);
    }
  }
  const got = (await there.first(120)) as Broadcast[];
  for (const sender of senders) {
    const own = got.filter(({ event }) => event === String(sender.id));
    assert.deepEqual(numbersOf(own), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
  const shards = [0, 1, 2, 3].map((shard) => second.mesh.startWorker(shard).mailbox.highWater);
  assert.ok(shards.filter((highWater) => highWater > 0).length > 1, `all in one shard: ${shards.join()}`);
});

test('a direct broadcast reaches the named node only, its own included', async (t) => {
  const [first, second] = await nodesFor(t).pair();
  const [here, there] = [first.subscriber('t'), second.subscriber('t')];
  first.pubsub.directBroadcast(1, Broadcast.of('t', 'e', { n: 1 }));
  first.pubsub.directBroadcast(0, Broadcast.of('t', 'e', { n: 2 }));
  first.pubsub.directBroadcast(9, Broadcast.of('t', 'e', { n: 3 }));
  shout(first, 4);
  assert.deepEqual(numbersOf(await there.first(2)), [1, 4]);
  assert.deepEqual(new Set(numbersOf(await here.first(2))), new Set([2, 4]));
});

test('a netsplit loses what is sent in it, and healing brings both ends back without a replay', async (t) => {
  const [first, second] = await nodesFor(t).pair();
  for (const cutter of [first, second]) {
    const [watchers, topics] = [
      [first.mailbag(), second.mailbag()],
      [first.subscriber('t'), second.subscriber('t')],
    ];
    first.mesh.watchNodes(watchers[0] ?? assert.fail());
    second.mesh.watchNodes(watchers[1] ?? assert.fail());
    const other = cutter === first ? 1 : 0;
    cutter.mesh.cut(other);
    assert.deepEqual(cutter.mesh.connected(), []);
    await Promise.all(watchers.map((watcher) => watcher.first(1)));
    shout(first, 1);
    shout(second, 2);
    cutter.mesh.heal(other);
    await Promise.all(watchers.map((watcher) => watcher.first(2)));
    shout(first, 3);
    assert.deepEqual(numbersOf((await topics[0]?.first(2)) ?? []), [1, 3]);
    assert.deepEqual(numbersOf((await topics[1]?.first(2)) ?? []), [2, 3]);
    assert.deepEqual(
      watchers.map((watcher) => watcher.seen),
      [
        [new NodeDown(1), new NodeUp(1)],
        [new NodeDown(0), new NodeUp(0)],
      ],
    );
    for (const process of [...watchers, ...topics]) process.end('normal');
  }
});

test('a netsplit between two nodes leaves the third with both', async (t) => {
  const nodes = nodesFor(t);
  const [first, second, third] = [await nodes.start(0), await nodes.start(1), await nodes.start(2)];
  await Promise.all([first, second, third].map(({ mesh }) => mesh.whenComplete(2)));
  const watcher = second.mailbag();
  second.mesh.watchNodes(watcher);
  first.mesh.cut(1);
  second.mesh.cut(0);
  const [here, there] = [first.subscriber('t'), second.subscriber('t')];
  shout(first, 1);
  shout(third, 2);
  assert.deepEqual(numbersOf(await here.first(2)), [1, 2]);
  assert.deepEqual(numbersOf(await there.first(1)), [2]);
  second.mesh.heal(0);
  first.mesh.heal(1);
  assert.deepEqual(await watcher.first(2), [new NodeDown(0), new NodeUp(0)]);
  assert.deepEqual(
    [first, second, third].map(({ mesh }) => mesh.connected().length),
    [2, 2, 2],
  );
});

test('told of its netsplits as they stand a node is cut off from those and no other', async (t) => {
  const nodes = nodesFor(t);
  const [first, second, third] = [await nodes.start(0), await nodes.start(1), await nodes.start(2)];
  await Promise.all([first, second, third].map(({ mesh }) => mesh.whenComplete(2)));
  const watcher = second.mailbag();
  second.mesh.watchNodes(watcher);
  second.mesh.cutOffFrom([0]);
  second.mesh.cutOffFrom([0]);
  assert.deepEqual(await watcher.first(1), [new NodeDown(0)]);
  assert.deepEqual(second.mesh.connected(), [2]);
  second.mesh.cutOffFrom([2]);
  const seen = await watcher.first(3);
  assert.deepEqual(new Set(seen.slice(1)), new Set([new NodeDown(2), new NodeUp(0)]));
  second.mesh.cutOffFrom([]);
  assert.deepEqual((await watcher.first(4)).slice(3), [new NodeUp(2)]);
});

test('a node that is hurried calls at once, whatever its back-off says, and never one it has on the line', async (t) => {
  const nodes = nodesFor(t);
  // Its time stands still: no back-off is ever over.
  const second = new MeshNode(1, 1, new ManualClock());
  t.after(() => second.mesh.close());
  await assert.rejects(second.mesh.connect(nodes.pathOf(0), 0), { code: 'ENOENT' });
  const first = await nodes.start(0);
  const watcher = first.mailbag();
  first.mesh.watchNodes(watcher);
  second.mesh.hurry(0);
  await second.mesh.whenComplete(1);
  second.mesh.hurry(0);
  second.mesh.hurry(7);
  const there = first.subscriber('t');
  shout(second, 1);
  assert.deepEqual(numbersOf(await there.first(1)), [1]);
  assert.deepEqual(watcher.seen, [new NodeUp(1)]);
});

test('a second call to the same node takes the place of the first, which calls no more', async (t) => {
  const nodes = nodesFor(t);
  const [first, second] = await nodes.pair();
  const watcher = first.mailbag();
  first.mesh.watchNodes(watcher);
  await second.mesh.connect(nodes.pathOf(0), 0);
  assert.deepEqual(await watcher.first(2), [new NodeDown(1), new NodeUp(1)]);
  second.mesh.cut(0);
  second.mesh.heal(0);
  assert.deepEqual((await watcher.first(4)).slice(2), [new NodeDown(1), new NodeUp(1)]);
  await second.mesh.whenComplete(1);
  const there = first.subscriber('t');
  for (let n = 0; n < 20; n += 1) shout(second, n);
  assert.equal((await there.first(20)).length, 20);
  assert.equal(watcher.seen.length, 4);
});

test('a node cut off before it calls is never up at the other end', async (t) => {
  const nodes = nodesFor(t);
  const [first, second] = [await nodes.start(0), new MeshNode(1)];
  t.after(() => second.mesh.close());
  const watcher = first.mailbag();
  first.mesh.watchNodes(watcher);
  first.mesh.cut(1);
  await assert.rejects(second.mesh.connect(nodes.pathOf(0), 0), /before it said hello/);
  first.mesh.heal(1);
  await second.mesh.whenComplete(1);
  assert.deepEqual(await watcher.first(1), [new NodeUp(1)]);
});

test('a node that starts again under its index joins in a new life, at either end of the call', async (t) => {
  const nodes = nodesFor(t);
  for (const index of [0, 1]) {
    const pair = await nodes.pair();
    const [gone, left] = index === 0 ? pair : [pair[1], pair[0]];
    const watcher = left.mailbag();
    left.mesh.watchNodes(watcher);
    const before = left.mesh.incarnationOf(index);
    gone.mesh.close();
    assert.deepEqual(await watcher.first(1), [new NodeDown(index)]);
    const back = await nodes.start(index);
    assert.deepEqual(await watcher.first(2), [new NodeDown(index), new NodeUp(index)]);
    assert.notEqual(left.mesh.incarnationOf(index), before);
    const there = left.subscriber('t');
    await back.mesh.whenComplete(1);
    shout(back, 1);
    assert.deepEqual(numbersOf(await there.first(1)), [1]);
    for (const { mesh } of [back, left]) mesh.close();
  }
});

test('what a killed node left at its path does not stop the next one, a living one does', async (t) => {
  const nodes = nodesFor(t);
  const leftBehind = createServer();
  await new Promise<void>((resolve) => leftBehind.listen(`${nodes.pathOf(0)}.tmp`, resolve));
  const { renameSync } = await import('node:fs');
  renameSync(`${nodes.pathOf(0)}.tmp`, nodes.pathOf(0));
  await assert.rejects(nodes.start(0), { code: 'EADDRINUSE' });
  await new Promise((resolve) => leftBehind.close(resolve));
  const [first] = await nodes.pair();
  assert.deepEqual(first.mesh.connected(), [1]);
});

test('a payload no encoder takes ends the worker of the other node, never the broadcaster', async (t) => {
  const [first, second] = await nodesFor(t).pair();
  const encoder = {
    encodeBroadcast(broadcast: Broadcast): unknown {
      if (!broadcast.encodable) throw new TypeError('no map');
      return broadcast.payloadJson;
    },
  };
  const [channel, transport, watcher] = [second.mailbag(), second.mailbag(), second.mailbag()];
  second.pubsub.subscribe(channel, 't', { transport, encoder, intercepts: ['i'] });
  const worker = second.mesh.startWorker(0);
  worker.monitoredBy(watcher);
  first.pubsub.broadcast(Broadcast.of('t', 'i', 1));
  first.pubsub.broadcast(Broadcast.of('t', 'e', 1));
  await watcher.first(1);
  assert.deepEqual([channel.seen.length, worker.alive], [1, false]);
  const next = second.mesh.startWorker(0);
  assert.notEqual(next, worker);
  assert.equal(second.mesh.startWorker(0), next);
  shout(first, 2);
  assert.deepEqual(await transport.first(1), ['{"n":2}']);
});

test('a mesh that is closed is the one failure of its adapter: returned, or thrown by the bang form', () => {
  const { pubsub, mesh } = new MeshNode(0, 1, new ManualClock());
  const broadcast = Broadcast.of('t', 'e', {});
  assert.equal(pubsub.broadcast(broadcast), null);
  mesh.close();
  assert.equal(pubsub.broadcast(broadcast), 'no_such_group');
  assert.equal(pubsub.directBroadcast(0, broadcast), 'no_such_group');
  assert.throws(() => pubsub.broadcastOrThrow(broadcast), /broadcast failed: no_such_group/);
});

test('one that says no hello, or something else first, is no node', async (t) => {
  const nodes = nodesFor(t);
  const first = await nodes.start(0);
  const stranger = connect(nodes.pathOf(0));
  stranger.write(Buffer.from([0, 0, 0, 14, 7, ...Buffer.from('{"op":"tick"}')]));
  await new Promise((resolve) => stranger.once('close', resolve));
  assert.deepEqual(first.mesh.connected(), []);
});

test('monitor tells of connections on other nodes, whose node is lost included', async (t) => {
  const pair = await ClusterPair.start();
  t.after(() => pair.stop());
  const [first, second] = pair.nodes;
  const here = await first.joined('room:far');
  const there = [
    await second.joined('room:far', {}, 'vsn=2.0.0&user_id=u'),
    await second.joined('room:far', {}, 'vsn=2.0.0&user_id=u'),
  ];
  here.send(['1', '2', 'room:far', 'monitor', { user_id: 'u' }]);
  await here.expect(okReply('1', '2', 'room:far'));
  there[0]?.drop();
  await here.expect(['1', null, 'room:far', 'down', { user_id: 'u' }]);
  second.app.mesh.cut(0);
  await here.expect(['1', null, 'room:far', 'down', { user_id: 'u' }]);
});
