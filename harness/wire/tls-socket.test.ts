import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, suite, test } from 'node:test';
import { bareTransport } from './connection.ts';
import { encodeFrame, OPCODE, payloadOf } from './frame.ts';
import { ByteServer, type Asked } from './testing/byte-server.ts';
import { authority, certified, type Certified } from './testing/certificate.ts';
import { RecordingOwner } from './testing/recording-owner.ts';
import { dark, rough } from './testing/rough.ts';
import { closeFrame, serverFrame } from './testing/server-bytes.ts';
import type { ClientConnection, TlsSettings, Transport } from './transport.ts';
import { wsTransport } from './ws-transport.ts';

const GUARD = { timeout: 20_000 };
const servers: ByteServer[] = [];
const ours = authority('ours');
const strangers = authority('strangers');
const impostors = authority('ours');

type Opened = { connection: ClientConnection; owner: RecordingOwner };

function open(transport: Transport, port: number, tls: TlsSettings | null): Opened {
  const owner = new RecordingOwner();
  const upgrade = { host: 'chat.test', path: '/', headers: {}, protocols: [] };
  const endpoint = { host: '127.0.0.1', port, localAddress: '127.0.0.9', tls };
  return { connection: transport(endpoint, upgrade, owner, 1_000_000), owner };
}

async function serving(
  answer: (socket: Socket, asked: Asked) => void,
  identity: Certified | null = certified({ by: ours, names: ['chat.test'] }),
): Promise<ByteServer> {
  const server = await ByteServer.answering(answer, identity);
  servers.push(server);
  return server;
}

const upgrades = (socket: Socket, { answer }: Asked): void => void socket.write(answer);
const TRUSTED: TlsSettings = { servername: 'chat.test', ca: ours.cert };
const selfSigned = certified({ names: ['chat.test'] });

