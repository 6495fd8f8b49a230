import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as ws from 'ws';
import { readFrames, type Carry } from './frame-reader.ts';
import { BREACH } from './outcome-words.ts';
import { READ_BUFFER } from './read-buffer.ts';
import { anyText } from './testing/any-text.ts';
import { closeFrame, cutAt, serverFrame } from './testing/server-bytes.ts';
import { wsBreach } from './ws-words.ts';

// The reader inside the stock client; its types leave it out.
type Receiver = {
  on(event: string, told: (...args: never[]) => void): void;
  write(chunk: Buffer): boolean;
};
const { Receiver } = ws as unknown as { Receiver: new (options: { maxPayload: number }) => Receiver };

const MAX_BYTES = 2_000;

/** What our reader finds; it reads from the one buffer that every read overwrites. */
function ours(chunks: readonly Buffer[]): string[] {
  const found: string[] = [];
  let ended = false;
  let carry: Carry | null = null;
  const end = (what: string): void => {
    ended = true;
    found.push(what);
  };
  for (const chunk of chunks) {
    READ_BUFFER.fill(0x81, 0, 5_000);
    chunk.copy(READ_BUFFER);
    if (ended) break;
    carry = readFrames(
      READ_BUFFER,
      0,
      chunk.length,
      carry,
      {
        onText: (buffer, from, to) => found.push(`text ${buffer.toString('utf8', from, to)}`),
        onBinary: (buffer, from, to) => found.push(`binary ${buffer.toString('hex', from, to)}`),
        onPing: (payload) => found.push(`ping ${payload.toString('hex')}`),
        onCloseFrame: (code, reason) => end(`close ${code} ${reason}`),
        onBreach: (breach) => end(breach === BREACH.longLength ? 'long length' : `breach ${breach[0]}`),
      },
      MAX_BYTES,
    );
  }
  return found;
}

async function theirs(chunks: readonly Buffer[]): Promise<string[]> {
  const found: string[] = [];
  const receiver = new Receiver({ maxPayload: MAX_BYTES });
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    found.push(isBinary ? `binary ${data.toString('hex')}` : `text ${data.toString('utf8')}`),
  );
  receiver.on('ping', (payload: Buffer) => found.push(`ping ${payload.toString('hex')}`));
  receiver.on('conclude', (code: number, reason: Buffer) =>
    found.push(`close ${code} ${reason.toString('utf8')}`),
  );
  const failed = new Promise<void>((resolve) =>
    receiver.on('error', (error: Error) => {
      if (!found.some((what) => what.startsWith('breach'))) found.push(`breach ${wsBreach(error)?.[0]}`);
      resolve();
    }),
  );
  for (const chunk of chunks) {
    if (found.at(-1)?.startsWith('close') === true) break;
    receiver.write(Buffer.from(chunk));
  }
  // A stream tells of its error on a later tick than it finds it.
  await Promise.race([failed, new Promise((resolve) => setImmediate(resolve))]);
  return found;
}

/** The same, but for lengths in more bytes than they need: those `ws` takes, and the RFC forbids. */
async function assertAgree(chunks: readonly Buffer[]): Promise<string[]> {
  const own = ours(chunks);
  const reference = await theirs(chunks);
  const at = own.indexOf('long length');
  if (at < 0) assert.deepEqual(own, reference);
  else assert.deepEqual(own.slice(0, at), reference.slice(0, at));
  return own;
}

const anyBytes = fc.uint8Array({ maxLength: 40 });
const mostlyText = fc.oneof({ weight: 6, arbitrary: anyText() }, anyBytes);

const message = fc
  .record({
    opcode: fc.constantFrom(1, 2),
    pieces: fc.array(mostlyText, { minLength: 1, maxLength: 4 }),
    pings: fc.boolean(),
  })
  .map(({ opcode, pieces, pings }) =>
    Buffer.concat(
      pieces.flatMap((piece, nth) => [
        serverFrame(nth === 0 ? opcode : 0, piece, nth === pieces.length - 1),
        ...(pings ? [serverFrame(9, Buffer.from([nth]))] : []),
      ]),
    ),
  );
const closing = fc
  .tuple(fc.oneof(fc.constantFrom(1_000, 1_006, 1_012, 4_000), fc.nat(65_535)), mostlyText)
  .map(([code, reason]) => closeFrame(code, Buffer.from(reason as string).subarray(0, 100)));
const large = fc
  .tuple(fc.constantFrom(0, 1, 2, 9), fc.constantFrom(125, 126, 1_999, 2_000, 2_001, 65_536), fc.boolean())
  .map(([opcode, length, fin]) => serverFrame(opcode, 'z'.repeat(length), fin));
