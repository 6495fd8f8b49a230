import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { classifyReason, type ExitReason } from '../otp/exit-reason.ts';
import { noreply, ok, type ChannelModule } from './channel.ts';
import { LocalServer } from '../testing/local-server.ts';
import { errorReply, okReply } from '../testing/probe.ts';

const reasons: string[] = [];
let heard: ((reason: string) => void) | null = null;

/** Notes why it ended; works through a backlog first. */
const witness: ChannelModule = {
  join: () => ok(),
  handleIn: async (_event, _payload, socket) => {
    await socket.wait(20);
    reasons.push('handled');
    return noreply();
  },
  terminate(reason: ExitReason) {
    reasons.push(classifyReason(reason));
    heard?.(classifyReason(reason));
  },
};

function nextEnd(): Promise<string> {
  reasons.length = 0;
  return new Promise((resolve) => {
    heard = resolve;
  });
}

let server: LocalServer;
before(async () => {
  server = await LocalServer.start({}, [{ pattern: 'why:*', module: witness }]);
});
after(() => server.stop());

async function statusOf(request: string, port = server.port): Promise<number> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(request);
  const [head] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(head.toString('latin1').split(' ')[1]);
}

function upgrade(path: string, extra = '', method = 'GET'): string {
  return (
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extra}\r\n`
  );
}

test('no vsn means V1 (1)', async () => {
  const probe = await server.connect('');
  probe.send({ topic: 'phoenix', event: 'heartbeat', payload: {}, ref: '1' });
  await probe.expect({
    topic: 'phoenix',
    event: 'phx_reply',
    ref: '1',
    payload: { status: 'ok', response: {} },
  });
});

test('V1 leaves and crashes carry a null ref unless the join had a join_ref (15)', async () => {
  const probe = await server.connect('vsn=1.0.0');
  const message = (event: string, ref: string): unknown => ({ topic: 'room:v1', event, payload: {}, ref });
  probe.send(
    message('phx_join', '1'),
    message('crash', '2'),
    message('phx_join', '3'),
    message('phx_leave', '4'),
  );
  const frames = (await probe.take(5)) as Array<Record<string, unknown>>;
  assert.deepEqual(
    frames.map(({ event, ref }) => [event, ref]),
    [
      ['phx_reply', '1'],
      ['phx_reply', '3'],
      ['phx_close', null],
      ['phx_reply', '4'],
      ['phx_close', null],
    ],
  );
  assert.ok(frames.every((frame) => !('join_ref' in frame)));
});

test('vsn, method, headers and path decide the status (2, 5)', async () => {
  const path = '/socket/websocket';
  assert.equal(await statusOf(upgrade(`${path}?vsn=2.0.9`)), 101);
  for (const vsn of ['vsn=2.1.0', 'vsn=abc', 'vsn=9.0.0', 'vsn[]=2', 'vsn=', 'vsn=2.0']) {
    assert.equal(await statusOf(upgrade(`${path}?${vsn}`)), 403, vsn);
  }
  assert.equal(await statusOf(upgrade(path, '', 'POST')), 400);
  assert.equal(await statusOf(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`), 400);
  assert.equal(await statusOf(upgrade('/elsewhere')), 404);
  assert.equal(await statusOf('GET /elsewhere HTTP/1.1\r\nHost: x\r\n\r\n'), 404);
});

test('a foreign origin is refused (4)', async () => {
  const path = '/socket/websocket?vsn=2.0.0';
  assert.equal(await statusOf(upgrade(path, 'Origin: https://evil.example\r\n')), 403);
  assert.equal(await statusOf(upgrade(path, 'Origin: http://localhost:8080\r\n')), 101);
});

test('a secret asks for its token (3)', async () => {
  const closed = await LocalServer.start({ secret: 's3cret' });
  try {
    for (const token of ['', '&token=wrong']) {
      assert.equal(await statusOf(upgrade(`/socket/websocket?vsn=2.0.0${token}`), closed.port), 403);
    }
    assert.equal(closed.app.snapshot().telemetry['phoenix.socket_connected'], 2);
    const probe = await closed.connect('vsn=2.0.0&token=s3cret');
    await probe.expectQuiet();
  } finally {
    await closed.stop();
  }
});

test('frames in the same packet as the upgrade are not lost', async () => {
  const socket = connect({ host: '127.0.0.1', port: server.port });
  const text = '[null,"1","phoenix","heartbeat",{}]';
  const frame = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
  socket.write(Buffer.concat([Buffer.from(upgrade('/socket/websocket?vsn=2.0.0')), frame]));
  let received = '';
  while (!received.includes('phx_reply'))
    received += ((await once(socket, 'data')) as [Buffer])[0].toString('latin1');
  socket.destroy();
  assert.match(received, /^HTTP\/1.1 101 /);
});