for (const [kind, transport] of [
  ['bare', bareTransport],
  ['ws', wsTransport],
] as const) {
  suite(`${kind} over TLS`, GUARD, () => {
    after(() => {
      for (const server of servers.splice(0)) server.stop();
    });

    test('messages go both ways, and a close ends it', async () => {
      const long = 'y'.repeat(200_000);
      const server = await serving((socket, { answer }) => {
        socket.write(Buffer.concat([Buffer.from(answer), serverFrame(1, 'with the head')]));
        socket.once('data', () => socket.write(Buffer.concat([serverFrame(1, long), closeFrame(1_012)])));
      });
      const { connection, owner } = open(transport, server.port, TRUSTED);
      await owner.until((told) => told.includes('with the head'));
      connection.send(encodeFrame(OPCODE.text, 'hello'));
      await owner.untilClosed();
      assert.deepEqual(owner.told, ['open', 'with the head', long, 'closed 1012']);
      await server.untilDeserted();
    });

    test('an address is verified in the certificate, and not asked for by name', async () => {
      const server = await serving(upgrades, certified({ by: ours }));
      const { connection, owner } = open(transport, server.port, { servername: '127.0.0.1', ca: ours.cert });
      await owner.until((told) => told.length > 0);
      assert.deepEqual(owner.told, ['open']);
      connection.close(1_000);
      await server.untilDeserted();
    });

    test('a self-signed certificate is taken when it is named as an authority', async () => {
      const server = await serving(upgrades, selfSigned);
      const { connection, owner } = open(transport, server.port, {
        servername: 'chat.test',
        ca: selfSigned.cert,
      });
      await owner.until((told) => told.length > 0);
      assert.deepEqual(owner.told, ['open']);
      connection.reset('done');
      await server.untilDeserted();
    });

    test('a reset is an RST, not a goodbye', async () => {
      const failed = Promise.withResolvers<string | undefined>();
      const server = await serving((socket, asked) => {
        socket.on('error', (error: NodeJS.ErrnoException) => failed.resolve(error.code));
        socket.on('close', () => failed.resolve('no error'));
        socket.resume();
        upgrades(socket, asked);
      });
      const { connection, owner } = open(transport, server.port, TRUSTED);
      await owner.until((told) => told.includes('open'));
      connection.reset('reset by a fault');
      assert.deepEqual(owner.cause, { code: 1_006, detail: 'reset by a fault', refused: false });
      assert.equal(await failed.promise, 'ECONNRESET');
    });

    test('a dark link hands nothing over until it is light', async () => {
      const heard = Promise.withResolvers<string>();
      const peer = Promise.withResolvers<Socket>();
      const server = await serving((socket, asked) => {
        upgrades(socket, asked);
        socket.once('data', (chunk: Buffer) => heard.resolve(`${payloadOf(chunk).length} bytes`));
        peer.resolve(socket);
      });
      const { connection, owner } = open(transport, server.port, TRUSTED);
      await owner.until((told) => told.includes('open'));
      const { lift } = rough(connection, dark);
      connection.send(encodeFrame(OPCODE.text, 'held'));
      (await peer.promise).write(serverFrame(1, 'late'));
      // A whole connection of another client leaves the kernel all the time it needs.
      const other = open(transport, server.port, TRUSTED);
      await other.owner.until((told) => told.includes('open'));
      assert.deepEqual(owner.told, ['open']);
      lift();
      assert.equal(await heard.promise, '4 bytes');
      await owner.until((told) => told.includes('late'));
      connection.reset('done');
      other.connection.reset('done');
      await server.untilDeserted();
    });

    const untrusted: Record<string, [Certified, TlsSettings, string]> = {
      'an expired certificate': [
        certified({ by: ours, names: ['chat.test'], until: 2_021 }),
        TRUSTED,
        'TLS certificate expired',
      ],
      'a certificate of nobody we know': [
        certified({ by: strangers, names: ['chat.test'] }),
        TRUSTED,
        'TLS certificate of an unknown authority',
      ],
      'a certificate of somebody by the name of one we know': [
        certified({ by: impostors, names: ['chat.test'] }),
        TRUSTED,
        'TLS certificate of an unknown authority',
      ],
      'a self-signed certificate': [
        selfSigned,
        { servername: 'chat.test', ca: null },
        'TLS certificate is self-signed',
      ],
      'a certificate for another name': [
        certified({ by: ours, names: ['other.test'] }),
        TRUSTED,
        'TLS certificate for another name',
      ],
      'a certificate for a name, asked by address': [
        certified({ by: ours, names: ['chat.test'] }),
        { servername: '127.0.0.1', ca: ours.cert },
        'TLS certificate for another name',
      ],
    };
    for (const [what, [identity, tls, detail]] of Object.entries(untrusted)) {
      test(`${what} is refused by name, and hears no request`, async () => {
        let asked = false;
        const server = await serving(() => (asked = true), identity);
        const { owner } = open(transport, server.port, tls);
        await owner.untilClosed();
        assert.deepEqual(owner.cause, { code: 1_006, detail, refused: true });
        await server.untilDeserted();
        assert.equal(asked, false);
      });
    }

    test('a server that speaks no TLS is told from one that does', async () => {
      const plain = await ByteServer.accepting((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
      servers.push(plain);
      const { owner } = open(transport, plain.port, TRUSTED);
      await owner.untilClosed();
      assert.deepEqual(owner.cause, { code: 1_006, detail: 'the server speaks no TLS', refused: true });
      await plain.untilDeserted();
    });

    test('a server that wants TLS refuses a plain client by name', async () => {
      const server = await serving(upgrades);
      const { owner } = open(transport, server.port, null);
      await owner.untilClosed();
      assert.equal(owner.cause?.refused, true);
      assert.match(
        owner.cause.detail,
        /^(?:closed during the upgrade|the server speaks TLS|ECONNRESET|no HTTP answer)$/,
      );
      await server.untilDeserted();
    });

    test('a server that accepts and says nothing can be given up in the handshake', async () => {
      const accepted = Promise.withResolvers<void>();
      const silent = await ByteServer.accepting((socket) => socket.once('data', () => accepted.resolve()));
      servers.push(silent);
      const { connection, owner } = open(transport, silent.port, TRUSTED);
      await accepted.promise;
      connection.reset('no answer in time');
      assert.deepEqual(owner.cause, { code: 1_006, detail: 'no answer in time', refused: true });
      await silent.untilDeserted();
    });

    test('a server that closes, or resets, in the handshake is refused by name', async () => {
      const outcomes = { end: 'closed during the upgrade', resetAndDestroy: 'ECONNRESET' } as const;
      for (const how of ['end', 'resetAndDestroy'] as const) {
        const server = await ByteServer.accepting((socket) => socket.once('data', () => socket[how]()));
        servers.push(server);
        const { owner } = open(transport, server.port, TRUSTED);
        await owner.untilClosed();
        assert.deepEqual(owner.cause, { code: 1_006, detail: outcomes[how], refused: true });
        await server.untilDeserted();
      }
    });

    test('where nobody listens, TLS changes nothing', async () => {
      const server = await ByteServer.accepting(() => {});
      server.stop();
      const { owner } = open(transport, server.port, TRUSTED);
      await owner.untilClosed();
      assert.deepEqual(owner.cause, { code: 1_006, detail: 'ECONNREFUSED', refused: true });
    });
  });
}
