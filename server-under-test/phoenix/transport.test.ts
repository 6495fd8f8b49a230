import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Application } from '../application.ts';
import { DEFAULT_CONFIG } from '../config.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import { errorReply, okReply } from '../testing/probe.ts';
import { clientFrame, MemoryPipe } from '../testing/memory-pipe.ts';
import { serializerV2 } from './serializer-v2.ts';
import type { Connected } from './transport.ts';
import { WebSocketTransport } from './websocket.ts';

const CONNECTED: Connected = {
  serializer: serializerV2,
  socketId: null,
  assigns: { user_id: null },
  requestId: null,
};

interface Client {
  readonly pipe: MemoryPipe;
  readonly transport: WebSocketTransport;
  send(...frames: unknown[]): Promise<void>;
}

function setUp(): { clock: ManualClock; app: Application; connect: () => Client } {
  const clock = new ManualClock();
  const app = new Application({ config: DEFAULT_CONFIG, clock, node: 0 });
  const connect = (): Client => {
    const pipe = new MemoryPipe();
    const transport = new WebSocketTransport(app.context, pipe, CONNECTED);
    const send = (...frames: unknown[]): Promise<void> => {
      transport.bytesIn(Buffer.concat(frames.map(clientFrame)));
      return clock.settle();
    };
    return { pipe, transport, send };
  };
  return { clock, app, connect };
}

const join = (ref: string, topic: string, payload: unknown = {}): unknown => [
  ref,
  ref,
  topic,
  'phx_join',
  payload,
];

test('a silent client of 60 s is closed at 60 s after its last byte, not earlier', async () => {
  const { clock, connect } = setUp();
  const { pipe, transport } = connect();
  await clock.advance(30_000);
  transport.bytesIn(clientFrame([null, '1', 'phoenix', 'heartbeat', {}]).subarray(0, 1));
  await clock.advance(59_999);
  assert.deepEqual(pipe.take(), []);
  await clock.advance(1);
  assert.deepEqual(pipe.take(), ['close 1002']);
});

test('one timer serves all idle clients, each at its own time', async () => {
  const { clock, connect } = setUp();
  const clients = [connect(), connect(), connect()];
  await clock.advance(10_000);
  await clients[0]?.send([null, '1', 'phoenix', 'heartbeat', {}]);
  await clock.advance(50_000);
  assert.deepEqual(
    clients.map(({ transport }) => transport.alive),
    [true, false, false],
  );
  await clock.advance(10_000);
  assert.equal(clients[0]?.transport.alive, false);
});

test('frames behind a join in one chunk wait for its answer and then come before the mailbox', async () => {
  const { clock, app, connect } = setUp();
  const { pipe, send } = connect();
  await send(join('1', 'room:a'));
  await send(
    join('2', 'room:b', { delay_ms: 1_000 }),
    [null, '3', 'phoenix', 'heartbeat', {}],
    join('4', 'nope'),
  );
  app.broadcast('room:a', 'news', {});
  await clock.advance(999);
  assert.deepEqual(pipe.take(), [okReply('1', '1', 'room:a')]);
  await clock.advance(1);
  assert.deepEqual(pipe.take(), [
    okReply('2', '2', 'room:b'),
    okReply(null, '3', 'phoenix'),
    errorReply(null, '4', 'nope', 'unmatched topic'),
    [null, null, 'room:a', 'news', {}],
  ]);
});

test('a held transport reads one more chunk and then pushes back until it is free', async () => {
  const { clock, connect } = setUp();
  const { pipe, send, transport } = connect();
  await send(join('1', 'room:a', { delay_ms: 100 }));
  assert.equal(pipe.paused, false);
  await send([null, '2', 'phoenix', 'heartbeat', {}]);
  assert.deepEqual([pipe.paused, transport.mailbox.length], [true, 1]);
  await clock.advance(100);
  assert.deepEqual([pipe.paused, pipe.take().length], [false, 2]);
});

