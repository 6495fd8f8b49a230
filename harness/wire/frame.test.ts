import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { encodeCloseFrame, encodeFrame, OPCODE, readFrames, type Carry, type FrameSink } from './frame.ts';

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
  onCloseFrame(code: number): void {
    this.found.push(`close ${code}`);
  }
  onProtocolError(closeCode: number, what: string): void {
    this.found.push(`error ${closeCode}: ${what}`);
  }
}

/** A server's frame, by hand: unmasked, its length in 1, 3 or 9 bytes. */
function serverFrame(opcode: number, payload: Uint8Array | string, fin = true): Buffer {
  const body = Buffer.from(payload as string);
  const first = (fin ? 0x80 : 0) | opcode;
  if (body.length < 126) return Buffer.concat([Buffer.from([first, body.length]), body]);
  const head = Buffer.alloc(body.length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(body.length, 2);
  else head.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([head, body]);
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

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).map((to, i) => bytes.subarray(edges[i], to));
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
    assert.equal(carry?.fragmentBytes, 1);
  });

  test('what follows a close frame is not read', () => {
    const code = Buffer.from([0x03, 0xe9]);
    const closed = Buffer.concat([serverFrame(OPCODE.close, code), serverFrame(OPCODE.text, 'more')]);
    assert.deepEqual(readChunks([closed]).found, ['close 1001']);
    const withReason = serverFrame(OPCODE.close, Buffer.concat([code, Buffer.from('going away')]));
    assert.deepEqual(readChunks([withReason]).found, ['close 1001']);
  });

  test('a close frame without a code is 1005', () => {
    assert.deepEqual(readChunks([serverFrame(OPCODE.close, '')]).found, ['close 1005']);
  });

  test('any messages, split and cut in any way, arrive whole and in order', () => {
    const message = fc.record({
      text: fc.boolean(),
      pieces: fc.array(fc.string({ maxLength: 200, unit: 'binary' }), { minLength: 1, maxLength: 4 }),
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
    'an unknown data opcode': [serverFrame(3, ''), /^error 1002: .*opcode 3/],
    'an unknown control opcode': [serverFrame(11, ''), /^error 1002: .*opcode 11/],
    'a long ping': [serverFrame(OPCODE.ping, 'x'.repeat(126)), /^error 1002: .*control/],
    'a split ping': [serverFrame(OPCODE.ping, 'x', false), /^error 1002: .*control/],
    'a stray continuation': [serverFrame(OPCODE.continuation, 'x'), /^error 1002: .*stray/],
    'a new message inside a split one': [Buffer.concat([begun, text]), /^error 1002: .*inside/],
    'a close frame of one byte': [serverFrame(OPCODE.close, 'x'), /^error 1002: .*one byte/],
  };
  for (const [what, [bytes, wanted]] of Object.entries(illegal)) {
    test(`${what} breaks the protocol, and nothing after it is read`, () => {
      const { found, carry } = readChunks([Buffer.concat([bytes, text])]);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? '', wanted);
      assert.equal(carry, null);
    });
  }

  test('a frame that says it is too large is refused by its head alone, with 1009', () => {
    const head = Buffer.alloc(10);
    head[0] = 0x81;
    head[1] = 127;
    for (const length of [1_001n, 2n ** 40n, 2n ** 63n]) {
      head.writeBigUInt64BE(length, 2);
      assert.match(readChunks([head], 1_000).found[0] ?? '', /^error 1009/);
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

suite('writing', () => {
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

  test('a close frame carries its code and nothing else', () => {
    const { first, payload } = unmask(encodeCloseFrame(1_012));
    assert.equal(first, 0x88);
    assert.deepEqual(payload, Buffer.from([0x03, 0xf4]));
  });
});
