import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { realClock } from '../base/clock.ts';
import { readTargetUrl } from '../target/url.ts';
import { OPCODE } from '../wire/frame.ts';
import { RawClient, type Arrival } from './raw-client.ts';
import { rawFrame } from './raw-frame.ts';
import { clientTexts, FakeServer, serverClose, serverFrame, type Script } from './testing/fake-server.ts';

async function start(
  t: TestContext,
  script: Script,
  hello?: Buffer,
): Promise<{ client: RawClient; log: string[] }> {
  const server = await FakeServer.start(script, hello);
  t.after(() => server.stop());
  const log: string[] = [];
  const note = (direction: string, what: string): void => void log.push(`${direction} ${what}`);
  const client = await RawClient.open({ clock: realClock, target: server.at, log: note }, 'vsn=2.0.0');
  t.after(() => client.drop());
  return { client, log };
}

function brief(arrival: Arrival | null): string {
  if (arrival === null) return 'nothing';
  return arrival.kind === 'close' ? `close ${arrival.code}` : `${arrival.kind} ${arrival.bytes.toString()}`;
}

async function take(client: RawClient, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) taken.push(brief(await client.next(2_000)));
  return taken;
}

/** Everything a server gets after the upgrade, until `enough` bytes came. */
function collecting(enough: number): { script: Script; bytes: Promise<Buffer> } {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  let all: Buffer = Buffer.alloc(0);
  const script: Script = (chunk) => {
    all = Buffer.concat([all, chunk]);
    if (all.length >= enough) resolve(all);
  };
  return { script, bytes: promise };
}

test('keeps frames and the close code in the order they came', async (t) => {
  const { client, log } = await start(t, (_bytes, socket) => {
    const parts = [
      serverFrame('1'),
      serverFrame('p', OPCODE.pong),
      serverFrame('b', OPCODE.binary),
      serverClose(1011),
    ];
    socket.write(Buffer.concat(parts));
  });
  client.send([1]);
  assert.deepEqual(await take(client, 4), ['text 1', 'pong p', 'binary b', 'close 1011']);
  assert.deepEqual(log.slice(-5), ['> [1]', '< 1', '< pong 70', '< binary 62', '< close 1011']);
});

test('an end of TCP without a close frame is 1006, a close frame without a code 1005', async (t) => {
  const gone = await start(t, (_bytes, socket) => void socket.destroy());
  gone.client.send([1]);
  assert.deepEqual(await take(gone.client, 1), ['close 1006']);
  const bare = await start(t, (_bytes, socket) => void socket.end(serverFrame('', OPCODE.close)));
  bare.client.send([1]);
  assert.deepEqual(await take(bare.client, 1), ['close 1005']);
});

test('frames behind the upgrade in one packet are not lost, nor frames cut in two', async (t) => {
  const frame = serverFrame('x'.repeat(70_000));
  const { client } = await start(
    t,
    (_bytes, socket) => {
      socket.write(frame.subarray(0, 5));
      socket.write(frame.subarray(5));
    },
    serverFrame('hello'),
  );
  assert.deepEqual(await take(client, 1), ['text hello']);
  client.send([1]);
  assert.deepEqual(await take(client, 1), [`text ${'x'.repeat(70_000)}`]);
});

test('joins the fragments of a server message around a ping', async (t) => {
  const { client } = await start(t, (_bytes, socket) => {
    const first = rawFrame({ opcode: OPCODE.text, payload: 'ab', fin: false, masked: false });
    const last = rawFrame({ opcode: OPCODE.continuation, payload: 'cd', masked: false });
    socket.write(Buffer.concat([first, serverFrame('!', OPCODE.ping), last]));
  });
  client.send([1]);
  assert.deepEqual(await take(client, 2), ['ping !', 'text abcd']);
});

test('sends what RFC 6455 forbids, byte by byte', async (t) => {
  const { script, bytes } = collecting(23);
  const { client } = await start(t, script);
  client.sendFrame({ opcode: 3, rsv: 4, fin: false, masked: false, payload: 'a' });
  client.sendFrame({ opcode: OPCODE.text, masked: false, announcedBytes: 11_000_000, payload: '[' });
  client.sendFrame({ opcode: OPCODE.close, masked: false, payload: Buffer.from([3]) });
  client.sendBytes(Buffer.from([0x81, 0x85, 0, 0, 0, 0]), 'half a frame');
  const got = await bytes;
  assert.equal(got.subarray(0, 3).toString('hex'), '430161');
  assert.equal(got.subarray(3, 14).toString('hex'), '817f0000000000a7d8c05b');
  assert.equal(got.subarray(14, 17).toString('hex'), '880103');
  assert.equal(got.subarray(17).toString('hex'), '818500000000');
});

test('masks honest frames so that the payload comes out again', async (t) => {
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const { client } = await start(t, (bytes) => resolve(clientTexts(bytes)));
  client.send([null, '1', 'é', 'e', {}], { a: 'x'.repeat(200) });
  assert.deepEqual(await promise, ['[null,"1","é","e",{}]', JSON.stringify({ a: 'x'.repeat(200) })]);
});

test('gives up waiting at the deadline and keeps what comes later', async (t) => {
  let answer = (): void => {};
  const { client } = await start(t, (_bytes, socket) => {
    answer = () => void socket.write(serverFrame('late'));
    socket.write(serverFrame('early'));
  });
  client.send([1]);
  assert.deepEqual(await take(client, 1), ['text early']);
  assert.equal(await client.next(1), null);
  answer();
  assert.deepEqual(await take(client, 1), ['text late']);
});

test('a refused upgrade says the status', async (t) => {
  const plain = createServer((_request, response) => response.writeHead(403).end());
  t.after(() => plain.close());
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const { port } = plain.address() as AddressInfo;
  const target = readTargetUrl(`ws://127.0.0.1:${port}`, { allowTargets: [] });
  const refused = RawClient.open({ clock: realClock, target, log: () => {} }, 'vsn=9.0.0');
  await assert.rejects(refused, { message: 'no upgrade: HTTP 403' });
});

test('a server that masks its frames is cut off', async (t) => {
  const { client, log } = await start(t, (_bytes, socket) => {
    socket.write(rawFrame({ opcode: OPCODE.text, payload: 'x' }));
  });
  client.send([1]);
  assert.deepEqual(await take(client, 1), ['close 1006']);
  assert.ok(log.includes('< the server sent a masked frame'));
});
