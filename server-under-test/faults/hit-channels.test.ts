import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../phoenix/channel-server.ts';
import { ManualNode } from '../testing/manual-node.ts';
import type { MemoryConnection } from '../testing/memory-connection.ts';
import { HitChannels } from './hit-channels.ts';

const ALL = (): boolean => true;

function channelOf({ transport }: MemoryConnection): Channel {
  return transport.channels?.get('room:a') ?? assert.fail('room:a is not joined');
}

test('each channel counts once, of those that match and those hit that are gone', async () => {
  const node = new ManualNode();
  const clients = await Promise.all(Array.from({ length: 5 }, () => node.connect(['room:a', 'lobby'])));
  const hit = new HitChannels(node.app.context, (topic) => topic.startsWith('room:'));
  assert.deepEqual([hit.count, hit.of()], [0, 5]);
  for (const client of [...clients.slice(0, 2), ...clients.slice(0, 2)]) hit.add(channelOf(client));
  for (const client of clients.slice(1, 3)) client.drop();
  await node.clock.settle();
  assert.deepEqual([hit.count, hit.of()], [2, 4]);
});

test('ids of channels that are gone are kept no longer than there is room, and count all the same', async () => {
  const node = new ManualNode();
  const hit = new HitChannels(node.app.context, ALL, 3);
  const standing = [await node.connect(['room:a']), await node.connect(['room:a'])];
  for (const client of standing) hit.add(channelOf(client));
  let most = 0;
  for (let n = 0; n < 50; n += 1) {
    const client = await node.connect(['room:a']);
    hit.add(channelOf(client));
    client.drop();
    await node.clock.settle();
    for (const known of standing) hit.add(channelOf(known));
    most = Math.max(most, hit.kept);
  }
  assert.deepEqual([hit.count, hit.of()], [52, 52]);
  // As many as live, twice, and the one that is too many.
  assert.ok(most <= 7, `${most} ids were kept`);
});
