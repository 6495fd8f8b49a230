import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Application } from '../application.ts';
import { withDefaults } from '../config/defaults.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import { MemoryConnection } from '../testing/memory-connection.ts';
import { okReply } from '../testing/probe.ts';
import type { WebServer } from './profile.ts';

const T = 2_000;
/** Any byte counts: the first of a frame that never ends. */
const BYTE = Buffer.from([0x81]);

function setUp(server: WebServer): { clock: ManualClock; app: Application } {
  const clock = new ManualClock();
  const config = withDefaults({ logLevel: 'none', server, idleTimeoutMs: T });
  return { clock, app: new Application({ config, clock, node: 0 }) };
}

/** When a connection that was heard last at `heardMs` is closed, and with what. */
async function closedAt(server: WebServer, heardMs: number): Promise<[atMs: number, close: unknown]> {
  const { clock, app } = setUp(server);
  // Not at time 0: phases count from the start of the connection.
  await clock.advance(77);
  const client = new MemoryConnection(app);
  const startMs = clock.nowMs();
  await clock.advance(heardMs);
  if (heardMs > 0) client.bytes(BYTE);
  let endMs = 0;
  client.transport.onEnd({ processEnded: () => void (endMs = clock.nowMs()) });
  await clock.advance(2 * T);
  return [endMs - startMs - heardMs, client.take().at(-1)];
}

test('Bandit closes with 1002 exactly T after the last byte (66)', async () => {
  for (const heardMs of [0, 1, 199, 200, 1_234]) {
    assert.deepEqual(
      await closedAt('bandit', heardMs),
      [T, { kind: 'close', code: 1002 }],
      `heard at ${heardMs}`,
    );
  }
});

test('Cowboy closes with 1000 at the first tick of the connection that is later than T (66)', async () => {
  for (const [heardMs, silentMs] of [
    [0, 2_200],
    [1, 2_199],
    [150, 2_050],
    [199, 2_001],
    [200, 2_200],
    [1_234, 2_166],
  ] as const) {
    assert.deepEqual(
      await closedAt('cowboy', heardMs),
      [silentMs, { kind: 'close', code: 1000 }],
      `heard at ${heardMs}`,
    );
  }
});

test('a byte between T and the last tick keeps a Cowboy connection, and leaves one deadline', async () => {
  const { clock, app } = setUp('cowboy');
  const client = new MemoryConnection(app);
  await clock.advance(2_100);
  client.bytes(BYTE);
  await clock.advance(2_099);
  assert.equal(client.transport.alive, true);
  await clock.advance(1);
  assert.equal(client.transport.alive, false);
});

test('what the server sends keeps nobody alive (67)', async () => {
  for (const server of ['bandit', 'cowboy'] as const) {
    const { clock, app } = setUp(server);
    const client = new MemoryConnection(app);
    client.send(['1', '1', 'room:a', 'phx_join', {}]);
    for (let ms = 0; ms < 2_200; ms += 100) {
      app.broadcast('room:a', 'news', {});
      await clock.advance(100);
    }
    assert.equal(client.transport.alive, false, server);
  }
});

test('a join longer than T is answered first, then the clock starts again (33)', async () => {
  for (const [server, closesMs] of [
    ['bandit', 5_000],
    ['cowboy', 5_200],
  ] as const) {
    const { clock, app } = setUp(server);
    const client = new MemoryConnection(app);
    client.send(['1', '1', 'room:a', 'phx_join', { delay_ms: 3_000 }]);
    await clock.advance(3_000);
    assert.deepEqual(client.take(), [okReply('1', '1', 'room:a')], server);
    await clock.advance(closesMs - 3_001);
    assert.equal(client.transport.alive, true, server);
    await clock.advance(1);
    assert.equal(client.transport.alive, false, server);
  }
});

test('a crowd of any order of last bytes is closed one by one by one timer', async () => {
  const { clock, app } = setUp('bandit');
  const before = clock.pending;
  const clients = Array.from({ length: 20 }, () => new MemoryConnection(app));
  assert.equal(clock.pending, before + 1);
  // 0, 7, 14, 1, 8 … : an order that is nobody's.
  const heardMs = clients.map((_, n) => (n * 7) % 20);
  for (let ms = 0; ms < 20; ms += 1) {
    for (const [n, client] of clients.entries()) if (heardMs[n] === ms) client.bytes(BYTE);
    await clock.advance(1);
  }
  await clock.advance(T - 20);
  for (let ms = 0; ms < 20; ms += 1) {
    const living = clients.map(({ transport }) => transport.alive);
    assert.deepEqual(
      living,
      heardMs.map((heard) => heard > ms),
    );
    await clock.advance(1);
  }
  assert.equal(app.context.connections.count, 0);
});

test('close cancels the ticks of Cowboy connections too', async () => {
  const { clock, app } = setUp('cowboy');
  const before = clock.pending;
  const clients = [new MemoryConnection(app), new MemoryConnection(app)];
  await clock.advance(T + 50);
  clients[0]?.drop();
  await clock.settle();
  app.context.connections.close();
  assert.equal(clock.pending, before);
});
