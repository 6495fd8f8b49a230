/**
 * WebSocket frames with nothing forbidden: a client that must break RFC 6455 to
 * see what the server says to it.
 */
import { OPCODE } from '../wire/frame.ts';

/** A frame to send. What is left out is what an honest client would say. */
export type RawFrame = {
  opcode: number;
  payload?: Uint8Array | string;
  fin?: boolean;
  /** The three reserved bits, 0 to 7. */
  rsv?: number;
  masked?: boolean;
  /** What the header says the payload's size is, whatever follows. */
  announcedBytes?: number;
};

/** A frame or whole message of the server. */
export type ServerFrame = { opcode: number; payload: Buffer };

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

export function rawFrame(frame: RawFrame): Buffer {
  const payload = Buffer.from(frame.payload ?? '');
  const masked = frame.masked ?? true;
  const size = frame.announcedBytes ?? payload.length;
  const first = (frame.fin === false ? 0 : 0x80) | ((frame.rsv ?? 0) << 4) | frame.opcode;
  const maskBit = masked ? 0x80 : 0;
  const header = [Buffer.from([first, maskBit | (size < 126 ? size : size < 65_536 ? 126 : 127)])];
  if (size >= 65_536) {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(BigInt(size));
    header.push(long);
  } else if (size >= 126) {
    header.push(Buffer.from([size >> 8, size & 0xff]));
  }
  if (!masked) return Buffer.concat([...header, payload]);
  return Buffer.concat([...header, MASK, payload.map((byte, at) => byte ^ (MASK[at % 4] ?? 0))]);
}

/** Takes the server's bytes apart; throws when the server itself breaks RFC 6455. */
export class ServerFrames {
  #bytes = Buffer.alloc(0);
  #fragments: Buffer[] = [];
  #opcode = 0;

  feed(chunk: Buffer): ServerFrame[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const frames: ServerFrame[] = [];
    for (;;) {
      const { whole, frame } = this.#next();
      if (!whole) return frames;
      if (frame !== null) frames.push(frame);
    }
  }

  #next(): { whole: boolean; frame: ServerFrame | null } {
    const bytes = this.#bytes;
    const first = bytes[0];
    const second = bytes[1];
    if (first === undefined || second === undefined) return { whole: false, frame: null };
    if ((second & 0x80) !== 0) throw new Error('the server sent a masked frame');
    if ((first & 0x70) !== 0) throw new Error('the server set reserved bits');
    const head = second < 126 ? 2 : second === 126 ? 4 : 10;
    if (bytes.length < head) return { whole: false, frame: null };
    const size = head === 2 ? second : head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < head + size) return { whole: false, frame: null };
    const payload = bytes.subarray(head, head + size);
    this.#bytes = bytes.subarray(head + size);
    return { whole: true, frame: this.#take(first & 0x0f, (first & 0x80) !== 0, payload) };
  }

  #take(opcode: number, isFinal: boolean, payload: Buffer): ServerFrame | null {
    if (opcode >= OPCODE.close) return { opcode, payload };
    if ((opcode === OPCODE.continuation) !== this.#opcode > 0)
      throw new Error('the server lost its fragments');
    if (opcode !== OPCODE.continuation) this.#opcode = opcode;
    this.#fragments.push(payload);
    if (!isFinal) return null;
    const message = { opcode: this.#opcode, payload: Buffer.concat(this.#fragments) };
    this.#opcode = 0;
    this.#fragments = [];
    return message;
  }
}
