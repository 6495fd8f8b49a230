/** What came from the server; `gone` is the end of the connection under it. */
export type Arrival =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary' | 'pong'; readonly hex: string }
  | { readonly kind: 'close'; readonly code: number | null }
  | { readonly kind: 'odd'; readonly opcode: number }
  | { readonly kind: 'gone' };

/** Reads the frames of a server, which come whole, final and unmasked. */
export class ServerFrames {
  private rest: Buffer = Buffer.alloc(0);

  /** Every frame these bytes complete. */
  feed(chunk: Buffer): Arrival[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const arrivals: Arrival[] = [];
    for (;;) {
      const size = frameBytes(this.rest);
      if (size === null || this.rest.length < size.head + size.payload) return arrivals;
      const payload = this.rest.subarray(size.head, size.head + size.payload);
      arrivals.push(arrivalOf(this.rest[0] ?? 0, payload));
      this.rest = this.rest.subarray(size.head + size.payload);
    }
  }
}

function frameBytes(bytes: Buffer): { head: number; payload: number } | null {
  if (bytes.length < 2) return null;
  const short = bytes[1] ?? 0;
  if (short < 126) return { head: 2, payload: short };
  if (short === 126) return bytes.length < 4 ? null : { head: 4, payload: bytes.readUInt16BE(2) };
  return bytes.length < 10 ? null : { head: 10, payload: Number(bytes.readBigUInt64BE(2)) };
}

function arrivalOf(first: number, payload: Buffer): Arrival {
  switch (first) {
    case 0x81:
      return { kind: 'text', text: payload.toString('utf8') };
    case 0x82:
      return { kind: 'binary', hex: payload.toString('hex') };
    case 0x88:
      return { kind: 'close', code: payload.length < 2 ? null : payload.readUInt16BE(0) };
    case 0x8a:
      return { kind: 'pong', hex: payload.toString('hex') };
    default:
      return { kind: 'odd', opcode: first };
  }
}
