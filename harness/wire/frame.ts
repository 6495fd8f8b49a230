/**
 * WebSocket frames as a client writes them (RFC 6455). The mask key is zero:
 * legal, and it saves an XOR over every payload byte (a load generator has no
 * proxies to protect from its own payloads).
 */

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const MASK_BIT = 0x80;

/** The longest reason a close frame has room for, in bytes. */
const MAX_REASON_BYTES = 123;

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
  // The mask key, by hand: `fill` costs as much as the allocation.
  frame[head - 4] = 0;
  frame[head - 3] = 0;
  frame[head - 2] = 0;
  frame[head - 1] = 0;
  if (typeof payload === 'string') frame.write(payload, head);
  else frame.set(payload, head);
  return frame;
}

/** A masked close frame; a reason beyond 123 bytes is cut, between two characters. */
export function encodeCloseFrame(code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(2 + MAX_REASON_BYTES);
  payload.writeUInt16BE(code);
  const written = reason === '' ? 0 : payload.write(reason, 2);
  return encodeFrame(OPCODE.close, payload.subarray(0, 2 + written));
}

/** The payload of a frame that `encodeFrame` made: under its mask of zeros it lies there plain. */
export function payloadOf(frame: Buffer): Buffer {
  const short = (frame[1] ?? 0) & 0x7f;
  return frame.subarray(short < 126 ? 6 : short === 126 ? 8 : 14);
}
