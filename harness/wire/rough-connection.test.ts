import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, suite, test } from 'node:test';
import { Budget, BudgetStage } from './budget-stage.ts';
import { bareTransport } from './connection.ts';
import { encodeCloseFrame, encodeFrame, OPCODE } from './frame.ts';
import { LateStage } from './late-stage.ts';
import { PacedStage, slicerPace } from './paced-stage.ts';
import type { RoughLink } from './rough-link.ts';
import type { StageTime } from './stage.ts';
import { ByteServer } from './testing/byte-server.ts';
import { authority, certified } from './testing/certificate.ts';
import { RecordingOwner } from './testing/recording-owner.ts';
import { dark, rough } from './testing/rough.ts';
import { serverFrame } from './testing/server-bytes.ts';
import type { ClientConnection, Transport } from './transport.ts';
import { wsTransport } from './ws-transport.ts';

const GUARD = { timeout: 20_000 };
const ours = authority('ours');
const identity = certified({ by: ours, names: ['chat.test'] });

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const late =
  (delayMs: number) =>
  (time: StageTime): { out: LateStage; in: LateStage } => ({
    out: new LateStage(time, { delayMs, jitterMs: 0, seed: 1 }),
    in: new LateStage(time, { delayMs, jitterMs: 0, seed: 2 }),
  });

/** Everything here is one process: what has not come after so many turns does not come. */
const MANY_TURNS = 200_000;

async function until(condition: () => boolean, meanwhile = (): void => {}): Promise<void> {
  for (let n = 0; !condition(); n++) {
    if (n === MANY_TURNS) throw new Error(`never: `);
    meanwhile();
    await turn();
  }
}