const anyFrame = fc
  .tuple(fc.nat(255), fc.nat(255), anyBytes)
  .map(([first, second, rest]) => Buffer.from([first, second, ...rest]));
const stream = fc
  .array(fc.oneof({ weight: 6, arbitrary: message }, { weight: 1, arbitrary: closing }, large, anyFrame), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => Buffer.concat(parts));
const cuts = fc.array(fc.nat(), { maxLength: 8 });

test('any stream, legal or not, cut anywhere, is read as the stock client reads it', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(stream, cuts, async (bytes, places) => {
      const chunks = cutAt(
        bytes,
        places.map((place) => place % bytes.length),
      );
      const found = await assertAgree(chunks.filter((chunk) => chunk.length > 0 && chunk.length <= 65_536));
      for (const what of found) seen.add(what.replace(/^(breach \d+|\w+).*$/s, '$1'));
    }),
    { numRuns: 1_000 },
  );
  // That streams of all kinds were among them.
  for (const what of ['text', 'binary', 'ping', 'close', 'breach 1002', 'breach 1007', 'breach 1009']) {
    assert.ok(seen.has(what), what);
  }
});

const VECTORS: Record<string, [Buffer, string[]]> = {
  'a text in three pieces with a ping between': [
    Buffer.concat([
      serverFrame(1, 'zaż', false),
      serverFrame(9, 'p'),
      serverFrame(0, 'ół', false),
      serverFrame(0, 'ć'),
    ]),
    ['ping 70', 'text zażółć'],
  ],
  'a character cut between two fragments': [
    Buffer.concat([serverFrame(1, Buffer.from([0xe2, 0x80]), false), serverFrame(0, Buffer.from([0xa6]))]),
    ['text …'],
  ],
  'a length of two bytes, then a close with its reason': [
    Buffer.concat([serverFrame(2, Buffer.alloc(126)), closeFrame(1_012, 'drained'), serverFrame(1, 'more')]),
    [`binary ${'00'.repeat(126)}`, 'close 1012 drained'],
  ],
  'a close without a code': [serverFrame(8, ''), ['close 1005 ']],
  'a close code that is never sent': [closeFrame(1_005), ['breach 1002']],
  'a reason that is not UTF-8': [closeFrame(1_000, Buffer.from([0xc3])), ['breach 1007']],
  'a text that is not UTF-8': [
    Buffer.concat([serverFrame(1, 'a'), serverFrame(1, Buffer.from([0xf5]))]),
    ['text a', 'breach 1007'],
  ],
  'a message of just the limit, and one beyond': [
    Buffer.concat([serverFrame(1, 'x'.repeat(MAX_BYTES)), serverFrame(2, Buffer.alloc(MAX_BYTES + 1))]),
    [`text ${'x'.repeat(MAX_BYTES)}`, 'breach 1009'],
  ],
  'a length beyond 2^53': [Buffer.from([0x82, 127, 0, 32, 0, 0, 0, 0, 0, 0]), ['breach 1009']],
  'a continuation of nothing': [serverFrame(0, 'x'), ['breach 1002']],
  'a second message inside the first': [
    Buffer.concat([serverFrame(1, 'a', false), serverFrame(2, 'b')]),
    ['breach 1002'],
  ],
  'a mask': [Buffer.from([0x81, 0x81, 1, 2, 3, 4, 5]), ['breach 1002']],
  'a bit of an extension': [Buffer.from([0xc1, 0]), ['breach 1002']],
  'an opcode of tomorrow': [Buffer.from([0x8b, 0]), ['breach 1002']],
  'a ping in two pieces': [Buffer.from([0x09, 0]), ['breach 1002']],
};
for (const [what, [bytes, wanted]] of Object.entries(VECTORS)) {
  test(`${what}: the same of both readers, wherever it is split`, async () => {
    assert.deepEqual(await assertAgree([bytes]), wanted);
    const step = Math.max(1, Math.floor(bytes.length / 60));
    for (let at = 1; at < bytes.length; at += step)
      assert.deepEqual(await assertAgree(cutAt(bytes, [at])), wanted);
    const single = Array.from({ length: Math.min(bytes.length, 200) }, (_, at) => bytes.subarray(at, at + 1));
    await assertAgree(single);
  });
}

test('a length in more bytes than it needs is taken by the stock client and refused by ours', async () => {
  const long = Buffer.from([0x81, 126, 0, 1, 0x61]);
  assert.deepEqual(ours([long]), ['long length']);
  assert.deepEqual(await theirs([long]), ['text a']);
});
