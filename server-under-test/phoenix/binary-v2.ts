import { BINARY, bytesFrame } from './frames.ts';
import { DecodeError, Message, type Ref } from './message.ts';

const PUSH = 0;
const REPLY = 1;
const BROADCAST = 2;
const LONGEST_FIELD_BYTES = 255;

/** Kind byte, one size byte per field, the fields, then the data to the end. */
function assemble(kind: number, fields: readonly string[], data: Uint8Array): Buffer {
  const parts = fields.map((field) => Buffer.from(field));
  const sizes = [kind];
  for (const part of parts) {
    if (part.length > LONGEST_FIELD_BYTES)
      throw new RangeError('a field of a binary message has 255 bytes at most');
    sizes.push(part.length);
  }
  return bytesFrame(BINARY, Buffer.concat([Buffer.from(sizes), ...parts, data]));
}

function textOf(ref: Ref): string {
  if (ref === null || ref === undefined) return '';
  return typeof ref === 'string' ? ref : JSON.stringify(ref);
}

/** Reads a client's binary push, the only kind a server accepts. */
export function decodeBinaryPush(bytes: Buffer): Message {
  if (bytes.length < 5 || bytes[0] !== PUSH) throw new DecodeError('not a binary push');
  const fields: string[] = [];
  let at = 5;
  for (let index = 1; index <= 4; index += 1) {
    const end = at + (bytes[index] as number);
    if (end > bytes.length) throw new DecodeError('a binary push ends inside its fields');
    fields.push(bytes.toString('utf8', at, end));
    at = end;
  }
  // A copy: the chunk it came in is reused and unmasked in place.
  return new Message(fields[0], fields[1], fields[2], fields[3], new Uint8Array(bytes.subarray(at)));
}

export function encodeBinaryPush(joinRef: Ref, topic: string, event: string, data: Uint8Array): Buffer {
  return assemble(PUSH, [textOf(joinRef), topic, event], data);
}

export function encodeBinaryReply(
  joinRef: Ref,
  ref: Ref,
  topic: unknown,
  status: string,
  data: Uint8Array,
): Buffer {
  return assemble(REPLY, [textOf(joinRef), textOf(ref), String(topic), status], data);
}

export function encodeBinaryBroadcast(topic: string, event: string, data: Uint8Array): Buffer {
  return assemble(BROADCAST, [topic, event], data);
}
