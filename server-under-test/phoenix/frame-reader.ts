import { isUtf8 } from 'node:buffer';
import { BINARY, CLOSE, PONG, TEXT } from './frames.ts';

/** `next()`: the bytes so far hold no complete frame. */
export const NEED_MORE = 0;
/** `next()`: the peer broke the protocol; `errorCode` says how. */
export const BROKEN = -1;

const PROTOCOL_ERROR = 1002;
const BAD_TEXT = 1007;
const TOO_BIG = 1009;
const EMPTY = Buffer.alloc(0);

/**
 * Reads client frames out of a byte stream, one call one message (RFC 6455; codes as in phoenix-semantics 1.8).
 *
 * Own code instead of a library's because a held transport must stop between two frames of one chunk, pings included.
 */
export class FrameReader {
  /** Payload of the message `next()` announced; valid until the next call. */
  payload: Buffer = EMPTY;
  /** Close code for `BROKEN`. */
  errorCode = 0;
  private bytes: Buffer = EMPTY;
  private at = 0;
  private needed = 2;
  private pieces: Buffer[] | null = null;
  private piecesBytes = 0;
  private fragments: Fragments | null = null;
  private readonly limits: FrameLimits;

  constructor(limits: FrameLimits) {
    this.limits = limits;
  }

  /** True when every byte fed was used. */
  get drained(): boolean {
    return this.bytes.length === this.at && this.pieces === null;
  }

  /** Adds bytes; the buffer is the reader's from now on and is unmasked in place. */
  feed(chunk: Buffer): void {
    if (this.pieces !== null) {
      this.pieces.push(chunk);
      this.piecesBytes += chunk.length;
    } else if (this.at === this.bytes.length) {
      this.bytes = chunk;
      this.at = 0;
    } else {
      const rest = this.bytes.subarray(this.at);
      this.pieces = [rest, chunk];
      this.piecesBytes = rest.length + chunk.length;
    }
    // Joined only when a whole frame can come out: a large frame is copied once, not once per chunk.
    if (this.pieces !== null && this.piecesBytes >= this.needed) {
      this.bytes = Buffer.concat(this.pieces, this.piecesBytes);
      this.at = 0;
      this.pieces = null;
    }
  }

  /** The opcode of the next complete message (fragments joined), `NEED_MORE`, or `BROKEN`. */
  next(): number {
    this.payload = EMPTY;
    for (;;) {
      const opcode = this.frame();
      if (opcode <= 0) return opcode;
      if (opcode !== CONTINUED) return opcode;
    }
  }

  /** Forgets what is left, so that an idle connection keeps no chunk alive. */
  rest(): void {
    this.payload = EMPTY;
    if (this.at === this.bytes.length) {
      this.bytes = EMPTY;
      this.at = 0;
    }
  }

  private frame(): number {
    const { bytes, at } = this;
    const left = this.pieces === null ? bytes.length - at : 0;
    if (left < 2) return this.wait(2);
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    const opcode = first & 0x0f;
    if ((first & 0x70) !== 0 || (second & 0x80) === 0) return this.broken(PROTOCOL_ERROR);
    let size = second & 0x7f;
    const headerSize = size < 126 ? 6 : size === 126 ? 8 : 14;
    if (opcode >= CLOSE) {
      if ((first & 0x80) === 0 || size > 125 || opcode > PONG) return this.broken(PROTOCOL_ERROR);
    } else if (opcode > BINARY || (opcode === 0) === (this.fragments === null)) {
      return this.broken(PROTOCOL_ERROR);
    }
    if (left < headerSize) return this.wait(headerSize);
    if (size === 126) size = bytes.readUInt16BE(at + 2);
    else if (size === 127) size = bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6);
    // Bandit counts the header too.
    if (size + headerSize > this.limits.frameBytes) return this.broken(TOO_BIG);
    if (left < headerSize + size) return this.wait(headerSize + size);
    const start = at + headerSize;
    const end = start + size;
    unmask(bytes, start, end, start - 4);
    this.at = end;
    this.needed = 2;
    return this.take(opcode, (first & 0x80) !== 0, bytes.subarray(start, end));
  }

  private take(opcode: number, final: boolean, payload: Buffer): number {
    if (opcode >= CLOSE) {
      this.payload = payload;
      return opcode === CLOSE ? this.checkClose(payload) : opcode;
    }
    if (opcode !== 0 && final) return this.complete(opcode, payload);
    const fragments = (this.fragments ??= new Fragments(opcode));
    if (fragments.size + payload.length > this.limits.fragmentedBytes) return this.broken(TOO_BIG);
    fragments.append(payload);
    if (!final) return CONTINUED;
    this.fragments = null;
    return this.complete(fragments.opcode, fragments.joined());
  }

  private complete(opcode: number, payload: Buffer): number {
    if (opcode === TEXT && !isUtf8(payload)) return this.broken(BAD_TEXT);
    this.payload = payload;
    return opcode;
  }

  private checkClose(payload: Buffer): number {
    if (payload.length === 0) return CLOSE;
    if (payload.length === 1) return this.broken(PROTOCOL_ERROR);
    const code = payload.readUInt16BE(0);
    // 1004 to 1006 must never be on the wire.
    if (code < 1000 || (code >= 1004 && code <= 1006)) return this.broken(PROTOCOL_ERROR);
    return isUtf8(payload.subarray(2)) ? CLOSE : this.broken(BAD_TEXT);
  }

  private wait(needed: number): number {
    this.needed = needed;
    return NEED_MORE;
  }

  private broken(code: number): number {
    this.errorCode = code;
    return BROKEN;
  }
}

/** Sizes in bytes beyond which a frame, or a message in fragments, is refused with 1009. */
export interface FrameLimits {
  readonly frameBytes: number;
  readonly fragmentedBytes: number;
}

/** Inside the reader: a fragment was taken and the message goes on. */
const CONTINUED = 16;

/** A message growing fragment by fragment, copied so that tiny fragments cannot keep large chunks alive. */
class Fragments {
  readonly opcode: number;
  size = 0;
  private store = Buffer.allocUnsafe(512);

  constructor(opcode: number) {
    this.opcode = opcode;
  }

  append(payload: Buffer): void {
    const size = this.size + payload.length;
    if (size > this.store.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, this.store.length * 2));
      this.store.copy(larger, 0, 0, this.size);
      this.store = larger;
    }
    payload.copy(this.store, this.size);
    this.size = size;
  }

  joined(): Buffer {
    return this.store.subarray(0, this.size);
  }
}

function unmask(bytes: Buffer, start: number, end: number, key: number): void {
  const k0 = bytes[key] as number;
  const k1 = bytes[key + 1] as number;
  const k2 = bytes[key + 2] as number;
  const k3 = bytes[key + 3] as number;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    bytes[at] = (bytes[at] as number) ^ k0;
    bytes[at + 1] = (bytes[at + 1] as number) ^ k1;
    bytes[at + 2] = (bytes[at + 2] as number) ^ k2;
    bytes[at + 3] = (bytes[at + 3] as number) ^ k3;
  }
  if (at < end) bytes[at] = (bytes[at] as number) ^ k0;
  if (at + 1 < end) bytes[at + 1] = (bytes[at + 1] as number) ^ k1;
  if (at + 2 < end) bytes[at + 2] = (bytes[at + 2] as number) ^ k2;
}
