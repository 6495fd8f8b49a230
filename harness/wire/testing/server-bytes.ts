/** A server's bytes, by hand: frames without a mask, legal or not, and any split of them. */

/** Its length in 1, 3 or 9 bytes, as short as it goes. */
export function serverFrame(opcode: number, payload: Uint8Array | string, fin = true): Buffer {
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

export function closeFrame(code: number, reason: Uint8Array | string = ''): Buffer {
  return serverFrame(8, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason as string)]));
}

/** The pieces between the given places. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).map((to, i) => bytes.subarray(edges[i], to));
}
