import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, suite, test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { Connection, type CloseCause, type ConnectionOwner } from './connection.ts';
import { encodeFrame, OPCODE } from './frame.ts';
import { upgradeRequest } from './handshake.ts';

const GUARD = { timeout: 20_000 };
const cleanups: (() => void)[] = [];
/** Called in each suite: a hook of the whole file would wait for the very servers it is to end. */
function cleanUp(): void {
  for (const cleanup of cleanups.splice(0)) cleanup();
}

/** Writes down what a connection tells, and lets a test wait for it. */
class Owner implements ConnectionOwner {
  readonly told: string[] = [];
  cause: CloseCause | null = null;
  #waiters: (() => void)[] = [];

  onOpen(): void {
    this.#tell('open');
  }
  onText(buffer: Buffer, from: number, to: number): void {
    this.#tell(buffer.toString('utf8', from, to));
  }
  onClosed(cause: CloseCause): void {
    this.cause = cause;
    this.#tell(`closed ${cause.code}`);
  }
  #tell(what: string): void {
    this.told.push(what);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }
  async until(condition: (told: readonly string[]) => boolean): Promise<void> {
    while (!condition(this.told)) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
  untilClosed(): Promise<void> {
    return this.until(() => this.cause !== null);
  }
}

function open(port: number): { connection: Connection; owner: Owner } {
  const owner = new Owner();
  const host = `127.0.0.1:${port}`;
  const connection = new Connection(
    { host: '127.0.0.1', port, localAddress: null },
    upgradeRequest(host, '/socket/websocket?vsn=2.0.0'),
    owner,
  );
  return { connection, owner };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

/** A server that has read the request's head and now does what the test says. */
async function bareServer(answer: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let head = '';
    const read = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      answer(socket);
    };
    socket.on('data', read);
  });
  cleanups.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return listening(server);
}

/** Opens one real WebSocket and hands over both of its ends. */
async function webSocketPair(): Promise<{
  connection: Connection;
  owner: Owner;
  peer: WebSocket;
  got: string[];
}> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  cleanups.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const accepted = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
  const { connection, owner } = open((server.address() as AddressInfo).port);
  const peer = await accepted;
  const got: string[] = [];
  peer.on('message', (data) => got.push((data as Buffer).toString('utf8')));
  await owner.until((told) => told.includes('open'));
  return { connection, owner, peer, got };
}

