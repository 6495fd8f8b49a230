import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Application } from '../application.ts';
import type { ServerConfig } from '../config.ts';
import { withDefaults } from '../config/defaults.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import type { Channel } from './channel-server.ts';
import { drainChannels } from './drainer.ts';
import { MemoryConnection } from '../testing/memory-connection.ts';

interface Drained {
  readonly atMs: number;
  readonly measurements: unknown;
  readonly interval: number;
}

function setUp(config: Partial<ServerConfig>): { clock: ManualClock; app: Application; chunks: Drained[] } {
  const clock = new ManualClock();
  const app = new Application({ config: withDefaults({ logLevel: 'none', ...config }), clock, node: 0 });
  const chunks: Drained[] = [];
  const { telemetry } = app.context;
  telemetry.attach('test', telemetry.socketDrain, (_name, measurements, { interval }) => {
    chunks.push({ atMs: clock.nowMs(), measurements, interval });
  });
  return { clock, app, chunks };
}

async function joined(app: Application, clock: ManualClock, topics: number): Promise<MemoryConnection> {
  const client = new MemoryConnection(app);
  for (let n = 0; n < topics; n += 1) client.send([`${n}`, `${n}`, `room:${n}`, 'phx_join', {}]);
  await clock.settle();
  client.take();
  return client;
}

test('five channels in batches of two go at 0, 300 and 600 ms, each batch with its telemetry (71)', async () => {
  const { clock, app, chunks } = setUp({ drainBatchSize: 2, drainBatchIntervalMs: 300 });
  const clients: MemoryConnection[] = [];
  for (let n = 0; n < 5; n += 1) clients.push(await joined(app, clock, 1));
  let done = false;
  void app.drain().then(() => (done = true));
  const alive: boolean[][] = [];
  for (const ms of [0, 299, 1, 299, 1]) {
    await clock.advance(ms);
    alive.push(clients.map(({ transport }) => transport.alive));
  }
  const living = (from: number): boolean[] => clients.map((_, n) => n >= from);
  assert.deepEqual(alive, [living(2), living(2), living(4), living(4), living(5)]);
  assert.equal(done, true);
  for (const client of clients) assert.deepEqual(client.take(), [{ kind: 'close', code: 1012 }]);
  const chunk = (atMs: number, index: number, count: number): Drained => ({
    atMs,
    interval: 300,
    measurements: { count, total: 5, index, rounds: 3 },
  });
  assert.deepEqual(chunks, [chunk(0, 1, 2), chunk(300, 2, 2), chunk(600, 3, 1)]);
});

test('rounds count one more than fit evenly, as Phoenix counts them', async () => {
  const { clock, app, chunks } = setUp({ drainBatchSize: 2, drainBatchIntervalMs: 10 });
  await joined(app, clock, 4);
  void app.drain();
  await clock.advance(100);
  assert.deepEqual(
    chunks.map(({ measurements }) => measurements),
    [1, 2].map((index) => ({ count: 2, total: 4, index, rounds: 3 })),
  );
});

test('one drained channel closes its whole connection; connections without channels are left alone (2.12)', async () => {
  const { clock, app } = setUp({ drainBatchSize: 1, drainBatchIntervalMs: 1_000 });
  const [busy, idle] = [await joined(app, clock, 3), await joined(app, clock, 0)];
  void app.drain();
  await clock.advance(0);
  assert.deepEqual([busy.transport.alive, idle.transport.alive, app.context.channels], [false, true, 0]);
  await clock.advance(10_000);
  assert.equal(idle.transport.alive, true);
});

test('a busy channel drains when its backlog reaches the message', async () => {
  const { clock, app } = setUp({});
  const client = await joined(app, clock, 1);
  client.send(['0', 'b', 'room:0', 'block', { ms: 400 }]);
  await clock.settle();
  void app.drain();
  await clock.advance(399);
  assert.equal(client.transport.alive, true);
  await clock.advance(1);
  assert.equal(client.transport.alive, false);
  // The answer of the work that was under way still went out.
  assert.deepEqual(
    client.take().map((frame) => (Array.isArray(frame) ? (frame as unknown[])[1] : frame)),
    ['b', { kind: 'close', code: 1012 }],
  );
});

test('a drain that runs out of time stops where it is, with no timer left', async () => {
  const { clock, app, chunks } = setUp({});
  const topics = 5;
  await joined(app, clock, topics);
  const before = clock.pending;
  const channels = [...app.context.channelSupervisor.living()] as Channel[];
  for (const [limitMs, told] of [
    [0, 1],
    [300, 1],
    [301, 2],
    [650, 3],
  ] as const) {
    chunks.length = 0;
    const startMs = clock.nowMs();
    let tookMs: number | null = null;
    void drainChannels(app.context, channels, { batchSize: 1, batchIntervalMs: 300 }, limitMs).then(
      () => (tookMs = clock.nowMs() - startMs),
    );
    await clock.advance(2_000);
    // The linger of the connection that was drained is over by then too.
    assert.deepEqual([tookMs, chunks.length, clock.pending], [limitMs, told, before], `limit ${limitMs}`);
  }
});

test('nothing to drain is drained at once', async () => {
  const { app, chunks } = setUp({});
  await app.drain();
  assert.deepEqual(chunks, []);
});
