/**
 * WebSocket frames as a client writes them (RFC 6455). The mask key is zero:
 * legal, and it saves an XOR over every payload byte (a load generator has no
 * proxies to protect from its own payloads).
 */

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const MASK_BIT = 0x80;

/** The longest reason a close frame has room for, in bytes. */
const MAX_REASON_BYTES = 123;

/** Payloads up to here have the short head of six bytes. */
const MAX_SHORT = 125;
const SHORT_HEAD = 6;

/** Short frames lie side by side in one piece of memory until it is full; nobody writes to a frame that was handed out. */
const SLAB_BYTES = 65_536;
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let used = 0;

/** A masked client frame of the given opcode. */
export function encodeFrame(opcode: number, payload: Uint8Array | string): Buffer {
  if (typeof payload === 'string' && payload.length <= MAX_SHORT) {
    const frame = encodeShort(opcode, payload);
    if (frame) return frame;
  }
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

/** The frame of a text that may be short; null when its characters are more bytes than that. Written once, not measured first. */
function encodeShort(opcode: number, text: string): Buffer | null {
  // No character of a string is more than three bytes.
  if (used + SHORT_HEAD + 3 * text.length > SLAB_BYTES) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    used = 0;
  }
  const from = used;
  const length = slab.write(text, from + SHORT_HEAD);
  if (length > MAX_SHORT) return null;
  slab[from] = 0x80 | opcode;
  slab[from + 1] = MASK_BIT | length;
  slab[from + 2] = 0;
  slab[from + 3] = 0;
  slab[from + 4] = 0;
  slab[from + 5] = 0;
  used = from + SHORT_HEAD + length;
  return slab.subarray(from, used);
}

/** A masked close frame; a reason beyond 123 bytes is cut, between two characters. */
export function encodeCloseFrame(code: number, reason = ''): Buffer {
  const payload = Buffer.alloc(2 + MAX_REASON_BYTES);
  payload.writeUInt16BE(code);
  const written = reason === '' ? 0 : payload.write(reason, 2);
  return encodeFrame(OPCODE.close, payload.subarray(0, 2 + written));
}

/** False of a frame that breaks the rule for clients. */
export function isMasked(frame: Buffer): boolean {
  return ((frame[1] ?? 0) & MASK_BIT) !== 0;
}

/** The payload of a frame of ours: under its mask of zeros, or under none, it lies there plain. */
export function payloadOf(frame: Buffer): Buffer {
  const short = (frame[1] ?? 0) & 0x7f;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  return frame.subarray(isMasked(frame) ? head + 4 : head);
}
