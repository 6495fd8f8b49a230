import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { after, suite, test } from 'node:test';
import { bareTransport } from './connection.ts';
import { ByteServer, type Asked } from './testing/byte-server.ts';
import { fullListener } from './testing/full-listener.ts';
import { RecordingOwner } from './testing/recording-owner.ts';
import { closeFrame, cutAt, serverFrame } from './testing/server-bytes.ts';
import type { ClientConnection, Transport } from './transport.ts';
import { wsTransport } from './ws-transport.ts';

const GUARD = { timeout: 20_000 };
const MAX_BYTES = 100_000;
const HELLO = serverFrame(1, 'hello');
const servers: ByteServer[] = [];

type Opened = { connection: ClientConnection; owner: RecordingOwner };

function open(transport: Transport, port: number): Opened {
  const owner = new RecordingOwner();
  const endpoint = { host: '127.0.0.1', port, localAddress: '127.0.0.9', tls: null };
  const upgrade = { host: 'chat.test', path: '/socket?vsn=2.0.0', headers: {}, protocols: [] };
  return { connection: transport(endpoint, upgrade, owner, MAX_BYTES), owner };
}

async function serving(answer: (socket: Socket, asked: Asked) => void): Promise<ByteServer> {
  const server = await ByteServer.answering(answer);
  servers.push(server);
  return server;
}

const says =
  (text: string) =>
  (socket: Socket): void =>
    void socket.write(text);
const answers =
  (change: (answer: string) => string) =>
  (socket: Socket, { answer }: Asked): void =>
    void socket.write(change(answer));
const upgradesThen =
  (...pieces: readonly Buffer[]) =>
  (socket: Socket, { answer }: Asked): void =>
    void socket.write(Buffer.concat([Buffer.from(answer), ...pieces]));
const withHeader = (line: string) => (answer: string) => answer.replace('\r\n\r\n', `\r\n${line}\r\n\r\n`);

function endless(socket: Socket): void {
  socket.write('HTTP/1.1 101 x\r\n');
  const more = (): void =>
    void socket.write(`x-filler: ${'f'.repeat(1_000)}\r\n`, (error) => error || more());
  more();
}

/** What a server does, and the outcome it has by name; where `ws` says another, its own. */
type Case = [does: (socket: Socket, asked: Asked) => void, outcome: string, ofWs?: string];

