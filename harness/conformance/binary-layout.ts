/** V2 binary frames, byte by byte (phoenix-semantics 1.4). */

/** Client to server: kind 0 with a ref. */
export function binaryPush(joinRef: string, ref: string, topic: string, event: string, data: Buffer): Buffer {
  return layOut(0, [joinRef, ref, topic, event], data);
}

/** Server to client: kind 0 has no ref. */
export function binaryPushed(joinRef: string, topic: string, event: string, data: Buffer): Buffer {
  return layOut(0, [joinRef, topic, event], data);
}

export function binaryReply(
  joinRef: string,
  ref: string,
  topic: string,
  status: string,
  data: Buffer,
): Buffer {
  return layOut(1, [joinRef, ref, topic, status], data);
}

export function binaryBroadcast(topic: string, event: string, data: Buffer): Buffer {
  return layOut(2, [topic, event], data);
}

function layOut(kind: number, fields: readonly string[], data: Buffer): Buffer {
  const parts = fields.map((text) => Buffer.from(text));
  return Buffer.concat([Buffer.from([kind, ...parts.map((part) => part.length)]), ...parts, data]);
}