test('the phoenix topic knows heartbeats only (6, 7)', async () => {
  const probe = await server.connect();
  probe.send([null, '1', 'phoenix', 'heartbeat', {}], [null, '2', 'phoenix', 'foo', {}]);
  await probe.expect(okReply(null, '1', 'phoenix'), errorReply(null, '2', 'phoenix', 'unmatched topic'));
});

test('input nobody can decode closes with 1011 and ends every channel with the exception (8, 10)', async () => {
  for (const bad of [
    '{nope',
    '{"a":1}',
    '["1","2","t","e"]',
    '',
    Buffer.from([1, 0, 0, 0, 0]),
    Buffer.from([0, 9]),
  ]) {
    const end = nextEnd();
    const probe = await server.joined('why:bad');
    probe.socket.send(bad);
    assert.equal(await probe.closed, 1011, String(bad));
    assert.equal(await end, 'exception');
  }
});

test('a ping gets its pong (14)', async () => {
  const probe = await server.connect();
  probe.socket.ping('hi');
  await probe.expect('pong hi');
});

test('a silent client is closed with 1002, broadcasts to it do not count (66, 67)', async () => {
  const brief = await LocalServer.start({ idleTimeoutMs: 80 });
  try {
    const quiet = await brief.joined('room:idle');
    const lively = await brief.joined('room:idle');
    const { clock } = brief.app.context.runtime;
    let talking = true;
    const talk = (): void => {
      lively.send(['1', '2', 'room:idle', 'shout', {}]);
      if (talking) clock.after(10, talk);
    };
    talk();
    assert.equal(await quiet.closed, 1002);
    talking = false;
    assert.equal(lively.socket.readyState, lively.socket.OPEN);
  } finally {
    await brief.stop();
  }
});

test('a join longer than the idle timeout is answered before the clock starts again (33)', async () => {
  const brief = await LocalServer.start({ idleTimeoutMs: 60 });
  try {
    const probe = await brief.connect();
    probe.send(['1', '1', 'room:long', 'phx_join', { delay_ms: 150 }]);
    await probe.expect(okReply('1', '1', 'room:long'));
    assert.equal(await probe.closed, 1002);
  } finally {
    await brief.stop();
  }
});

test('a disconnect broadcast closes every connection of the id with 1001 and no frames (68)', async () => {
  const end = nextEnd();
  const probes = [
    await server.joined('why:d', {}, 'vsn=2.0.0&user_id=gone'),
    await server.connect('vsn=2.0.0&user_id=gone'),
  ];
  const other = await server.connect('vsn=2.0.0&user_id=stays');
  server.app.broadcast('user:gone', 'disconnect', {});
  for (const probe of probes) assert.equal(await probe.closed, 1001);
  assert.equal(await end, 'disconnected');
  await other.expectQuiet();
});

test('a client close is answered by the table of codes, and is local_closed to channels (2.8)', async () => {
  for (const [code, answer] of [
    [1000, 1000],
    [1001, 1000],
    [4001, 1000],
    [2000, 1002],
  ] as const) {
    const end = nextEnd();
    const probe = await server.joined('why:c');
    const socket = (probe.socket as unknown as { _socket: import('node:net').Socket })._socket;
    socket.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, code >> 8, code & 0xff]));
    assert.equal(await probe.closed, answer);
    assert.equal(await end, 'local_closed');
  }
});

test('an orphan works its backlog off before it learns that its connection is gone (2.9)', async () => {
  const end = nextEnd();
  const probe = await server.joined('why:o');
  for (let n = 0; n < 4; n += 1) probe.send(['1', String(n), 'why:o', 'work', {}]);
  await probe.expectQuiet();
  probe.drop();
  assert.equal(await end, 'peer_closed');
  assert.deepEqual(reasons, ['handled', 'handled', 'handled', 'handled', 'peer_closed']);
});

test('a drain closes with 1012, connections without channels live on until the stop (70)', async () => {
  const draining = await LocalServer.start();
  const busy = await draining.joined('room:1');
  await busy.join('2', 'room:2');
  const idle = await draining.connect();
  await draining.app.drain();
  assert.equal(await busy.closed, 1012);
  await idle.expectQuiet();
  await Promise.all([draining.stop(), idle.closed]);
});

test('a stop closes what was not drained with 1000 (72)', async () => {
  const stopping = await LocalServer.start();
  const idle = await stopping.connect();
  const stopped = stopping.app.stop(0);
  assert.equal(await idle.closed, 1000);
  await stopped;
});
