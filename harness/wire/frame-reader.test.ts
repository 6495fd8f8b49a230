import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { OPCODE } from './frame.ts';
import { readFrames, type Carry, type FrameSink } from './frame-reader.ts';
import type { Breach } from './outcome-words.ts';
import { anyText } from './testing/any-text.ts';
import { closeFrame, cutAt, serverFrame } from './testing/server-bytes.ts';

const MAX_BYTES = 1_048_576;

/** Writes down what the reader finds. */
class Finds implements FrameSink {
  readonly found: string[] = [];
  onText(buffer: Buffer, from: number, to: number): void {
    this.found.push(`text ${buffer.toString('utf8', from, to)}`);
  }
  onBinary(buffer: Buffer, from: number, to: number): void {
    this.found.push(`binary ${buffer.toString('hex', from, to)}`);
  }
  onPing(payload: Buffer): void {
    this.found.push(`ping ${payload.toString('hex')}`);
  }
  onCloseFrame(code: number, reason: string): void {
    this.found.push(`close ${code}${reason === '' ? '' : ` ${reason}`}`);
  }
  onBreach([code, what]: Breach): void {
    this.found.push(`error ${code}: ${what}`);
  }
}

/** Reads chunks as a connection does: from one buffer that every read overwrites. */
function readChunks(
  chunks: readonly Buffer[],
  maxBytes = MAX_BYTES,
): { found: string[]; carry: Carry | null } {
  const shared = Buffer.alloc(Math.max(...chunks.map((chunk) => chunk.length)) + 7, 0xaa);
  const sink = new Finds();
  let carry: Carry | null = null;
  for (const chunk of chunks) {
    shared.fill(0xaa);
    chunk.copy(shared, 3);
    carry = readFrames(shared, 3, 3 + chunk.length, carry, sink, maxBytes);
  }
  return { found: sink.found, carry };
}

suite('reading', () => {
  const script: [Buffer, string[]][] = [
    [serverFrame(OPCODE.text, 'zażółć'), ['text zażółć']],
    [serverFrame(OPCODE.text, ''), ['text ']],
    [serverFrame(OPCODE.binary, Buffer.from([0, 255])), ['binary 00ff']],
    [serverFrame(OPCODE.ping, 'hi'), ['ping 6869']],
    [serverFrame(OPCODE.pong, 'unasked'), []],
    [serverFrame(OPCODE.text, 'x'.repeat(125)), [`text ${'x'.repeat(125)}`]],
    [serverFrame(OPCODE.text, 'y'.repeat(126)), [`text ${'y'.repeat(126)}`]],
    [serverFrame(OPCODE.text, 'one ', false), []],
    [serverFrame(OPCODE.ping, 'between'), ['ping 6265747765656e']],
    [serverFrame(OPCODE.continuation, 'two ', false), []],
    [serverFrame(OPCODE.pong, ''), []],
    [serverFrame(OPCODE.continuation, 'three'), ['text one two three']],
    [serverFrame(OPCODE.binary, Buffer.from([1]), false), []],
    [serverFrame(OPCODE.continuation, ''), ['binary 01']],
  ];
  const bytes = Buffer.concat(script.map(([frame]) => frame));
  const expected = script.flatMap(([, found]) => found);

  test('finds every message of one chunk, and keeps nothing back', () => {
    assert.deepEqual(readChunks([bytes]), { found: expected, carry: null });
  });

  test('finds the same messages wherever the bytes are cut in two', () => {
    for (let at = 1; at < bytes.length; at++) {
      const { found, carry } = readChunks(cutAt(bytes, [at]));
      assert.deepEqual(found, expected, `cut at ${at}`);
      assert.equal(carry, null);
    }
  });

  test('finds the same messages byte by byte', () => {
    const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    assert.deepEqual(readChunks(single).found, expected);
  });

  test('a message of 64 KiB takes a length of eight bytes, one less takes two', () => {
    for (const length of [65_535, 65_536]) {
      const frame = serverFrame(OPCODE.text, 'z'.repeat(length));
      assert.equal(frame.length - length, length === 65_535 ? 4 : 10);
      for (const at of [1, 2, 3, 5, 9, 10, 11, 40_000, length]) {
        const { found } = readChunks(cutAt(frame, [at]));
        assert.equal(found.length, 1);
        assert.equal(found[0]?.length, length + 'text '.length);
      }
    }
  });

  test('tells of the ping inside a split message before the message is whole', () => {
    const begun = Buffer.concat([serverFrame(OPCODE.text, 'a', false), serverFrame(OPCODE.ping, '')]);
    const { found, carry } = readChunks([begun]);
    assert.deepEqual(found, ['ping ']);
    assert.equal(carry?.messageLength, 1);
  });

  test('what follows a close frame is not read', () => {
    const code = Buffer.from([0x03, 0xe9]);
    const closed = Buffer.concat([serverFrame(OPCODE.close, code), serverFrame(OPCODE.text, 'more')]);
    assert.deepEqual(readChunks([closed]).found, ['close 1001']);
    const single = Array.from(closed, (_, at) => closed.subarray(at, at + 1));
    assert.deepEqual(readChunks(single.slice(0, 4)), { found: ['close 1001'], carry: null });
  });

  test('tells the reason of a close frame', () => {
    assert.deepEqual(readChunks([closeFrame(1_001, 'zażółć')]).found, ['close 1001 zażółć']);
  });

  test('a close frame without a code is 1005', () => {
    assert.deepEqual(readChunks([serverFrame(OPCODE.close, '')]).found, ['close 1005']);
  });

  test('any messages, split and cut in any way, arrive whole and in order', () => {
    const message = fc.record({
      text: fc.boolean(),
      pieces: fc.array(anyText(200), { minLength: 1, maxLength: 4 }),
      ping: fc.boolean(),
    });
    const cuts = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 6 }), cuts, (messages, places) => {
        const frames: Buffer[] = [];
        const wanted: string[] = [];
        for (const { text, pieces, ping } of messages) {
          const bodies = pieces.map((piece) => Buffer.from(piece));
          bodies.forEach((body, nth) => {
            const opcode = nth > 0 ? OPCODE.continuation : text ? OPCODE.text : OPCODE.binary;
            frames.push(serverFrame(opcode, body, nth === bodies.length - 1));
            if (!ping) return;
            frames.push(serverFrame(OPCODE.ping, Buffer.from([nth])));
            if (nth < bodies.length - 1) wanted.push(`ping ${Buffer.from([nth]).toString('hex')}`);
          });
          const whole = Buffer.concat(bodies);
          wanted.push(text ? `text ${whole.toString('utf8')}` : `binary ${whole.toString('hex')}`);
          if (ping) wanted.push(`ping ${Buffer.from([bodies.length - 1]).toString('hex')}`);
        }
        const all = Buffer.concat(frames);
        const { found, carry } = readChunks(
          cutAt(
            all,
            places.map((place) => place % all.length),
          ),
        );
        assert.deepEqual(found, wanted);
        assert.equal(carry, null);
      }),
    );
  });
});

