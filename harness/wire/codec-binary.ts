/** Channel messages in V2 binary form (phoenix-semantics 1.4): sizes of one byte, names, then data to the end. */
import { toJoinRef, toRef, type Message } from './codec.ts';
import { encodeFrame, OPCODE } from './frame.ts';

const PUSH = 0;
const REPLY = 1;
const BROADCAST = 2;

/** The longest name, in bytes of UTF-8. */
const MAX_NAME_BYTES = 255;

/** A masked binary frame with a push of ours. Throws a `RangeError` when a name is longer than 255 bytes. */
export function encodeBinaryMessage(
  joinRef: number | null,
  ref: number | null,
  topic: string,
  event: string,
  data: Uint8Array,
): Buffer {
  const names = [joinRef ?? '', ref ?? '', topic, event].map((name) => Buffer.from(String(name)));
  if (names.some((name) => name.length > MAX_NAME_BYTES)) {
    throw new RangeError(`topic and event of a binary push have at most ${MAX_NAME_BYTES} bytes each`);
  }
  const head = Buffer.from([PUSH, ...names.map((name) => name.length)]);
  return encodeFrame(OPCODE.binary, Buffer.concat([head, ...names, data]));
}

/**
 * The message in a binary frame's payload, or null when it is none. Its payload is a copy of the data;
 * a reply's is `{ status, response }` with the data as its response, as in text.
 */
export function decodeBinary(buffer: Buffer, from: number, to: number): Message | null {
  const kind = buffer[from];
  const sizes = kind === PUSH ? 3 : kind === REPLY ? 4 : kind === BROADCAST ? 2 : 0;
  if (sizes === 0 || from + 1 + sizes > to) return null;
  const names: string[] = [];
  let at = from + 1 + sizes;
  for (let nth = 1; nth <= sizes; nth++) {
    const end = at + (buffer[from + nth] ?? 0);
    if (end > to) return null;
    names.push(buffer.toString('utf8', at, end));
    at = end;
  }
  const data = new Uint8Array(buffer.subarray(at, to));
  const event = names.pop() ?? '';
  const topic = names.pop() ?? '';
  const [joinRef, ref] = names;
  const message = { joinRef: toJoinRef(joinRef), ref: toRef(ref), topic };
  if (kind !== REPLY) return { ...message, event, payload: data };
  return { ...message, event: 'phx_reply', payload: { status: event, response: data } };
}
