import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualNode } from '../testing/manual-node.ts';
import { okReply } from '../testing/probe.ts';
import { isSelected } from './selection.ts';

/** Messages that wait, by topic. */
function waiting({ app }: ManualNode): Record<string, number> {
  const { top } = app.snapshot().mailbox;
  return Object.fromEntries(top.map(({ topic, len }) => [topic ?? '', len]));
}

test('mail piles up faster than it is handled, and all else waits behind it; the lift empties it', async () => {
  const node = new ManualNode();
  const client = await node.connect(['room:a', 'lobby']);
  node.inject('mailbox_flood', { topic: 'room:*', messages: 100, ms: 50 });
  await node.clock.advance(1_000);
  // 100 came, 18 were done by the second drop's end, one is in hand.
  assert.deepEqual(waiting(node), { 'room:a': 81 });
  client.send(['1', '2', 'room:a', 'ping', {}], ['1', '3', 'lobby', 'ping', {}]);
  await node.clock.advance(2_000);
  assert.deepEqual(client.take(), [okReply('1', '3', 'lobby')]);
  assert.ok((waiting(node)['room:a'] ?? 0) > 200);
  await node.lift('mailbox_flood');
  assert.deepEqual([client.take(), waiting(node)], [[okReply('1', '2', 'room:a')], {}]);
});

test('its share is picked by seed, and whoever joins meanwhile is found within a second', async () => {
  const node = new ManualNode();
  const clients = await Promise.all(Array.from({ length: 8 }, () => node.connect(['room:a'])));
  node.inject('mailbox_flood', { messages: 20, ms: 60_000 }, { share: 0.5, seed: 3 });
  const late = await Promise.all(Array.from({ length: 8 }, () => node.connect(['room:a'])));
  await node.clock.advance(1_500);
  const flooded = [...clients, ...late].map(
    ({ transport }) => (transport.channels?.get('room:a')?.mailbox.length ?? 0) > 0,
  );
  const picked = [...clients, ...late].map(({ transport }) => isSelected(`0.${transport.id}/room:a`, 0.5, 3));
  assert.deepEqual(flooded, picked);
  assert.ok(picked.includes(true) && picked.includes(false));
});
