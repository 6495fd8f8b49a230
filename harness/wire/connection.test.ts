import assert from 'node:assert/strict';
import type { AddressInfo, Socket } from 'node:net';
import { after, suite, test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { bareTransport } from './connection.ts';
import { encodeFrame, OPCODE } from './frame.ts';
import { upgradeRequest } from './handshake.ts';
import { RecordingOwner } from './testing/recording-owner.ts';
import { dark, rough } from './testing/rough.ts';
import type { ClientConnection, Transport } from './transport.ts';
import { wsTransport } from './ws-transport.ts';

const GUARD = { timeout: 20_000 };
const MAX_BYTES = 1_048_576;
const cleanups: (() => void)[] = [];
/** Called in each suite: a hook of the whole file would wait for the very servers it is to end. */
function cleanUp(): void {
  for (const cleanup of cleanups.splice(0)) cleanup();
}

function open(transport: Transport, port: number): { connection: ClientConnection; owner: RecordingOwner } {
  const owner = new RecordingOwner();
  const endpoint = { host: '127.0.0.1', port, localAddress: null, tls: null };
  const request = upgradeRequest(`127.0.0.1:${port}`, '/socket/websocket?vsn=2.0.0');
  return { connection: transport(endpoint, request, owner, MAX_BYTES), owner };
}

/** Opens one real WebSocket and hands over both of its ends. */
async function webSocketPair(transport: Transport): Promise<{
  connection: ClientConnection;
  owner: RecordingOwner;
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
  const { connection, owner } = open(transport, (server.address() as AddressInfo).port);
  const peer = await accepted;
  const got: string[] = [];
  peer.on('message', (data) => got.push((data as Buffer).toString('utf8')));
  await owner.until((told) => told.includes('open'));
  return { connection, owner, peer, got };
}

for (const [kind, transport] of [
  ['bare', bareTransport],
  ['ws', wsTransport],
] as const) {
  suite(`${kind} against a WebSocket server of others`, GUARD, () => {
    after(cleanUp);

    test('texts go both ways, short and long', async () => {
      const { connection, owner, peer } = await webSocketPair(transport);
      peer.on('message', (data) => peer.send((data as Buffer).toString('utf8')));
      const texts = ['', 'zażółć “𝄞”', 'x'.repeat(126), 'y'.repeat(65_536), 'z'.repeat(300_000)];
      for (const text of texts) connection.send(encodeFrame(OPCODE.text, text));
      await owner.until((told) => told.length === texts.length + 1);
      assert.deepEqual(owner.told, ['open', ...texts]);
      connection.reset('done');
    });

    test('answers a ping with its payload, reads past pongs, hands binaries over', async () => {
      const { connection, owner, peer } = await webSocketPair(transport);
      const ponged = new Promise<string>((resolve) => peer.once('pong', (data) => resolve(String(data))));
      peer.pong('unasked');
      peer.send(Buffer.from([1, 2, 3]));
      peer.ping('are you there');
      assert.equal(await ponged, 'are you there');
      peer.send('after');
      await owner.until((told) => told.includes('after'));
      assert.deepEqual(owner.told, ['open', 'binary 010203', 'after']);
      connection.reset('done');
    });

    test('puts a message together that the server sends in fragments', async () => {
      const { connection, owner, peer } = await webSocketPair(transport);
      peer.send('one ', { fin: false });
      peer.ping('between');
      peer.send('two', { fin: true });
      await owner.until((told) => told.length === 2);
      assert.deepEqual(owner.told, ['open', 'one two']);
      connection.reset('done');
    });

    test('hears the close code of the server and gives it back', async () => {
      const { owner, peer } = await webSocketPair(transport);
      const echoed = new Promise<number>((resolve) => peer.once('close', resolve));
      peer.close(1_012, 'drained');
      await owner.untilClosed();
      assert.deepEqual(owner.cause, {
        code: 1_012,
        detail: 'closed by the server with 1012: drained',
        refused: false,
      });
      assert.equal(await echoed, 1_012);
    });

    test('a close frame without a code is answered', async () => {
      const { owner, peer } = await webSocketPair(transport);
      const echoed = new Promise<number>((resolve) => peer.once('close', resolve));
      peer.close();
      await owner.untilClosed();
      assert.equal(owner.cause?.code, 1_005);
      assert.equal(await echoed, kind === 'bare' ? 1_000 : 1_005);
    });

    test('closes with the code it is told, once', async () => {
      const { connection, owner, peer } = await webSocketPair(transport);
      const heard = new Promise<string>((resolve) =>
        peer.once('close', (code, reason) => resolve(`${code} ${reason.toString('utf8')}`)),
      );
      connection.close(1_000, 'ś'.repeat(100));
      connection.close(1_000);
      assert.equal(await heard, `1000 ${'ś'.repeat(61)}`);
      assert.deepEqual(owner.told, ['open', 'closed 1000']);
      assert.deepEqual(owner.cause, { code: 1_000, detail: 'closed by the client', refused: false });
    });

    test('a reset reaches the peer as a connection that broke', async () => {
      const { connection, owner, peer } = await webSocketPair(transport);
      const heard = new Promise<number>((resolve) => peer.once('close', resolve));
      peer.on('error', () => {});
      connection.reset('reset by a fault');
      assert.deepEqual(owner.cause, { code: 1_006, detail: 'reset by a fault', refused: false });
      assert.equal(await heard, 1_006);
    });

    test('a server that vanishes is 1006, whether by FIN or by RST', async () => {
      for (const how of ['destroy', 'resetAndDestroy'] as const) {
        const { owner, peer } = await webSocketPair(transport);
        const { _socket: socket } = peer as unknown as { _socket: Socket };
        socket[how]();
        await owner.untilClosed();
        assert.equal(owner.cause?.code, 1_006);
        assert.equal(owner.cause?.refused, false);
      }
    });

    test('what is sent after the end goes nowhere, and hurts nobody', async () => {
      const { connection, owner } = await webSocketPair(transport);
      connection.reset('done');
      connection.send(encodeFrame(OPCODE.text, 'late'));
      connection.sever({ code: 1_000 });
      connection.tellSevered('late', 0);
      assert.equal(connection.isOpen, false);
      assert.deepEqual(owner.told, ['open', 'closed 1006']);
    });
  });

  suite(`${kind}: severed`, GUARD, () => {
    after(cleanUp);

    test('is over on the wire at once, and for its owner when that is told', async () => {
      for (const [how, code] of [
        ['reset', 1_006],
        [{ code: 1_001 }, 1_001],
      ] as const) {
        const { connection, owner, peer, got } = await webSocketPair(transport);
        const gone = new Promise<number>((resolve) => peer.once('close', resolve));
        peer.on('error', () => {});
        peer.send('unread');
        connection.sever(how);
        connection.send(encodeFrame(OPCODE.text, 'late'));
        assert.equal(await gone, code);
        assert.deepEqual([connection.isOpen, owner.told, got], [false, ['open'], []]);
        connection.sever('reset');
        for (const atUs of [7, 8]) connection.tellSevered('cut', atUs);
        connection.reset('again');
        assert.deepEqual(owner.told, ['open', 'closed 1006']);
        assert.deepEqual(owner.cause, { code: 1_006, detail: 'cut', refused: false, atUs: 7 });
      }
    });

    test('is told by whatever ends it before that, once and as one that was open', async () => {
      for (const [end, code] of [
        [(one: ClientConnection) => one.reset('given up'), 1_006],
        [(one: ClientConnection) => one.close(1_000), 1_000],
      ] as const) {
        const { connection, owner } = await webSocketPair(transport);
        connection.sever('reset');
        end(connection);
        assert.deepEqual([owner.cause?.code, owner.cause?.refused], [code, false]);
        connection.tellSevered('cut', 7);
        assert.deepEqual(owner.told, ['open', `closed ${code}`]);
      }
    });

    test('nobody is severed who is not open, nor told without it', async () => {
      const { connection, owner } = await webSocketPair(transport);
      connection.tellSevered('cut', 7);
      assert.equal(connection.isOpen, true);
      connection.reset('done');
      const early = open(transport, 9);
      early.connection.sever('reset');
      early.connection.tellSevered('cut', 7);
      assert.deepEqual([owner.told, early.owner.told], [['open', 'closed 1006'], []]);
      await early.owner.untilClosed();
      assert.equal(early.owner.cause?.refused, true);
    });
  });

  suite(`${kind}: a dark link`, GUARD, () => {
    after(cleanUp);

    test('hands over nothing, and everything in order when it is light again', async () => {
      const { connection, owner, peer, got } = await webSocketPair(transport);
      const { lift } = rough(connection, dark);
      assert.equal(connection.bufferedBytes, 0);
      for (const text of ['1', '2', '3']) connection.send(encodeFrame(OPCODE.text, text));
      for (const text of ['a', 'b', 'c']) peer.send(text);
      assert.equal(connection.bufferedBytes, 3 * 7);
      // A whole exchange over another connection leaves the kernel all the time it needs.
      const other = await webSocketPair(transport);
      other.connection.send(encodeFrame(OPCODE.text, 'x'));
      await new Promise((resolve) => other.peer.once('message', resolve));
      other.peer.send('y');
      await other.owner.until((told) => told.includes('y'));
      assert.deepEqual(owner.told, ['open']);
      assert.deepEqual(got, []);
      assert.equal(connection.isOpen, true);

      lift();
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

    test('who closes in the dark is gone, and the peer hears of it when it is light, behind all that waited', async () => {
      const { connection, owner, peer, got } = await webSocketPair(transport);
      const heard = new Promise<number>((resolve) => peer.once('close', resolve));
      const { lift, links } = rough(connection, dark);
      connection.send(encodeFrame(OPCODE.text, 'held'));
      connection.close(4_001);
      assert.equal(owner.cause?.code, 4_001);
      const other = await webSocketPair(transport);
      other.connection.close(1_000);
      await new Promise((resolve) => other.peer.once('close', resolve));
      assert.deepEqual([got, peer.readyState], [[], 1]);
      lift();
      assert.equal(await heard, 4_001);
      assert.deepEqual(got, ['held']);
      assert.equal(links.size, 0);
    });

    test('two that make it dark keep it so until both are lifted', async () => {
      const { connection, owner, peer } = await webSocketPair(transport);
      const first = rough(connection, dark);
      connection.send(encodeFrame(OPCODE.text, 'kept'));
      const second = rough(connection, dark);
      const heard = new Promise<string>((resolve) =>
        peer.once('message', (data) => resolve((data as Buffer).toString('utf8'))),
      );
      first.lift();
      assert.equal(connection.bufferedBytes, 10);
      second.lift();
      assert.equal(await heard, 'kept');
      assert.deepEqual(owner.told, ['open']);
      connection.reset('done');
    });
  });
}