suite('refusing', () => {
  const masked = (frame: Buffer): Buffer => {
    const copy = Buffer.from(frame);
    copy[1] = copy[1]! | 0x80;
    return copy;
  };
  const withFirst = (frame: Buffer, change: (first: number) => number): Buffer => {
    const copy = Buffer.from(frame);
    copy[0] = change(copy[0]!);
    return copy;
  };
  const text = serverFrame(OPCODE.text, 'hello');
  const begun = serverFrame(OPCODE.text, 'a', false);
  const illegal: Record<string, [Buffer, RegExp]> = {
    'a masked frame': [masked(text), /^error 1002: .*masked/],
    'the first reserved bit': [withFirst(text, (first) => first | 0x40), /^error 1002: .*reserved/],
    'the last reserved bit': [withFirst(text, (first) => first | 0x10), /^error 1002: .*reserved/],
    'an unknown data opcode': [serverFrame(3, ''), /^error 1002: .*opcode/],
    'an unknown control opcode': [serverFrame(11, ''), /^error 1002: .*opcode/],
    'a long ping': [serverFrame(OPCODE.ping, 'x'.repeat(126)), /^error 1002: .*control/],
    'a split ping': [serverFrame(OPCODE.ping, 'x', false), /^error 1002: .*control/],
    'a stray continuation': [serverFrame(OPCODE.continuation, 'x'), /^error 1002: .*stray/],
    'a new message inside a split one': [Buffer.concat([begun, text]), /^error 1002: .*inside/],
    'a close frame of one byte': [serverFrame(OPCODE.close, 'x'), /^error 1002: .*one byte/],
    'two bytes of length where one would do': [
      Buffer.from([0x81, 126, 0, 125, ...Buffer.alloc(125)]),
      /^error 1002: .*length/,
    ],
    'eight bytes of length where two would do': [
      Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 0, 255, 255]), Buffer.alloc(65_535)]),
      /^error 1002: .*length/,
    ],
    'a byte that no UTF-8 has': [serverFrame(OPCODE.text, Buffer.from([0x68, 0xff])), /^error 1007/],
    'an overlong form': [serverFrame(OPCODE.text, Buffer.from([0xc0, 0xaf])), /^error 1007/],
    'half a surrogate pair': [serverFrame(OPCODE.text, Buffer.from([0xed, 0xa0, 0x80])), /^error 1007/],
    'a character cut off': [serverFrame(OPCODE.text, Buffer.from([0x61, 0xe2, 0x80])), /^error 1007/],
    'a character cut off at the end of a split message': [
      Buffer.concat([begun, serverFrame(OPCODE.continuation, Buffer.from([0xe2, 0x80]))]),
      /^error 1007/,
    ],
    'a close reason that is not UTF-8': [closeFrame(1_000, Buffer.from([0xff])), /^error 1007/],
  };
  for (const [what, [bytes, wanted]] of Object.entries(illegal)) {
    test(`${what} breaks the protocol, and nothing after it is read`, () => {
      const { found, carry } = readChunks([Buffer.concat([bytes, text])]);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? '', wanted);
      assert.equal(carry, null);
    });
  }

  test('a close code is one that may be sent, at every edge', () => {
    const allowed = [1_000, 1_003, 1_007, 1_011, 1_012, 1_013, 1_014, 3_000, 4_999];
    const forbidden = [0, 1, 999, 1_004, 1_005, 1_006, 1_015, 1_016, 2_999, 5_000, 65_535];
    for (const code of allowed) assert.deepEqual(readChunks([closeFrame(code)]).found, [`close ${code}`]);
    for (const code of forbidden) {
      assert.match(readChunks([closeFrame(code)]).found[0] ?? '', /^error 1002: .*close code/, `${code}`);
    }
  });

  test('a frame that says it is too large is refused by its head alone, with 1009', () => {
    const head = Buffer.alloc(10);
    head[0] = 0x81;
    head[1] = 127;
    for (const length of [65_536n, 2n ** 40n, 2n ** 53n, 2n ** 63n]) {
      head.writeBigUInt64BE(length, 2);
      assert.match(readChunks([head], 1_000).found[0] ?? '', /^error 1009/);
      const single = Array.from(head, (_, at) => head.subarray(at, at + 1));
      assert.match(readChunks(single, 1_000).found[0] ?? '', /^error 1009/);
    }
    assert.deepEqual(readChunks([serverFrame(OPCODE.text, 'x'.repeat(1_000))], 1_000).found.length, 1);
  });

  test('a split message may not grow beyond the limit either', () => {
    const pieces = [0, 1, 2].map((nth) =>
      serverFrame(nth === 0 ? OPCODE.text : OPCODE.continuation, 'x'.repeat(400), false),
    );
    assert.deepEqual(readChunks(pieces.slice(0, 2), 1_000).found, []);
    assert.match(readChunks(pieces, 1_000).found[0] ?? '', /^error 1009/);
  });
});