/** What a server that computes it for itself answers to our key. */
function acceptOf(): string {
  const key = /Sec-WebSocket-Key: (\S+)/.exec(upgradeRequest('h', '/').toString('latin1'))?.[1];
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

const ANSWER =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  `Sec-WebSocket-Accept: ${acceptOf()}\r\n\r\n`;
const HELLO = Buffer.concat([Buffer.from([0x81, 5]), Buffer.from('hello')]);

suite('against a WebSocket server of others', GUARD, () => {
  after(cleanUp);

  test('texts go both ways, short and long', async () => {
    const { connection, owner, peer } = await webSocketPair();
    peer.on('message', (data) => peer.send((data as Buffer).toString('utf8')));
    const texts = ['', 'zażółć “𝄞”', 'x'.repeat(126), 'y'.repeat(65_536), 'z'.repeat(300_000)];
    for (const text of texts) connection.send(encodeFrame(OPCODE.text, text));
    await owner.until((told) => told.length === texts.length + 1);
    assert.deepEqual(owner.told, ['open', ...texts]);
    connection.reset('done');
  });

  test('answers a ping with its payload, reads past pongs and binaries', async () => {
    const { connection, owner, peer } = await webSocketPair();
    const ponged = new Promise<string>((resolve) => peer.once('pong', (data) => resolve(String(data))));
    peer.pong('unasked');
    peer.send(Buffer.from([1, 2, 3]));
    peer.ping('are you there');
    assert.equal(await ponged, 'are you there');
    peer.send('after');
    await owner.until((told) => told.includes('after'));
    assert.deepEqual(owner.told, ['open', 'after']);
    connection.reset('done');
  });

  test('puts a message together that the server sends in fragments', async () => {
    const { connection, owner, peer } = await webSocketPair();
    peer.send('one ', { fin: false });
    peer.ping('between');
    peer.send('two', { fin: true });
    await owner.until((told) => told.length === 2);
    assert.deepEqual(owner.told, ['open', 'one two']);
    connection.reset('done');
  });

  test('hears the close code of the server and gives it back', async () => {
    const { owner, peer } = await webSocketPair();
    const echoed = new Promise<number>((resolve) => peer.once('close', resolve));
    peer.close(1_012, 'drained');
    await owner.untilClosed();
    assert.deepEqual(owner.cause, { code: 1_012, detail: 'closed by the server with 1012', refused: false });
    assert.equal(await echoed, 1_012);
  });

  test('a close frame without a code is answered with 1000', async () => {
    const { owner, peer } = await webSocketPair();
    const echoed = new Promise<number>((resolve) => peer.once('close', resolve));
    peer.close();
    await owner.untilClosed();
    assert.equal(owner.cause?.code, 1_005);
    assert.equal(await echoed, 1_000);
  });

  test('closes with the code it is told, once', async () => {
    const { connection, owner, peer } = await webSocketPair();
    const heard = new Promise<number>((resolve) => peer.once('close', resolve));
    connection.close(1_000);
    connection.close(1_000);
    assert.equal(await heard, 1_000);
    assert.deepEqual(owner.told, ['open', 'closed 1000']);
    assert.deepEqual(owner.cause, { code: 1_000, detail: 'closed by the client', refused: false });
  });

  test('a reset reaches the peer as a connection that broke', async () => {
    const { connection, owner, peer } = await webSocketPair();
    const heard = new Promise<number>((resolve) => peer.once('close', resolve));
    peer.on('error', () => {});
    connection.reset('reset by a fault');
    assert.deepEqual(owner.cause, { code: 1_006, detail: 'reset by a fault', refused: false });
    assert.equal(await heard, 1_006);
  });

  test('a server that vanishes is 1006, whether by FIN or by RST', async () => {
    for (const how of ['destroy', 'resetAndDestroy'] as const) {
      const { owner, peer } = await webSocketPair();
      const { _socket: socket } = peer as unknown as { _socket: Socket };
      socket[how]();
      await owner.untilClosed();
      assert.equal(owner.cause?.code, 1_006);
      assert.equal(owner.cause?.refused, false);
    }
  });

  test('what is sent after the end goes nowhere, and hurts nobody', async () => {
    const { connection, owner } = await webSocketPair();
    connection.reset('done');
    connection.send(encodeFrame(OPCODE.text, 'late'));
    connection.goDark();
    connection.goLight();
    assert.equal(connection.isOpen, false);
    assert.equal(connection.isDark, false);
    assert.deepEqual(owner.told, ['open', 'closed 1006']);
  });
});

suite('a dark link', GUARD, () => {
  after(cleanUp);

  test('hands over nothing, and everything in order when it is light again', async () => {
    const { connection, owner, peer, got } = await webSocketPair();
    connection.goDark();
    assert.equal(connection.isDark, true);
    for (const text of ['1', '2', '3']) connection.send(encodeFrame(OPCODE.text, text));
    for (const text of ['a', 'b', 'c']) peer.send(text);
    // A whole exchange over another connection leaves the kernel all the time it needs.
    const other = await webSocketPair();
    other.connection.send(encodeFrame(OPCODE.text, 'x'));
    await new Promise((resolve) => other.peer.once('message', resolve));
    other.peer.send('y');
    await other.owner.until((told) => told.includes('y'));
    assert.deepEqual(owner.told, ['open']);
    assert.deepEqual(got, []);
    assert.equal(connection.isOpen, true);

    connection.goLight();
    assert.equal(connection.isDark, false);
    const four = new Promise<void>((resolve) =>
      peer.on('message', (data) => (data as Buffer).toString('utf8') === '4' && resolve()),
    );
    connection.send(encodeFrame(OPCODE.text, '4'));
    await four;
    await owner.until((told) => told.length === 4);
    assert.deepEqual(got, ['1', '2', '3', '4']);
    assert.deepEqual(owner.told, ['open', 'a', 'b', 'c']);
    connection.reset('done');
    other.connection.reset('done');
  });

  test('may end while it is dark', async () => {
    const { connection, owner, peer, got } = await webSocketPair();
    const heard = new Promise<number>((resolve) => peer.once('close', resolve));
    connection.goDark();
    connection.send(encodeFrame(OPCODE.text, 'held'));
    connection.close(1_000);
    assert.equal(owner.cause?.code, 1_000);
    connection.goLight();
    // No close frame came out of the dark: the peer sees a connection that went away.
    assert.equal(await heard, 1_006);
    assert.deepEqual(got, []);
  });

  test('going dark twice holds back once, and going light without it does nothing', async () => {
    const { connection, owner, peer } = await webSocketPair();
    connection.goLight();
    connection.goDark();
    connection.send(encodeFrame(OPCODE.text, 'kept'));
    connection.goDark();
    const heard = new Promise<string>((resolve) =>
      peer.once('message', (data) => resolve((data as Buffer).toString('utf8'))),
    );
    connection.goLight();
    assert.equal(await heard, 'kept');
    assert.deepEqual(owner.told, ['open']);
    connection.reset('done');
  });
});

suite('against a bare server', GUARD, () => {
  after(cleanUp);

  /** Sends pieces one after the other, each in a write of its own. */
  function drip(socket: Socket, pieces: readonly (Buffer | string)[]): void {
    socket.setNoDelay(true);
    const [first, ...rest] = pieces;
    if (first === undefined) return;
    socket.write(first, () => setImmediate(() => drip(socket, rest)));
  }

  test('takes a response head in any pieces, and the first frame in the same chunk', async () => {
    const all = Buffer.concat([Buffer.from(ANSWER), HELLO]);
    for (const cuts of [[], [1], [20, 60, 61], [ANSWER.length - 2], [ANSWER.length], [ANSWER.length + 1]]) {
      const edges = [0, ...cuts, all.length];
      const pieces = edges.slice(1).map((to, i) => all.subarray(edges[i], to));
      const { owner, connection } = open(await bareServer((socket) => drip(socket, pieces)));
      await owner.until((told) => told.length === 2);
      assert.deepEqual(owner.told, ['open', 'hello']);
      connection.reset('done');
    }
  });

  test('a closing frame right behind the head opens and closes', async () => {
    const closing = Buffer.from([0x88, 2, 0x03, 0xe9]);
    const port = await bareServer((socket) =>
      socket.write(Buffer.concat([Buffer.from(ANSWER), HELLO, closing])),
    );
    const { owner } = open(port);
    await owner.untilClosed();
    assert.deepEqual(owner.told, ['open', 'hello', 'closed 1001']);
  });

  test('is refused, with the status, by a server that answers otherwise', async () => {
    const port = await bareServer((socket) =>
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'),
    );
    const { owner } = open(port);
    await owner.untilClosed();
    assert.deepEqual(owner.cause, { code: 1_006, detail: 'HTTP 403', refused: true });
    assert.deepEqual(owner.told, ['closed 1006']);
  });

  test('is refused by a server that closes in the middle of the head', async () => {
    const { owner } = open(await bareServer((socket) => socket.end(ANSWER.slice(0, 40))));
    await owner.untilClosed();
    assert.deepEqual(owner.told, ['closed 1006']);
    assert.equal(owner.cause?.refused, true);
  });

  test('is refused by a server that resets during the upgrade', async () => {
    const { owner } = open(await bareServer((socket) => socket.resetAndDestroy()));
    await owner.untilClosed();
    assert.deepEqual(owner.cause, { code: 1_006, detail: 'ECONNRESET', refused: true });
  });

  test('is refused by a head that never ends', async () => {
    const port = await bareServer((socket) => {
      socket.write('HTTP/1.1 101 x\r\n');
      const more = (): void =>
        void socket.write(`x-filler: ${'f'.repeat(1_000)}\r\n`, (error) => error || more());
      more();
    });
    const { owner } = open(port);
    await owner.untilClosed();
    assert.deepEqual(owner.cause, { code: 1_006, detail: 'an endless response head', refused: true });
  });

  test('is refused where nobody listens', async () => {
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    const { owner } = open(port);
    await owner.untilClosed();
    assert.deepEqual(owner.cause, { code: 1_006, detail: 'ECONNREFUSED', refused: true });
  });

  test('a server that never answers can be given up', async () => {
    let asked!: () => void;
    const request = new Promise<void>((resolve) => (asked = resolve));
    const ended = Promise.withResolvers<void>();
    const port = await bareServer((socket) => {
      socket.on('close', () => ended.resolve());
      asked();
    });
    const { connection, owner } = open(port);
    await request;
    assert.deepEqual(owner.told, []);
    connection.reset('no answer in time');
    assert.deepEqual(owner.cause, { code: 1_006, detail: 'no answer in time', refused: true });
    await ended.promise;
  });

  test('a server that breaks the protocol hears the code for it', async () => {
    const masked = Buffer.from([0x81, 0x85, 0, 0, 0, 0, 104, 101, 108, 108, 111]);
    const oversized = Buffer.from([0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0]);
    for (const [bytes, code] of [
      [masked, 1_002],
      [oversized, 1_009],
    ] as const) {
      const heard = Promise.withResolvers<Buffer>();
      const port = await bareServer((socket) => {
        socket.once('data', (chunk: Buffer) => heard.resolve(chunk));
        socket.write(Buffer.concat([Buffer.from(ANSWER), HELLO, bytes, HELLO]));
      });
      const { owner } = open(port);
      await owner.untilClosed();
      assert.deepEqual(owner.told, ['open', 'hello', `closed ${code}`]);
      assert.match(owner.cause?.detail ?? '', /^protocol error: /);
      const frame = await heard.promise;
      assert.deepEqual([frame[0], frame.readUInt16BE(6)], [0x88, code]);
    }
  });
});
