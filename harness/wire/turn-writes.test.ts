import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { after, afterEach, before, mock, suite, test } from 'node:test';
import { Connection } from './connection.ts';
import { encodeFrame, OPCODE } from './frame.ts';
import { ByteServer } from './testing/byte-server.ts';
import { RecordingOwner } from './testing/recording-owner.ts';
import { dark, rough } from './testing/rough.ts';
import { whenTurnEnds } from './turn-writes.ts';

const turnOver = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** A frame as a server sends it. */
const served = (text: string): Buffer => Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);
const framed = (text: string): Buffer => encodeFrame(OPCODE.text, text);

test('tells each writer once, when the promises of the turn are settled too', async () => {
  const told: string[] = [];
  whenTurnEnds({ turnEnds: () => told.push('first') });
  await Promise.resolve();
  whenTurnEnds({ turnEnds: () => told.push('second') });
  assert.deepEqual(told, []);
  await turnOver();
  assert.deepEqual(told, ['first', 'second']);
  await turnOver();
  assert.deepEqual(told, ['first', 'second']);
});

suite('the writes of a connection in one turn', { timeout: 10_000 }, () => {
  let server: ByteServer;
  /** Everything that came after the request, and who waits for how much of it. */
  let got = Buffer.alloc(0);
  let grown = (): void => {};

  before(async () => {
    server = await ByteServer.answering((socket, { answer }) => {
      socket.on('data', (chunk: Buffer) => {
        got = Buffer.concat([got, chunk]);
        grown();
      });
      socket.write(answer);
    });
  });
  after(() => server.stop());
  afterEach(() => mock.restoreAll());

  async function opened(): Promise<Connection> {
    got = Buffer.alloc(0);
    const owner = new RecordingOwner();
    const endpoint = { host: '127.0.0.1', port: server.port, localAddress: null, tls: null };
    const upgrade = { host: 'localhost', path: '/', headers: {}, protocols: [] };
    const connection = new Connection(endpoint, upgrade, owner);
    await owner.until((told) => told.includes('open'));
    await turnOver();
    return connection;
  }

  /** Lengths of what the socket is handed, write by write. */
  function watchWrites(): number[] {
    const lengths: number[] = [];
    const { write } = Socket.prototype;
    mock.method(Socket.prototype, 'write', function (this: Socket, bytes: Buffer) {
      lengths.push(bytes.length);
      return write.call(this, bytes);
    });
    return lengths;
  }

  async function arrived(bytes: number): Promise<string> {
    while (got.length < bytes) await new Promise<void>((resolve) => (grown = resolve));
    return got.toString('latin1').replaceAll(/[^a-z]/g, '');
  }

  test('the first frame goes at once, the others as one, in order', async () => {
    const connection = await opened();
    const writes = watchWrites();
    for (const text of ['a', 'b', 'c']) connection.send(framed(text));
    assert.deepEqual(writes, [7]);
    assert.equal(connection.bufferedBytes, 14);
    await turnOver();
    assert.deepEqual(writes, [7, 14]);
    connection.send(framed('d'));
    assert.deepEqual(writes, [7, 14, 7]);
    assert.equal(await arrived(28), 'abcd');
    connection.reset('done');
  });

  test('what answers to several messages of one read goes as one when that turn ends', async () => {
    const connection = await opened();
    const writes = watchWrites();
    const read = Buffer.concat([served('x'), served('y')]);
    connection.read(read, read.length);
    for (const text of ['a', 'b', 'c']) connection.send(framed(text));
    assert.deepEqual(writes, []);
    assert.equal(connection.bufferedBytes, 21);
    await turnOver();
    assert.deepEqual(writes, [21]);
    assert.equal(await arrived(21), 'abc');
    connection.reset('done');
  });

  test('what has waited in the dark leaves as one when it is light, and what comes after it behind it', async () => {
    const connection = await opened();
    const { lift } = rough(connection, dark);
    const writes = watchWrites();
    for (const text of ['a', 'b', 'c']) connection.send(framed(text));
    lift();
    assert.deepEqual(writes, [21]);
    connection.send(framed('d'));
    assert.deepEqual(writes, [21, 7]);
    connection.send(framed('e'));
    await turnOver();
    assert.deepEqual(writes, [21, 7, 7]);
    assert.equal(await arrived(35), 'abcde');
    connection.reset('done');
  });

  test('who says goodbye in the dark has said all of it when it is light', async () => {
    const connection = await opened();
    const { lift } = rough(connection, dark);
    for (const text of ['a', 'b']) connection.send(framed(text));
    connection.close(1_000);
    lift();
    assert.equal((await arrived(14)).slice(0, 2), 'ab');
  });

  test('the answer to one message goes at once', async () => {
    const connection = await opened();
    const writes = watchWrites();
    const read = served('x');
    connection.read(read, read.length);
    connection.send(framed('a'));
    assert.deepEqual(writes, [7]);
    assert.equal(await arrived(7), 'a');
    connection.reset('done');
  });

  test('what is sent at the upgrade goes as one', async () => {
    const owner = new RecordingOwner();
    got = Buffer.alloc(0);
    let writes: number[] = [];
    const endpoint = { host: '127.0.0.1', port: server.port, localAddress: null, tls: null };
    const upgrade = { host: 'localhost', path: '/', headers: {}, protocols: [] };
    const connection = new Connection(endpoint, upgrade, owner);
    owner.onOpen = () => {
      writes = watchWrites();
      for (const text of ['a', 'b']) connection.send(framed(text));
    };
    assert.equal(await arrived(14), 'ab');
    assert.deepEqual(writes, [14]);
    connection.reset('done');
  });

  test('a link that goes dark in such a turn keeps back what was not out', async () => {
    const connection = await opened();
    const writes = watchWrites();
    const read = Buffer.concat([served('x'), served('y')]);
    connection.read(read, read.length);
    connection.send(framed('a'));
    const { lift } = rough(connection, dark);
    connection.send(framed('b'));
    await turnOver();
    assert.deepEqual(writes, [7]);
    lift();
    assert.equal(await arrived(14), 'ab');
    connection.reset('done');
  });

  test('a close frame comes behind what was sent in its turn', async () => {
    const connection = await opened();
    for (const text of ['a', 'b']) connection.send(framed(text));
    connection.close(1000);
    assert.equal(await arrived(22), 'ab');
  });

  test('what was sent before the link went dark is out, what comes after it waits', async () => {
    const connection = await opened();
    const writes = watchWrites();
    for (const text of ['a', 'b']) connection.send(framed(text));
    const { lift } = rough(connection, dark);
    connection.send(framed('c'));
    await turnOver();
    assert.deepEqual(writes, [7, 7]);
    lift();
    assert.equal(await arrived(21), 'abc');
    connection.reset('done');
  });

  test('after a reset nothing is written any more', async () => {
    const connection = await opened();
    const writes = watchWrites();
    for (const text of ['a', 'b']) connection.send(framed(text));
    connection.reset('a fault');
    await turnOver();
    assert.deepEqual(writes, [7]);
  });
});
