import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, suite, test } from 'node:test';
import { bareTransport } from './connection.ts';
import { ByteServer, type Asked } from './testing/byte-server.ts';
import { RecordingOwner } from './testing/recording-owner.ts';
import type { ClientConnection, Transport, Upgrade } from './transport.ts';
import { wsTransport } from './ws-transport.ts';

const servers: ByteServer[] = [];

type Opened = { connection: ClientConnection; owner: RecordingOwner };

function open(transport: Transport, port: number, changes: Partial<Upgrade>): Opened {
  const owner = new RecordingOwner();
  const endpoint = { host: '127.0.0.1', port, localAddress: '127.0.0.9', tls: null };
  const upgrade = { host: 'chat.test', path: '/socket?vsn=2.0.0', headers: {}, protocols: [], ...changes };
  return { connection: transport(endpoint, upgrade, owner, 1_000), owner };
}

async function serving(answer: (socket: Socket, asked: Asked) => void): Promise<ByteServer> {
  const server = await ByteServer.answering(answer);
  servers.push(server);
  return server;
}

for (const [kind, transport] of [
  ['bare', bareTransport],
  ['ws', wsTransport],
] as const) {
  suite(`${kind}: the request`, { timeout: 20_000 }, () => {
    after(() => {
      for (const server of servers.splice(0)) server.stop();
    });

    test('asks with our headers and subprotocols, from our address', async () => {
      const asked = Promise.withResolvers<string>();
      const server = await serving((socket, { head, answer }) => {
        asked.resolve(`${socket.remoteAddress}\n${head}`);
        socket.write(answer.replace('\r\n\r\n', '\r\nsec-websocket-protocol: phoenix\r\n\r\n'));
      });
      const headers = { Authorization: 'Bearer x', 'x-client': '7' };
      const { connection, owner } = open(transport, server.port, { headers, protocols: ['phoenix', 'a.b'] });
      await owner.until((told) => told.includes('open'));
      const head = await asked.promise;
      assert.match(head, /^127\.0\.0\.9\nGET \/socket\?vsn=2\.0\.0 HTTP\/1\.1\r\n/);
      assert.match(head, /\r\nHost: chat\.test\r\n/);
      assert.match(head, /\r\nAuthorization: Bearer x\r\n/);
      assert.match(head, /\r\nx-client: 7\r\n/);
      assert.match(head, /\r\nSec-WebSocket-Protocol: phoenix, ?a\.b\r\n/);
      connection.reset('done');
      await server.untilDeserted();
    });

    test('a server that chooses none of our subprotocols: as the RFC lets it, or as the stock client', async () => {
      const server = await serving((socket, { answer }) => socket.write(answer));
      const { connection, owner } = open(transport, server.port, { protocols: ['phoenix'] });
      await owner.until((told) => told.length > 0);
      // The RFC lets a server choose none; `ws`, as Chromium, wants one.
      if (kind === 'bare') assert.deepEqual(owner.told, ['open']);
      else assert.equal(owner.cause?.detail, 'no subprotocol, though some were offered');
      connection.reset('done');
      await server.untilDeserted();
    });

    test('tells what cannot be sent later and by name, without its value', async () => {
      const bad: [Partial<Upgrade>, string][] = [
        [{ headers: { 'x-a': 'secret\r\nx-b: 1' } }, 'the value of the header x-a'],
        [{ headers: { 'x a': '1' } }, 'the name of a header'],
        [
          { headers: { 'sec-websocket-key': '1' } },
          "the header sec-websocket-key, which is the handshake's own",
        ],
        [{ path: '/a b' }, 'the path'],
        [{ path: '/a\r\nx: 1' }, 'the path'],
        [{ host: 'a\r\nb' }, 'the Host header'],
        [{ protocols: ['a,b'] }, 'the name of a subprotocol'],
        [{ protocols: ['a', 'a'] }, 'a subprotocol offered twice'],
      ];
      for (const [changes, what] of bad) {
        const { owner } = open(transport, 9, changes);
        assert.deepEqual(owner.told, []);
        await owner.untilClosed();
        const detail = `a request that cannot be sent: ${what}`;
        assert.deepEqual(owner.cause, { code: 1_006, detail, refused: true });
      }
      const { owner } = open(transport, 65_536, {});
      await owner.untilClosed();
      assert.match(owner.cause?.detail ?? '', /^a request that cannot be sent: /);
    });
  });
}