const REFUSED: Record<string, Case> = {
  'garbage instead of HTTP': [says('SSH-2.0-OpenSSH_9.9\r\n'), 'no HTTP answer'],
  'garbage with an end to it': [says('\u0000\u0001\r\n\r\n'), 'no HTTP answer'],
  'one wrong byte': [says('X'), 'no HTTP answer'],
  'a newer HTTP': [says('HTTP/2 101\r\n\r\n'), 'no HTTP answer'],
  'an alert of TLS': [
    (socket) => socket.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 10])),
    'the server speaks TLS',
    'no HTTP answer',
  ],
  'an endless head': [endless, 'an endless response head'],
  'a bad request': [says('HTTP/1.1 400 Bad Request\r\n\r\n'), 'HTTP 400'],
  'a refusal': [says('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'), 'HTTP 403'],
  'no such path': [says('HTTP/1.0 404 Not Found\r\n\r\nno socket here'), 'HTTP 404'],
  'a page': [says('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'), 'HTTP 200'],
  'too many requests': [says('HTTP/1.1 429 x\r\nretry-after: 30\r\n\r\n'), 'HTTP 429, Retry-After 30'],
  'no service': [says('HTTP/1.1 503 x\r\nRetry-After:  120 \r\n\r\n'), 'HTTP 503, Retry-After 120'],
  'no service, no word until when': [says('HTTP/1.1 503 x\r\n\r\n'), 'HTTP 503'],
  'a page moved': [
    says('HTTP/1.1 301 x\r\nlocation: https://me:secret@chat.test/login?token=secret\r\n\r\n'),
    'HTTP 301, redirected to https://chat.test/login',
  ],
  // A control character in a header: ours shows a space, Node's parser refuses the whole answer.
  'a page found elsewhere': [
    says('HTTP/1.1 302 x\r\nLocation: /a\u0007b\r\n\r\n'),
    'HTTP 302, redirected to /a b',
    'no HTTP answer',
  ],
  'a wrong proof': [
    answers((answer) => answer.replace(/Accept: .*/, 'Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=')),
    'wrong Sec-WebSocket-Accept',
  ],
  'no proof': [answers((answer) => answer.replace(/Sec-.*\r\n/, '')), 'wrong Sec-WebSocket-Accept'],
  'an upgrade to something else': [
    answers((answer) => answer.replace('websocket', 'h2c')),
    '101 without Upgrade: websocket',
  ],
  'an extension nobody offered': [
    answers(withHeader('Sec-WebSocket-Extensions: permessage-deflate')),
    'an extension nobody offered',
  ],
  'a subprotocol nobody offered': [
    answers(withHeader('Sec-WebSocket-Protocol: phoenix')),
    'a subprotocol nobody offered',
  ],
  'a close in the middle of the head': [
    (socket, { answer }) => socket.end(answer.slice(0, 40)),
    'closed during the upgrade',
  ],
  'a close without a word': [(socket) => socket.end(), 'closed during the upgrade'],
  'a reset in the middle of the upgrade': [(socket) => socket.resetAndDestroy(), 'ECONNRESET'],
};
const OPENED: Record<string, Case> = {
  'garbage after the upgrade': [
    upgradesThen(Buffer.from('HTTP/1.1 200 OK')),
    'protocol error: reserved bits are set',
  ],
  'a head that announces too much': [
    upgradesThen(Buffer.from([0x82, 127, 0, 0, 0, 0, 127, 0, 0, 0])),
    'protocol error: a message too large',
  ],
  'a masked frame': [
    upgradesThen(Buffer.from([0x81, 0x81, 1, 2, 3, 4, 5])),
    'protocol error: a server frame is masked',
  ],
  'bytes that are no text': [
    upgradesThen(serverFrame(1, Buffer.from([255]))),
    'protocol error: text that is not UTF-8',
  ],
  'a close code from nowhere': [
    upgradesThen(closeFrame(1_006)),
    'protocol error: a close code not allowed on the wire',
  ],
  'a close in the middle of a frame': [
    (socket, { answer }) => socket.end(Buffer.concat([Buffer.from(answer), Buffer.from([0x81, 20, 0x61])])),
    'closed without a close frame',
  ],
  'a reason that writes over the terminal': [
    upgradesThen(closeFrame(4_001, `\u001b[2Jgone\n${'x'.repeat(100)}`)),
    `closed by the server with 4001: [2Jgone ${'x'.repeat(71)}…`,
  ],
};

