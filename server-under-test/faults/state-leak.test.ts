import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../phoenix/channel-server.ts';
import { ManualNode } from '../testing/manual-node.ts';
import type { MemoryConnection } from '../testing/memory-connection.ts';
import { okReply } from '../testing/probe.ts';
import { isSelected } from './selection.ts';

function channelOf({ transport }: MemoryConnection, topic: string): Channel {
  return transport.channels?.get(topic) ?? assert.fail(`${topic} is not joined`);
}

/** Bytes of all buffers in a channel's assigns. */
function held(channel: Channel): number {
  const buffers = Object.values(channel.socket.assigns).flat();
  return buffers.reduce<number>(
    (sum, value) => sum + (value instanceof Uint8Array ? value.byteLength : 0),
    0,
  );
}

async function ping(node: ManualNode, client: MemoryConnection, topic: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) client.send(['1', '2', topic, 'ping', {}]);
  await node.clock.settle();
  assert.deepEqual(
    client.take(),
    Array.from({ length: times }, () => okReply('1', '2', topic)),
  );
}

test('each handle_in keeps so many bytes of real memory in its channel, and the lift lets them go', async () => {
  const node = new ManualNode();
  const client = await node.connect(['room:a', 'lobby'], 'u');
  const [leaking, other] = [channelOf(client, 'room:a'), channelOf(client, 'lobby')];
  node.inject('state_leak', { topic: 'room:*', bytes: 1_000_000 });
  const before = process.memoryUsage().arrayBuffers;
  await ping(node, client, 'room:a', 32);
  await ping(node, client, 'lobby', 3);
  assert.deepEqual([held(leaking), held(other)], [32_000_000, 0]);
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown >= 30_000_000, `grew by ${grown} bytes`);
  await node.lift('state_leak');
  await ping(node, client, 'room:a', 1);
  assert.deepEqual(leaking.socket.assigns, { user_id: 'u' });
});

test('its share of the channels is picked by seed; two leaks are two', async () => {
  const node = new ManualNode();
  const clients = await Promise.all(Array.from({ length: 30 }, () => node.connect(['room:a'])));
  node.inject('state_leak', { bytes: 10 }, { share: 0.3, seed: 9, id: 'some' });
  node.inject('state_leak', { bytes: 1 }, { id: 'all' });
  for (const client of clients) await ping(node, client, 'room:a', 2);
  const leaked = clients.map((client) => held(channelOf(client, 'room:a')));
  const picked = clients.map(({ transport }) => isSelected(`0.${transport.id}/room:a`, 0.3, 9));
  assert.deepEqual(
    leaked,
    picked.map((isHit) => (isHit ? 22 : 2)),
  );
  assert.ok(picked.includes(true) && picked.includes(false));
  await node.lift('some');
  assert.ok(clients.every((client) => held(channelOf(client, 'room:a')) === 2));
});
