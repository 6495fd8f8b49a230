import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashed, ManualNode } from '../testing/manual-node.ts';
import type { MemoryConnection } from '../testing/memory-connection.ts';
import { okReply } from '../testing/probe.ts';
import { hashSeeded } from './selection.ts';

const SHARE = 0.4;
const SEED = 11;

/** Where in its round a channel raises, 0 up to 1; null when it is not hit. */
function placeOf({ transport }: MemoryConnection, topic: string, round: number): number | null {
  const draw = hashSeeded(`0.${transport.id}/${topic}#${round}`, SEED) / (SHARE * 2 ** 32);
  return draw < 1 ? draw : null;
}

function isSame(some: Set<MemoryConnection>, others: readonly MemoryConnection[]): boolean {
  return others.every((client) => some.has(client)) && some.size === new Set(others).size;
}

function tookCrash(client: MemoryConnection): boolean {
  const frames = client.take();
  if (frames.length === 0) return false;
  assert.deepEqual(frames, [crashed('room:a')]);
  return true;
}

test('in each round its share of the channels raises, each at its place of the interval', async () => {
  const node = new ManualNode();
  const clients = await Promise.all(Array.from({ length: 40 }, () => node.connect(['room:a', 'lobby'])));
  node.inject('channel_crash', { topic: 'room:*', every_ms: 2_000 }, { share: SHARE, seed: SEED });
  const fell = new Set<MemoryConnection>();
  const step = async (): Promise<void> => {
    await node.clock.advance(500);
    for (const client of clients) if (tookCrash(client)) fell.add(client);
  };
  const due = (round: number, place: number): MemoryConnection[] =>
    clients.filter((client) => (placeOf(client, 'room:a', round) ?? 1) < place);
  for (const quarter of [0.25, 0.5, 0.75]) {
    await step();
    // Channels raise in steps of 10 ms: whoever is due at the very end of a quarter may fall in the next.
    assert.ok(
      due(1, quarter - 0.02).every((client) => fell.has(client)),
      `fell until ${quarter}`,
    );
    assert.ok(
      [...fell].every((client) => due(1, quarter).includes(client)),
      `not after ${quarter}`,
    );
  }
  await step();
  const first = due(1, 1);
  assert.ok(isSame(fell, first));
  assert.ok(first.length > 8 && first.length < 24, `${first.length} fell`);
  for (let n = 0; n < 4; n += 1) await step();
  assert.ok(isSame(fell, [...first, ...due(2, 1)]));
  assert.ok(fell.size > first.length);
  // The other channel of each connection has not noticed.
  const [client] = clients;
  client?.send(['1', '2', 'lobby', 'ping', {}]);
  await node.clock.settle();
  assert.deepEqual(client?.take(), [okReply('1', '2', 'lobby')]);
});

test('the lift calls off whoever has not had its turn', async () => {
  const node = new ManualNode();
  for (let n = 0; n < 20; n += 1) await node.connect(['room:a']);
  node.inject('channel_crash', { every_ms: 10_000 });
  await node.clock.advance(5_000);
  const { channels } = node.app.context;
  assert.ok(channels > 0 && channels < 20, `${channels} left`);
  await node.lift('channel_crash');
  await node.clock.advance(20_000);
  assert.equal(node.app.context.channels, channels);
});

test('a busy channel raises when it comes to it; whoever joins after the lift is safe', async () => {
  const node = new ManualNode();
  const client = await node.connect(['room:a']);
  client.send(['1', '2', 'room:a', 'block', { ms: 3_000 }]);
  node.inject('channel_crash', {});
  await node.clock.advance(2_999);
  assert.deepEqual(client.take(), []);
  await node.clock.advance(1);
  assert.deepEqual(client.take(), [okReply('1', '2', 'room:a', { ms: 3_000 }), crashed('room:a')]);
  client.send(['5', '5', 'room:a', 'phx_join', {}]);
  await node.clock.settle();
  await node.lift('channel_crash');
  await node.clock.advance(10_000);
  assert.deepEqual(client.take(), [okReply('5', '5', 'room:a')]);
});
