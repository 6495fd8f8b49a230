/** What a client frame is made of; the defaults make a proper one. */
export interface FrameParts {
  readonly final?: boolean;
  readonly reserved?: number;
  readonly opcode?: number;
  readonly masked?: boolean;
  readonly key?: number;
  readonly payload?: Uint8Array;
  /** Says another length than the payload has. */
  readonly claimedBytes?: number;
}

function lengthBytes(size: number): Buffer {
  if (size < 126) return Buffer.from([size]);
  if (size < 65_536) return Buffer.from([126, size >> 8, size & 0xff]);
  const wide = Buffer.alloc(9, 127);
  wide.writeUInt32BE(Math.floor(size / 2 ** 32), 1);
  wide.writeUInt32BE(size % 2 ** 32, 5);
  return wide;
}

/** One client frame, as right or wrong as asked for. */
export function forgeFrame(parts: FrameParts = {}): Buffer {
  const { final = true, reserved = 0, opcode = 1, masked = true, key = 0 } = parts;
  const payload = parts.payload ?? new Uint8Array(0);
  const size = lengthBytes(parts.claimedBytes ?? payload.length);
  size[0] = (size[0] ?? 0) | (masked ? 0x80 : 0);
  const head = Buffer.from([(final ? 0x80 : 0) | (reserved << 4) | opcode]);
  if (!masked) return Buffer.concat([head, size, payload]);
  const mask = Buffer.alloc(4);
  mask.writeUInt32BE(key >>> 0);
  const body = Buffer.from(payload);
  for (let at = 0; at < body.length; at += 1) body[at] = (body[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return Buffer.concat([head, size, mask, body]);
}

/** A V2 binary push of a client (phoenix-semantics 1.4). */
export function binaryPush(fields: readonly string[], data: Uint8Array, kind = 0): Buffer {
  const parts = fields.map((field) => Buffer.from(field));
  return Buffer.concat([Buffer.from([kind, ...parts.map((part) => part.length)]), ...parts, data]);
}
