import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BROKEN, FrameReader, NEED_MORE } from './frame-reader.ts';
import { BINARY, CLOSE, PING, PONG, TEXT } from './frames.ts';

const LIMITS = { frameBytes: 100_000, fragmentedBytes: 150_000 };

/** One client frame, masked, with any first byte and any mask. */
function frame(first: number, payload: Buffer, mask = Buffer.from([1, 2, 3, 250])): Buffer {
  const size = payload.length;
  const header = size < 126 ? Buffer.from([first, 0x80 | size]) : Buffer.alloc(size < 65_536 ? 4 : 10, 0);
  if (size >= 126) {
    header[0] = first;
    header[1] = 0x80 | (size < 65_536 ? 126 : 127);
    if (size < 65_536) header.writeUInt16BE(size, 2);
    else header.writeBigUInt64BE(BigInt(size), 2);
  }
  const masked = Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
  return Buffer.concat([header, mask, masked]);
}

const FINAL = 0x80;
const text = (value: string, first = FINAL | TEXT): Buffer => frame(first, Buffer.from(value));

/** Everything a stream holds, as `opcode:payload`, ending in the close code where it breaks. */
function readAll(stream: Buffer, step = stream.length, limits = LIMITS): string[] {
  const reader = new FrameReader(limits);
  const read: string[] = [];
  for (let at = 0; at < stream.length; at += step) {
    reader.feed(Buffer.from(stream.subarray(at, at + step)));
    for (let opcode = reader.next(); opcode !== NEED_MORE; opcode = reader.next()) {
      if (opcode === BROKEN) return [...read, `broken ${reader.errorCode}`];
      read.push(`${opcode}:${reader.payload.toString('hex')}`);
    }
    reader.rest();
  }
  return read;
}

const hex = (value: string): string => Buffer.from(value).toString('hex');

test('reads frames of every size class, cut anywhere', () => {
  const sizes = fc.constantFrom(0, 1, 3, 4, 5, 125, 126, 127, 1_000, 65_535, 65_536, 70_000);
  const frames = fc.array(
    fc.record({ size: sizes, binary: fc.boolean(), mask: fc.uint8Array({ minLength: 4, maxLength: 4 }) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 30_000 }), (list, step) => {
      const payloads = list.map(({ size }, index) => Buffer.alloc(size, 97 + index));
      const stream = Buffer.concat(
        list.map(({ binary, mask }, index) =>
          frame(FINAL | (binary ? BINARY : TEXT), payloads[index] ?? Buffer.alloc(0), Buffer.from(mask)),
        ),
      );
      const wanted = list.map(
        ({ binary }, index) => `${binary ? BINARY : TEXT}:${payloads[index]?.toString('hex')}`,
      );
      assert.deepEqual(readAll(stream, step), wanted);
    }),
    { numRuns: 20 },
  );
});

test('reads byte by byte', () => {
  const stream = Buffer.concat([text('hällo'), frame(FINAL | PING, Buffer.from('p')), text('x'.repeat(300))]);
  assert.deepEqual(readAll(stream, 1), [`1:${hex('hällo')}`, `9:${hex('p')}`, `1:${hex('x'.repeat(300))}`]);
});

test('joins fragments and lets control frames in between', () => {
  const stream = Buffer.concat([
    text('a', TEXT),
    frame(FINAL | PING, Buffer.from('p')),
    text('b', 0),
    frame(FINAL | PONG, Buffer.alloc(0)),
    text('c', FINAL),
    text('d'),
  ]);
  assert.deepEqual(readAll(stream), [`9:${hex('p')}`, '10:', `1:${hex('abc')}`, `1:${hex('d')}`]);
});

test('a character may be split over two fragments', () => {
  const bytes = Buffer.from('ż');
  const stream = Buffer.concat([frame(TEXT, bytes.subarray(0, 1)), frame(FINAL, bytes.subarray(1))]);
  assert.deepEqual(readAll(stream), [`1:${hex('ż')}`]);
});

test('breaks with 1002 on what the protocol forbids', () => {
  const unmasked = Buffer.from([FINAL | TEXT, 1, 97]);
  const broken: Record<string, Buffer> = {
    unmasked,
    'reserved bit 1': text('a', FINAL | 0x40 | TEXT),
    'reserved bit 2': text('a', FINAL | 0x20 | TEXT),
    'reserved bit 3': text('a', FINAL | 0x10 | TEXT),
    'reserved data opcode': text('a', FINAL | 3),
    'reserved control opcode': text('a', FINAL | 11),
    'stray continuation': text('a', FINAL),
    'interleaved text': Buffer.concat([text('a', TEXT), text('b')]),
    'long ping': frame(FINAL | PING, Buffer.alloc(126)),
    'fragmented ping': frame(PING, Buffer.from('p')),
    'close of one byte': frame(FINAL | CLOSE, Buffer.from([3])),
    'close 999': frame(FINAL | CLOSE, Buffer.from([3, 231])),
    'close 1005': frame(FINAL | CLOSE, Buffer.from([3, 237])),
    'close 1006': frame(FINAL | CLOSE, Buffer.from([3, 238])),
  };
  for (const [name, stream] of Object.entries(broken))
    assert.equal(readAll(stream).at(-1), 'broken 1002', name);
});

test('breaks with 1007 on text that is no UTF-8, and takes the same bytes as binary', () => {
  const bad = Buffer.from([0xc3, 0x28]);
  assert.deepEqual(readAll(frame(FINAL | TEXT, bad)), ['broken 1007']);
  assert.deepEqual(readAll(Buffer.concat([frame(TEXT, bad), frame(FINAL, bad)])), ['broken 1007']);
  assert.deepEqual(readAll(frame(FINAL | CLOSE, Buffer.from([3, 232, 0xc3, 0x28]))), ['broken 1007']);
  assert.deepEqual(readAll(frame(FINAL | BINARY, bad)), ['2:c328']);
});

test('breaks with 1009 on the header alone, header bytes counted, and on fragments that add up', () => {
  assert.deepEqual(readAll(frame(FINAL | TEXT, Buffer.alloc(100_000 - 14 + 1, 97)).subarray(0, 14)), [
    'broken 1009',
  ]);
  assert.equal(readAll(frame(FINAL | TEXT, Buffer.alloc(100_000 - 14, 97))).length, 1);
  const huge = Buffer.from([FINAL | TEXT, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
  assert.deepEqual(readAll(huge), ['broken 1009']);
  const piece = Buffer.alloc(80_000, 97);
  assert.deepEqual(readAll(Buffer.concat([frame(TEXT, piece), frame(FINAL, piece)])), ['broken 1009']);
});

test('accepts every close the protocol allows', () => {
  for (const payload of ['', '03e8', '03e9', '0bb8', '03e86279']) {
    assert.deepEqual(readAll(frame(FINAL | CLOSE, Buffer.from(payload, 'hex'))), [`8:${payload}`]);
  }
});