test('the idle clock starts again when a slow join is answered (2.10)', async () => {
  const { clock, connect } = setUp();
  const { send, transport } = connect();
  await send(join('1', 'room:a', { delay_ms: 100_000 }));
  await clock.advance(159_999);
  assert.equal(transport.alive, true);
  await clock.advance(1);
  assert.equal(transport.alive, false);
});

test('a client that vanishes during a slow join is noticed after it; the channel joins and ends', async () => {
  const { clock, app, connect } = setUp();
  const before = app.context.runtime.processes;
  const { send, transport } = connect();
  await send(join('1', 'room:a', { delay_ms: 100 }));
  transport.pipeClosed();
  await clock.advance(50);
  assert.equal(transport.alive, true);
  await clock.advance(50);
  assert.deepEqual(
    [transport.exitReason, app.context.channels, app.context.runtime.processes],
    [{ shutdown: 'peer_closed' }, 0, before],
  );
});

test('a slow reader blocks its own transport, whose mailbox grows, and no broadcaster', async () => {
  const { clock, app, connect } = setUp();
  const [slow, quick] = [connect(), connect()];
  await slow.send(join('1', 'room:a'));
  await quick.send(join('1', 'room:a'));
  slow.pipe.reads = false;
  for (let n = 0; n < 100; n += 1) app.broadcast('room:a', 'news', { n });
  await clock.advance(20_000);
  assert.deepEqual([slow.pipe.take().length, quick.pipe.take().length], [2, 101]);
  assert.deepEqual([slow.transport.mailbox.length, app.snapshot().mailbox.max], [99, 99]);
  assert.equal(app.snapshot().mailbox.oldest_wait_ms, 20_000);
  slow.pipe.reads = true;
  slow.transport.pipeDrained();
  await clock.settle();
  assert.deepEqual([slow.pipe.take().length, slow.transport.mailbox.length], [99, 0]);
});

test('after 30 s in send the TCP connection goes, the process stays until its idle timeout', async () => {
  const { clock, app, connect } = setUp();
  const { pipe, send, transport } = connect();
  await send(join('1', 'room:a'));
  pipe.reads = false;
  for (let n = 0; n < 10; n += 1) app.broadcast('room:a', 'news', { n });
  await clock.advance(30_000);
  assert.deepEqual([pipe.destroyed, transport.alive, transport.mailbox.length], [true, true, 0]);
  await clock.advance(30_000);
  assert.deepEqual([transport.alive, app.context.channels], [false, 0]);
});

test('a join that never answers holds the transport for ever, and other connections go on', async () => {
  const { clock, connect } = setUp();
  const [held, free] = [connect(), connect()];
  await held.send(join('1', 'room:a', { delay_ms: 600_000 }), [null, '2', 'phoenix', 'heartbeat', {}]);
  for (let minute = 0; minute < 9; minute += 1) {
    await clock.advance(50_000);
    await free.send([null, '1', 'phoenix', 'heartbeat', {}]);
  }
  assert.deepEqual([held.pipe.take(), free.pipe.take().length], [[], 9]);
});

test('an intercepted broadcast waits behind the backlog of the channel, the fastlane does not', async () => {
  const { clock, app, connect } = setUp();
  const { pipe, send } = connect();
  await send(join('1', 'room:a'), ['1', '2', 'room:a', 'block', { ms: 500 }]);
  app.broadcast('room:a', 'ishout', { n: 1 });
  app.broadcast('room:a', 'news', {});
  await clock.advance(499);
  assert.deepEqual(pipe.take(), [okReply('1', '1', 'room:a'), [null, null, 'room:a', 'news', {}]]);
  await clock.advance(1);
  assert.deepEqual(pipe.take(), [
    okReply('1', '2', 'room:a', { ms: 500 }),
    ['1', null, 'room:a', 'ishout', { n: 1, to: null }],
  ]);
});
