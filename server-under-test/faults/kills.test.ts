import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashed, ManualNode } from '../testing/manual-node.ts';
import { okReply } from '../testing/probe.ts';

test('a killed tracker shard takes every tracked channel along and no other; it is there again (65)', async () => {
  const node = new ManualNode();
  const clients = [await node.connect(['presence:p', 'room:a']), await node.connect(['presence:q'])];
  await node.clock.advance(10);
  for (const client of clients) client.take();
  const shard = node.app.context.runtime.whereIs('presence_shard0');
  node.inject('tracker_shard_kill', {});
  await node.clock.settle();
  const [one, two] = clients;
  assert.deepEqual([one?.take(), two?.take()], [[crashed('presence:p')], [crashed('presence:q')]]);
  one?.send(['1', '2', 'room:a', 'ping', {}]);
  await node.clock.settle();
  assert.deepEqual(one?.take(), [okReply('1', '2', 'room:a')]);
  one?.send(['3', '3', 'presence:p', 'phx_join', {}]);
  await node.clock.settle();
  assert.deepEqual(one?.take()[0], okReply('3', '3', 'presence:p'));
  assert.notEqual(node.app.context.runtime.whereIs('presence_shard0'), shard);
  assert.equal(await node.lift('tracker_shard_kill'), true);
});

test('a killed registry partition takes every channel of the node along; it is there again', async () => {
  const node = new ManualNode();
  const client = await node.connect(['room:a', 'lobby']);
  node.inject('registry_partition_kill', {});
  await node.clock.settle();
  const frames = client.take().map((frame) => JSON.stringify(frame));
  assert.deepEqual(
    frames.toSorted(),
    [crashed('room:a'), crashed('lobby')].map((frame) => JSON.stringify(frame)).toSorted(),
  );
  client.send(['3', '3', 'room:a', 'phx_join', {}]);
  await node.clock.settle();
  assert.deepEqual(client.take(), [okReply('3', '3', 'room:a')]);
});

test('with more than one partition the one that is killed takes its siblings and their channels along', async () => {
  const node = new ManualNode({ pubsubPoolSize: 4 });
  const clients = await Promise.all(Array.from({ length: 12 }, () => node.connect(['room:a'])));
  const { partitions } = node.app.context.pubsub.registry;
  assert.ok(partitions.filter(({ size }) => size > 0).length > 1);
  node.inject('registry_partition_kill', {});
  await node.clock.settle();
  // Its supervisor is one_for_all (phoenix-semantics 3.7).
  assert.ok(clients.every((client) => client.take().length === 1));
});

test('telemetry detaches the handler that raises, and nothing else breaks (7)', async () => {
  const node = new ManualNode();
  const { telemetry } = node.app.context;
  const heard: string[] = [];
  telemetry.attach('own', telemetry.channelHandledIn, (_name, _measured, { event }) => {
    heard.push(String(event));
  });
  const failures = (): number => node.app.snapshot().telemetry['telemetry.handler.failure'] ?? 0;
  const client = await node.connect(['room:a']);
  node.inject('telemetry_raise', { event: 'phoenix.channel_handled_in' });
  assert.equal(failures(), 0);
  for (const ref of ['2', '3']) client.send(['1', ref, 'room:a', 'ping', {}]);
  await node.clock.settle();
  assert.deepEqual(client.take(), [okReply('1', '2', 'room:a'), okReply('1', '3', 'room:a')]);
  assert.deepEqual([failures(), heard], [1, ['ping', 'ping']]);
  await node.lift('telemetry_raise');
  node.inject('telemetry_raise', { event: 'phoenix.channel_handled_in' });
  await node.lift('telemetry_raise');
  client.send(['1', '4', 'room:a', 'ping', {}]);
  await node.clock.settle();
  assert.deepEqual([failures(), heard.length], [1, 3]);
});
