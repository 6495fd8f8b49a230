/**
 * The one buffer into which all plain connections of a process read: each call
 * back consumes its bytes before it returns. And whether bytes are text.
 */
import { isUtf8 } from 'node:buffer';

export const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

const WORDS = new DataView(READ_BUFFER.buffer, READ_BUFFER.byteOffset, READ_BUFFER.length);

/** From here on a native look at the bytes is cheaper, for all that it needs a view on them. */
const LONG_BYTES = 192;

/** True when the bytes are UTF-8. Short ASCII in the read buffer, the ordinary message, is told four bytes at a time. */
export function isText(buffer: Buffer, from: number, to: number): boolean {
  if (buffer === READ_BUFFER && to - from < LONG_BYTES && isAscii(from, to)) return true;
  return from === to || isUtf8(buffer.subarray(from, to));
}

function isAscii(from: number, to: number): boolean {
  let at = from;
  for (; at <= to - 4; at += 4) if ((WORDS.getInt32(at) & 0x80808080) !== 0) return false;
  for (; at < to; at++) if ((READ_BUFFER[at] ?? 0) > 127) return false;
  return true;
}
