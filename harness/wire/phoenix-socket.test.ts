import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, suite, test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { ManualClock } from '../base/clock.ts';
import { TimerWheel } from '../base/timer-wheel.ts';
import { PHOENIX_JS } from './client-profile.ts';
import { bareTransport } from './connection.ts';
import { PendingReplies } from './pending-reply.ts';
import { PhoenixSocket, type SocketWorld } from './phoenix-socket.ts';
import { ClientLog } from './testing/client-log.ts';
import type { Wire } from './testing/fake-link.ts';
import { wsTransport } from './ws-transport.ts';

// Across real sockets: what a link in memory could get wrong. The habits themselves are tested on one.

let server: WebSocketServer;
let refusing = false;
const clients: PhoenixSocket[] = [];

/** A client of the server, and a wait for what it tells next. */
function client(transport: SocketWorld['transport']) {
  const { port } = server.address() as AddressInfo;
  const clock = new ManualClock(1_000_000_000);
  const wheel = new TimerWheel(clock);
  const log = new ClientLog();
  const path = '/socket/websocket?vsn=2.0.0';
  const world: SocketWorld = {
    clock,
    wheel,
    pending: new PendingReplies(wheel),
    observer: log,
    profile: PHOENIX_JS,
    transport,
    draw: () => 0,
    endpointOf: () => ({
      endpoint: { host: '127.0.0.1', port, localAddress: null, tls: null },
      upgrade: { host: `127.0.0.1:${port}`, path, headers: {}, protocols: [] },
    }),
  };
  const socket = new PhoenixSocket(world, 0);
  clients.push(socket);
  const until = async (text: string, times = 1): Promise<void> => {
    while (log.count(text) < times) await new Promise<void>((resolve) => (log.onEntry = resolve));
  };
  return { clock, log, socket, until };
}

/** Answers as Phoenix does: joins and pushes with ok, a push of `news` with a broadcast in the same packet. */
function serve(peer: WebSocket): void {
  peer.on('error', () => {});
  peer.on('message', (data) => {
    const [joinRef, ref, topic, event] = JSON.parse((data as Buffer).toString('utf8')) as Wire;
    const status = { status: 'ok', response: {} };
    peer.send(JSON.stringify([joinRef, ref, topic, 'phx_reply', status]));
    if (event === 'news') peer.send(JSON.stringify([null, null, topic, 'news', { n: 1 }]));
    if (event === 'leave me') peer.close(1012);
  });
}

before(async () => {
  server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient: (_info, answer: (ok: boolean, code?: number) => void) => answer(!refusing, 403),
  });
  server.on('connection', serve);
  await new Promise((resolve) => server.once('listening', resolve));
});

afterEach(() => {
  for (const one of clients.splice(0)) one.stop();
  for (const peer of server.clients) peer.terminate();
  refusing = false;
});

after(() => server.close());

for (const [name, transport] of [
  ['the bare socket', bareTransport],
  ['ws', wsTransport],
] as const) {
  suite(`over ${name}`, { timeout: 20_000 }, () => {
    test('joins, pushes, hears, beats and disconnects', async () => {
      const { clock, log, socket, until } = client(transport);
      const channel = socket.addChannel('room:a', '{}');
      socket.connect(clock.nowUs());
      await until('joined room:a');
      const settled = new Promise((resolve) => {
        channel.push('news', '{}', clock.nowUs(), 10_000).settle = ({ status }) => resolve(status);
      });
      assert.equal(await settled, 'ok');
      await until('room:a news {"n":1}');
      clock.advanceUs(30_000_000);
      await until('heartbeat ok');
      socket.disconnect();
      await until('disconnected 1000 as wanted');
      assert.equal(log.count('late reply'), 0);
    });

    test('is closed by the server, refused, and back by the ladder with its topics joined', async () => {
      const { clock, socket, until } = client(transport);
      const channel = socket.addChannel('room:a', '{}');
      socket.connect(clock.nowUs());
      await until('joined room:a');
      refusing = true;
      channel.push('leave me', '{}', clock.nowUs(), 10_000);
      await until('disconnected 1012');
      clock.advanceUs(10_000);
      await until('connect error: HTTP 403');
      refusing = false;
      clock.advanceUs(49_000);
      assert.equal(socket.connection, null);
      clock.advanceUs(1_000);
      await until('recovered');
      assert.equal(channel.state, 'joined');
    });

    test('an event in one packet with the answer reaches who asks for it after the answer', async () => {
      const { clock, socket, until } = client(transport);
      const channel = socket.addChannel('room:a', '{}');
      socket.connect(clock.nowUs());
      await until('joined room:a');
      await new Promise((resolve) => (channel.push('news', '{}', clock.nowUs(), 10_000).settle = resolve));
      const arrival = await new Promise((resolve) => channel.next('news', 10_000, resolve));
      assert.deepEqual(arrival, { status: 'ok', payload: { n: 1 } });
    });
  });
}