suite('holding', () => {
  const many = (count: number, payload: string): Buffer =>
    Buffer.concat(Array.from({ length: count }, () => serverFrame(OPCODE.continuation, payload, false)));
  const begun = serverFrame(OPCODE.text, '', false);

  test('a slow drip holds at most twice what has come, whatever the head announces', () => {
    const head = Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 15, 0, 0]);
    const single = Array.from({ length: 5_000 }, () => Buffer.from([7]));
    const { carry } = readChunks([head, ...single]);
    assert.equal(carry?.length, 5_010);
    assert.ok((carry?.bytes.length ?? 0) <= 2 * 5_010, `${carry?.bytes.length}`);
  });

  test('tiny fragments hold their bytes and no more', () => {
    const { carry } = readChunks([begun, many(5_000, 'x')]);
    assert.equal(carry?.messageLength, 5_000);
    assert.ok((carry?.message.length ?? 0) <= 2 * 5_000);
    assert.equal(carry?.bytes.length, 0);
  });

  test('too many fragments are refused with 1008, empty ones as well', () => {
    for (const payload of ['', 'x']) {
      assert.deepEqual(readChunks([begun, many(16_383, payload)]).found, []);
      assert.match(readChunks([begun, many(16_384, payload)]).found[0] ?? '', /^error 1008/);
    }
  });

  test('a limit on the message counts what its fragments announce, before it has come', () => {
    const announced = Buffer.from([0x80, 126, 2, 0]);
    const first = serverFrame(OPCODE.text, 'x'.repeat(600), false);
    assert.match(readChunks([Buffer.concat([first, announced])], 1_000).found[0] ?? '', /^error 1009/);
    assert.deepEqual(readChunks([Buffer.concat([first, announced])], 1_112).found, []);
  });

  test('nothing is held between two messages', () => {
    const whole = Buffer.concat([begun, serverFrame(OPCODE.continuation, 'x'.repeat(300))]);
    for (let at = 1; at < whole.length; at++) assert.equal(readChunks(cutAt(whole, [at])).carry, null);
  });
});
