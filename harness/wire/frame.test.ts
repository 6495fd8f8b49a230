import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeCloseFrame, encodeFrame, OPCODE, payloadOf } from './frame.ts';

/** Takes a client's frame apart, as a server must. */
function unmask(frame: Buffer): { first: number; payload: Buffer } {
  const second = frame[1]!;
  assert.equal(second & 0x80, 0x80, 'a client must mask');
  const short = second & 0x7f;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  const length =
    short < 126 ? short : short === 126 ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2));
  const key = frame.subarray(head, head + 4);
  const payload = Buffer.from(frame.subarray(head + 4));
  assert.equal(payload.length, length);
  for (let at = 0; at < payload.length; at++) payload[at] = payload[at]! ^ key[at % 4]!;
  return { first: frame[0]!, payload };
}

test('any payload can be read back, and is one final frame', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
      const read = unmask(encodeFrame(OPCODE.binary, payload));
      assert.equal(read.first, 0x82);
      assert.deepEqual(read.payload, Buffer.from(payload));
    }),
  );
});

test('the length of a text is counted in bytes, at every edge of the three forms', () => {
  for (const length of [0, 1, 124, 125, 126, 65_534, 65_535, 65_536, 100_000]) {
    const { first, payload } = unmask(encodeFrame(OPCODE.text, 'x'.repeat(length)));
    assert.deepEqual([first, payload.length], [0x81, length]);
  }
  assert.equal(unmask(encodeFrame(OPCODE.text, '“𝄞”')).payload.toString('utf8'), '“𝄞”');
});

test('any text can be read back while hundreds of others are written after it', () => {
  const text = fc.string({ unit: 'binary', maxLength: 130 }).map((any) => any.toWellFormed());
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 40 }), (texts) => {
      const frames = texts.map((each) => encodeFrame(OPCODE.text, each));
      // More than a slab holds: the frames above must not lie where these come to lie.
      for (let at = 0; at < 600; at++) encodeFrame(OPCODE.text, '~'.repeat(120));
      assert.deepEqual(
        frames.map((frame) => unmask(frame).payload.toString('utf8')),
        texts,
      );
    }),
    { numRuns: 50 },
  );
});

test('a text of few characters and many bytes has the longer head', () => {
  for (const [text, head] of [
    ['€'.repeat(41), 6],
    ['€'.repeat(42), 8],
  ] as const) {
    const frame = encodeFrame(OPCODE.text, text);
    assert.equal(frame.length - Buffer.byteLength(text), head);
    assert.equal(unmask(frame).payload.toString('utf8'), text);
  }
});

test('a close frame carries its code and nothing else', () => {
  const { first, payload } = unmask(encodeCloseFrame(1_012));
  assert.equal(first, 0x88);
  assert.deepEqual(payload, Buffer.from([0x03, 0xf4]));
});

test('a reason is cut to what a close frame holds, between two characters', () => {
  const read = (reason: string): string =>
    unmask(encodeCloseFrame(1_000, reason)).payload.toString('utf8', 2);
  assert.equal(read('bye'), 'bye');
  assert.equal(read('x'.repeat(200)), 'x'.repeat(123));
  assert.equal(read('é'.repeat(100)), 'é'.repeat(61));
});

test('the payload of a frame of ours lies plain in it, in all three forms', () => {
  for (const length of [0, 125, 126, 65_535, 65_536]) {
    const text = 'x'.repeat(length);
    assert.equal(payloadOf(encodeFrame(OPCODE.text, text)).toString('utf8'), text);
  }
});