for (const [kind, transport] of [
  ['bare', bareTransport],
  ['ws', wsTransport],
] as const) {
  suite(`${kind} against a server that answers with`, GUARD, () => {
    after(() => {
      for (const server of servers.splice(0)) server.stop();
    });

    for (const [what, [does, outcome, ofWs]] of Object.entries(REFUSED)) {
      test(`${what}: a refusal by name`, async () => {
        const server = await serving(does);
        const { owner } = open(transport, server.port);
        await owner.untilClosed();
        const detail = kind === 'ws' ? (ofWs ?? outcome) : outcome;
        assert.deepEqual(owner.cause, { code: 1_006, detail, refused: true });
        assert.deepEqual(owner.told, ['closed 1006']);
        await server.untilDeserted();
      });
    }

    for (const [what, [does, outcome]] of Object.entries(OPENED)) {
      test(`${what}: an end by name`, async () => {
        const server = await serving(does);
        const { owner } = open(transport, server.port);
        await owner.untilClosed();
        assert.equal(owner.cause?.detail, outcome);
        assert.equal(owner.cause?.refused, false);
        assert.equal(owner.told[0], 'open');
        assert.equal(owner.told.length, 2);
        await server.untilDeserted();
      });
    }

    test('half a head, or nothing, for ever: the caller gives up, and the descriptor goes', async () => {
      for (const half of ['', 'HTTP/1.1 101 Switching']) {
        const asked = Promise.withResolvers<void>();
        const server = await serving((socket) => {
          if (half !== '') socket.write(half);
          asked.resolve();
        });
        const { connection, owner } = open(transport, server.port);
        await asked.promise;
        assert.deepEqual(owner.told, []);
        connection.reset('no answer in time');
        assert.deepEqual(owner.cause, { code: 1_006, detail: 'no answer in time', refused: true });
        await server.untilDeserted();
      }
    });

    test('nothing, since it was given up before it was connected', async () => {
      const server = await serving(() => {});
      for (const giveUp of ['reset', 'close'] as const) {
        const { connection, owner } = open(transport, server.port);
        if (giveUp === 'reset') connection.reset('changed our mind');
        else connection.close(1_000);
        assert.equal(owner.cause?.refused, true);
        assert.equal(owner.told.length, 1);
      }
      // Both sockets are gone here before a third one has been answered there.
      const third = open(transport, (await serving((socket) => socket.end())).port);
      await third.owner.untilClosed();
      await server.untilDeserted();
    });

    test('no answer to its SYN: given up, it leaves no descriptor waiting', async () => {
      const listener = await fullListener();
      const sockets = (): number =>
        process.getActiveResourcesInfo().filter((what) => /^TCP(?:Socket|Connect)/.test(what)).length;
      const before = sockets();
      const opened = Array.from({ length: 6 }, () => open(transport, listener.port));
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(sockets() > before);
      for (const { connection } of opened) connection.reset('no answer in time');
      for (const { owner } of opened) assert.equal(owner.cause?.detail, 'no answer in time');
      while (sockets() > before) await new Promise((resolve) => setImmediate(resolve));
      await listener.stop();
    });

    test('frames in the packet of the head, in any pieces', async () => {
      for (const cuts of [[], [1], [20, 60, 61], [129], [130], [131], [133]]) {
        const server = await serving((socket, { answer }) => {
          socket.setNoDelay(true);
          const pieces = cutAt(Buffer.concat([Buffer.from(answer), HELLO, HELLO, closeFrame(1_001)]), cuts);
          const next = (): void => {
            const piece = pieces.shift();
            if (piece) socket.write(piece, () => setImmediate(next));
          };
          next();
        });
        const { owner } = open(transport, server.port);
        await owner.untilClosed();
        assert.deepEqual(owner.told, ['open', 'hello', 'hello', 'closed 1001']);
        await server.untilDeserted();
      }
    });

    test('no one, where nobody listens', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      const { owner } = open(transport, port);
      await owner.untilClosed();
      assert.deepEqual(owner.cause, { code: 1_006, detail: 'ECONNREFUSED', refused: true });
    });
  });
}

suite('our own connection', GUARD, () => {
  after(() => {
    for (const server of servers.splice(0)) server.stop();
  });

  test('tells a server that breaks the protocol the code for it', async () => {
    const heard = Promise.withResolvers<Buffer>();
    const server = await serving((socket, { answer }) => {
      socket.once('data', (chunk: Buffer) => heard.resolve(chunk));
      socket.write(Buffer.concat([Buffer.from(answer), HELLO, serverFrame(1, Buffer.from([0xff])), HELLO]));
    });
    const { owner } = open(bareTransport, server.port);
    await owner.untilClosed();
    assert.deepEqual(owner.told, ['open', 'hello', 'closed 1007']);
    const frame = await heard.promise;
    assert.deepEqual([frame[0], frame.readUInt16BE(6)], [0x88, 1_007]);
  });

  test('holds no endless pongs for a server that pings and never reads', async () => {
    const server = await serving((socket, { answer }) => {
      socket.pause();
      socket.write(answer);
      const ping = Buffer.concat(Array.from({ length: 500 }, () => serverFrame(9, 'x'.repeat(125))));
      let left = 200;
      const more = (): void => {
        left -= 1;
        if (left > 0) socket.write(ping, more);
        else socket.write(HELLO);
      };
      more();
    });
    const { connection, owner } = open(bareTransport, server.port);
    await owner.until((told) => told.includes('hello'));
    // 100,000 pongs of 131 bytes are 13 MB; the kernel's buffers take some of them.
    assert.ok(connection.bufferedBytes < 100_000, `${connection.bufferedBytes}`);
    connection.reset('done');
  });
});
