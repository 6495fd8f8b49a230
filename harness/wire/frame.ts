/**
 * WebSocket frames, the client's half of RFC 6455: encode masked, read unmasked.
 * The mask key is zero: legal, and it saves an XOR over every payload byte (a
 * load generator has no proxies to protect from its own payloads).
 */

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Receives what `readFrames` finds; text and binary point into the reader's buffer. */
export type FrameSink = {
  onText(buffer: Buffer, from: number, to: number): void;
  onBinary(buffer: Buffer, from: number, to: number): void;
  onPing(payload: Buffer): void;
  onCloseFrame(code: number): void;
  /** The peer broke the protocol; `closeCode` is the one RFC 6455 names for it. */
  onProtocolError(closeCode: number, what: string): void;
};

/** What a connection keeps between two reads: an unfinished frame, an unfinished message. */
export type Carry = {
  chunks: Buffer[];
  bytes: number;
  /** Bytes without which the unfinished frame cannot be read further. */
  needed: number;
  fragments: Buffer[];
  fragmentBytes: number;
  /** Opcode of the fragmented message, 0 when there is none. */
  fragmentOpcode: number;
};

const MASK_BIT = 0x80;

/** A masked client frame of the given opcode. */
export function encodeFrame(opcode: number, payload: Uint8Array | string): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const head = length < 126 ? 6 : length < 65_536 ? 8 : 14;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x80 | opcode;
  if (length < 126) {
    frame[1] = MASK_BIT | length;
  } else if (length < 65_536) {
    frame[1] = MASK_BIT | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = MASK_BIT | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.fill(0, head - 4, head);
  if (typeof payload === 'string') frame.write(payload, head);
  else frame.set(payload, head);
  return frame;
}

/** A masked close frame with a status code and no reason. */
export function encodeCloseFrame(code: number): Buffer {
  const payload = Buffer.allocUnsafe(2);
  payload.writeUInt16BE(code);
  return encodeFrame(OPCODE.close, payload);
}

/**
 * Reads every whole frame of a chunk into the sink. Returns what must be handed
 * in again with the next chunk, or null when the chunk ended on a frame and
 * message boundary. After a protocol error the connection must not be read again.
 */
export function readFrames(
  chunk: Buffer,
  chunkFrom: number,
  chunkTo: number,
  carry: Carry | null,
  sink: FrameSink,
  maxBytes: number,
): Carry | null {
  let buffer = chunk;
  let at = chunkFrom;
  let end = chunkTo;
  if (carry && carry.bytes > 0) {
    // The shared read buffer is overwritten by the next read, so what stays is copied.
    carry.chunks.push(Buffer.from(chunk.subarray(chunkFrom, chunkTo)));
    carry.bytes += chunkTo - chunkFrom;
    if (carry.bytes < carry.needed) return carry;
    buffer = carry.chunks.length === 1 ? carry.chunks[0]! : Buffer.concat(carry.chunks, carry.bytes);
    carry.chunks = [];
    carry.bytes = 0;
    at = 0;
    end = buffer.length;
  }

  let state = carry;
  while (end - at >= 2) {
    const first = buffer[at]!;
    const second = buffer[at + 1]!;
    const opcode = first & 0x0f;
    let length = second & 0x7f;
    let head = 2;
    if ((first & 0x70) !== 0) return fail(sink, 1002, 'reserved bits are set');
    if ((second & MASK_BIT) !== 0) return fail(sink, 1002, 'a server frame is masked');
    if (opcode >= 8) {
      if (length > 125 || (first & 0x80) === 0) return fail(sink, 1002, 'a control frame is long or split');
    } else if (length === 126) {
      if (end - at < 4) break;
      length = buffer.readUInt16BE(at + 2);
      head = 4;
    } else if (length === 127) {
      if (end - at < 10) break;
      length = Number(buffer.readBigUInt64BE(at + 2));
      head = 10;
    }
    if (length > maxBytes) return fail(sink, 1009, `a frame of ${length} bytes`);
    if (end - at < head + length) {
      return keep(state, buffer, at, end, head + length);
    }
    const from = at + head;
    const to = from + length;
    at = to;

    if (opcode === OPCODE.text || opcode === OPCODE.binary) {
      if (state && state.fragmentOpcode !== 0) return fail(sink, 1002, 'a new message inside a split one');
      if ((first & 0x80) !== 0) {
        if (opcode === OPCODE.text) sink.onText(buffer, from, to);
        else sink.onBinary(buffer, from, to);
      } else {
        state ??= emptyCarry();
        state.fragmentOpcode = opcode;
        state.fragments.push(Buffer.from(buffer.subarray(from, to)));
        state.fragmentBytes = length;
      }
    } else if (opcode === OPCODE.continuation) {
      if (!state || state.fragmentOpcode === 0) return fail(sink, 1002, 'a stray continuation frame');
      state.fragments.push(Buffer.from(buffer.subarray(from, to)));
      state.fragmentBytes += length;
      if (state.fragmentBytes > maxBytes) return fail(sink, 1009, 'a split message too large');
      if ((first & 0x80) !== 0) {
        const message = Buffer.concat(state.fragments, state.fragmentBytes);
        const whole = state.fragmentOpcode;
        state.fragments = [];
        state.fragmentBytes = 0;
        state.fragmentOpcode = 0;
        if (whole === OPCODE.text) sink.onText(message, 0, message.length);
        else sink.onBinary(message, 0, message.length);
      }
    } else if (opcode === OPCODE.ping) {
      sink.onPing(Buffer.from(buffer.subarray(from, to)));
    } else if (opcode === OPCODE.close) {
      if (length === 1) return fail(sink, 1002, 'a close frame of one byte');
      sink.onCloseFrame(length >= 2 ? buffer.readUInt16BE(from) : 1005);
      return null;
    } else if (opcode !== OPCODE.pong) {
      return fail(sink, 1002, `unknown opcode ${opcode}`);
    }
  }
  if (at < end) return keep(state, buffer, at, end, end - at + 1);
  return state && state.fragmentOpcode !== 0 ? state : null;
}

/** Nothing kept. */
export function emptyCarry(): Carry {
  return { chunks: [], bytes: 0, needed: 0, fragments: [], fragmentBytes: 0, fragmentOpcode: 0 };
}

function keep(carry: Carry | null, buffer: Buffer, from: number, to: number, needed: number): Carry {
  const kept = carry ?? emptyCarry();
  kept.chunks.push(Buffer.from(buffer.subarray(from, to)));
  kept.bytes = to - from;
  kept.needed = needed;
  return kept;
}

function fail(sink: FrameSink, closeCode: number, what: string): null {
  sink.onProtocolError(closeCode, what);
  return null;
}
