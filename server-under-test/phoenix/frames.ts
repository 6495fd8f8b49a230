/** WebSocket opcodes (RFC 6455, 5.2). */
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

const FINAL = 0x80;

function headerBytes(size: number): number {
  if (size < 126) return 2;
  return size < 65_536 ? 4 : 10;
}

/** Writes the header of an unmasked final frame and says where the payload starts. */
function writeHeader(frame: Buffer, opcode: number, size: number): number {
  frame[0] = FINAL | opcode;
  if (size < 126) {
    frame[1] = size;
    return 2;
  }
  if (size < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(size, 2);
    return 4;
  }
  frame[1] = 127;
  frame.writeUInt32BE(Math.floor(size / 2 ** 32), 2);
  frame.writeUInt32BE(size % 2 ** 32, 6);
  return 10;
}

/** One ready-to-write text frame, header and text in one buffer. */
export function textFrame(text: string): Buffer {
  const size = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(headerBytes(size) + size);
  const start = writeHeader(frame, TEXT, size);
  // The text of nearly every frame is ASCII, and then latin1 writes the same bytes in half the time.
  if (size === text.length) frame.write(text, start, 'latin1');
  else frame.write(text, start, 'utf8');
  return frame;
}

/** One ready-to-write frame around bytes. */
export function bytesFrame(opcode: number, bytes: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes(bytes.length) + bytes.length);
  frame.set(bytes, writeHeader(frame, opcode, bytes.length));
  return frame;
}

/** RFC 6455's "no status": as an argument, a close frame without a code. */
export const NO_CODE = 1005;

/** A close frame with a code and no reason, as Bandit and Cowboy send it. */
export function closeFrame(code: number): Buffer {
  if (code === NO_CODE) return Buffer.from([FINAL | CLOSE, 0]);
  return Buffer.from([FINAL | CLOSE, 2, code >> 8, code & 0xff]);
}

/** The other way round: opcode and payload of a frame made here. */
export function readServerFrame(frame: Uint8Array): { opcode: number; payload: Uint8Array } {
  const size = frame[1] as number;
  const start = size < 126 ? 2 : size === 126 ? 4 : 10;
  return { opcode: (frame[0] as number) & 0x0f, payload: frame.subarray(start) };
}