for (const [name, transport, isSecure] of [
  ['bare', bareTransport, false],
  ['bare over TLS', bareTransport, true],
  ['ws', wsTransport, false],
  ['ws over TLS', wsTransport, true],
] as const) {
  suite(`${name} on a rough link`, GUARD, () => {
    const servers: ByteServer[] = [];
    after(() => {
      for (const server of servers) server.stop();
    });

    type Opened = {
      connection: ClientConnection;
      owner: RecordingOwner;
      peer: Socket;
      got: () => Buffer;
      ended: Promise<string>;
    };

    /** A server that upgrades everybody; what it was sent after that, and how it heard of the end. */
    async function served(behind: Buffer = Buffer.alloc(0)): Promise<{
      connect(
        link?: RoughLink | null,
        by?: Transport,
      ): { connection: ClientConnection; owner: RecordingOwner };
      accepted: { peer: Socket; got: () => Buffer; ended: Promise<string> }[];
      server: ByteServer;
    }> {
      const accepted: { peer: Socket; got: () => Buffer; ended: Promise<string> }[] = [];
      const server = await ByteServer.answering(
        (socket, { answer }) => {
          let got: Buffer = Buffer.alloc(0);
          const { promise, resolve } = Promise.withResolvers<string>();
          socket.on('data', (chunk: Buffer) => (got = Buffer.concat([got, chunk])));
          socket.on('end', () => resolve('end'));
          socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
          accepted.push({ peer: socket, got: () => got, ended: promise });
          socket.write(Buffer.concat([Buffer.from(answer), behind]));
        },
        isSecure ? identity : null,
      );
      servers.push(server);
      const tls = isSecure ? { servername: 'chat.test', ca: ours.cert } : null;
      return {
        accepted,
        server,
        connect(link = null, by = transport) {
          const owner = new RecordingOwner();
          const endpoint = { host: '127.0.0.1', port: server.port, localAddress: null, tls };
          const upgrade = { host: 'chat.test', path: '/', headers: {}, protocols: [] };
          return { connection: by(endpoint, upgrade, owner, 1_000_000, link), owner };
        },
      };
    }

    async function opened(): Promise<Opened> {
      const { connect, accepted } = await served();
      const { connection, owner } = connect();
      await owner.until((told) => told.includes('open'));
      const [first] = accepted;
      if (!first) throw new Error('nobody has been served');
      return { connection, owner, ...first };
    }

    /** Another connection comes and goes: all the time the kernel needs to pass on what is under way. */
    async function whileElse(): Promise<void> {
      const other = await opened();
      other.connection.close(1_000);
      assert.match(await other.ended, /end|ECONNRESET/);
    }

    test('what is sent and what is read is late, and the end comes behind it', async () => {
      const { connection, owner, peer, got } = await opened();
      const { clock, link, links } = rough(connection, late(100));
      connection.send(encodeFrame(OPCODE.binary, Buffer.from('hello')));
      peer.end(serverFrame(1, 'bye'));
      await until(() => link.in.waitingBytes > 0);
      await whileElse();
      assert.deepEqual([owner.told, got().length], [['open'], 0]);
      assert.ok(connection.bufferedBytes > 0);
      clock.advanceUs(99_000);
      await turn();
      assert.deepEqual(owner.told, ['open']);
      // The end was heard of in another turn than the bytes, and is late by as much from there.
      clock.advanceUs(1_000);
      await owner.until((told) => told.includes('bye'));
      await until(
        () => owner.cause !== null,
        () => clock.advanceUs(100_000),
      );
      assert.deepEqual(owner.told, ['open', 'bye', 'closed 1006']);
      assert.equal(owner.cause?.detail, 'closed without a close frame');
      assert.equal(links.size, 0);
    });

    test('frames leave in pieces, and are whole again at the other end', async () => {
      const { connection, owner, peer, got } = await opened();
      const { clock, lift } = rough(connection, (time) => ({
        out: new PacedStage(time, slicerPace(4, 10)),
        in: new PacedStage(time, slicerPace(2, 10)),
      }));
      connection.send(encodeFrame(OPCODE.text, 'abcd'));
      await until(() => got().length > 0);
      assert.equal(got().length, 4);
      clock.advanceUs(10_000);
      await until(() => got().length > 4);
      assert.equal(got().length, 8);
      clock.advanceUs(10_000);
      await until(() => got().length > 8);
      assert.equal(got().length, 10);
      peer.write(serverFrame(1, 'hello'));
      await until(
        () => owner.told.length > 1,
        () => clock.advanceUs(10_000),
      );
      assert.deepEqual(owner.told, ['open', 'hello']);
      lift();
      connection.send(encodeFrame(OPCODE.text, 'direct'));
      peer.write(serverFrame(1, 'again'));
      await owner.until((told) => told.includes('again'));
      await until(() => got().length >= 22);
      connection.reset('done');
    });

    test('who is stalled reads nothing, and what it sends goes out', async () => {
      const { connection, owner, peer, got } = await opened();
      const { lift } = rough(connection, () => ({ stopsReading: true }));
      peer.write(serverFrame(1, 'unread'));
      connection.send(encodeFrame(OPCODE.text, 'sent'));
      await until(() => got().length === 10);
      await whileElse();
      assert.deepEqual(owner.told, ['open']);
      lift();
      await owner.until((told) => told.includes('unread'));
      connection.reset('done');
    });

    test('is reset when its bytes are used up', async () => {
      const { connection, owner, got, ended } = await opened();
      const { clock, links, wheel } = rough(connection, (time) => {
        const budget = new Budget(time, 14);
        return { out: new BudgetStage(time, budget), in: new BudgetStage(time, budget) };
      });
      connection.send(encodeFrame(OPCODE.text, 'four'));
      connection.send(encodeFrame(OPCODE.text, 'too much'));
      await until(() => got().length === 14);
      assert.equal(owner.cause, null);
      clock.advanceUs(1_000);
      assert.deepEqual(owner.cause, { code: 1_006, detail: 'reset by a fault', refused: false });
      assert.equal(await ended, 'ECONNRESET');
      assert.deepEqual([got().length, links.size, wheel.size], [14, 0, 0]);
    });

    test('is severed with a close frame of any code, or with none, and calls it the network', async () => {
      for (const [code, frame] of [
        [0, Buffer.alloc(0)],
        [1_001, encodeCloseFrame(1_001)],
        [1_006, encodeCloseFrame(1_006)],
      ] as const) {
        const { connection, owner, got, ended } = await opened();
        connection.sever({ code });
        connection.tellSevered('closed by a fault', 5);
        assert.deepEqual(owner.cause, { code: 1_006, detail: 'closed by a fault', refused: false, atUs: 5 });
        assert.equal(await ended, 'end');
        assert.deepEqual(got(), frame);
      }
    });

    test('in the dark not even a SYN leaves, and all of it does when it is light', async () => {
      const { connect, accepted, server } = await served();
      const { link, lift, links } = rough(null, dark);
      const { owner } = connect(link);
      const other = connect(null, bareTransport);
      await other.owner.until((told) => told.includes('open'));
      await turn();
      assert.deepEqual([accepted.length, server.connections], [1, 1]);
      assert.deepEqual(owner.told, []);
      lift();
      await owner.until((told) => told.includes('open'));
      assert.equal(links.size, 0);
    });

    test('who gives up in the dark before it is connected is forgotten', async () => {
      const { connect, accepted } = await served();
      const { link, lift, links } = rough(null, dark);
      const { connection, owner } = connect(link);
      connection.reset('no answer in time');
      assert.deepEqual(owner.cause, { code: 1_006, detail: 'no answer in time', refused: true });
      assert.equal(links.size, 0);
      lift();
      const other = connect(null, bareTransport);
      await other.owner.until((told) => told.includes('open'));
      assert.equal(accepted.length, 1);
    });

    test('who is stalled connects as far as the answer, which it does not read', async () => {
      const { connect, accepted } = await served();
      const { link, lift } = rough(null, () => ({ stopsReading: true }));
      const { connection, owner } = connect(link);
      if (!isSecure) {
        await until(() => accepted.length > 0);
        await whileElse();
        assert.deepEqual(owner.told, []);
      }
      lift();
      await owner.until((told) => told.includes('open'));
      connection.reset('done');
    });

    test('a stall that comes while the answer to the upgrade is under way stays one', async () => {
      const { connect, accepted } = await served();
      const { link, clock, wheel } = rough(null, (time) => ({ in: late(100)(time).in }));
      const { connection, owner } = connect(link);
      await until(
        () => accepted.length > 0,
        () => clock.advanceUs(10_000),
      );
      await until(() => link.in.waitingBytes > 0);
      const by = {};
      link.add(by, { stopsReading: true });
      clock.advanceUs(1_000_000);
      await owner.until((told) => told.includes('open'));
      accepted[0]?.peer.write(serverFrame(1, 'unread'));
      await whileElse();
      clock.advanceUs(1_000_000);
      assert.deepEqual([owner.told, wheel.size], [['open'], 0]);
      link.lift(by);
      await until(() => link.in.waitingBytes > 0);
      clock.advanceUs(1_000_000);
      await owner.until((told) => told.includes('unread'));
      connection.reset('done');
    });

    test('a connect over a late link takes the way there and the way back', async () => {
      const { connect } = await served(serverFrame(1, 'with the head'));
      const { link, clock } = rough(null, late(100));
      const { owner } = connect(link);
      const startUs = clock.nowUs();
      await until(
        () => owner.told.length > 0,
        () => clock.advanceUs(10_000),
      );
      assert.ok(clock.nowUs() - startUs >= 200_000);
      await owner.until((told) => told.includes('with the head'));
      assert.deepEqual(owner.told, ['open', 'with the head']);
    });

    test('what comes behind the answer to the upgrade stays in front of what comes after it', async () => {
      const { connect, accepted } = await served(serverFrame(1, 'first'));
      const { link, clock } = rough(null, late(100));
      const { owner } = connect(link);
      await until(
        () => accepted.length > 0,
        () => clock.advanceUs(10_000),
      );
      await until(() => link.in.waitingBytes > 0);
      const answer = link.in.waitingBytes;
      accepted[0]?.peer.write(serverFrame(1, 'second'));
      await until(() => link.in.waitingBytes > answer);
      // Both are due in one go.
      clock.advanceUs(1_000_000);
      await owner.until((told) => told.length === 3);
      assert.deepEqual(owner.told, ['open', 'first', 'second']);
    });

    test('who has closed holds nothing when the peer goes first', async () => {
      const { connection, peer } = await opened();
      const { links } = rough(connection, (time) => ({
        out: new LateStage(time, { delayMs: 1e6, jitterMs: 0, seed: 1 }),
      }));
      connection.close(1_000);
      assert.equal(links.size, 1);
      peer.destroy();
      await until(() => links.size === 0);
    });
  });
}
