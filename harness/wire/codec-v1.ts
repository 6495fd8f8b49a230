/** Channel messages in V1 text form (phoenix-semantics 1.5): one JSON object. */
import { toJoinRef, toRef, type Message } from './codec.ts';
import { encodeFrame, OPCODE } from './frame.ts';

/** A masked text frame with the message, as phoenix.js handed it to `JSON.stringify` in its days of V1. */
export function encodeMessageV1(
  joinRef: number | null,
  ref: number | null,
  topic: string,
  event: string,
  payloadJson: string,
): Buffer {
  const own = ref === null ? 'null' : `"${ref}"`;
  const join = joinRef === null ? 'null' : `"${joinRef}"`;
  return encodeFrame(
    OPCODE.text,
    `{"topic":${JSON.stringify(topic)},"event":${JSON.stringify(event)},` +
      `"payload":${payloadJson},"ref":${own},"join_ref":${join}}`,
  );
}

/** The message in a text frame's payload, or null when it is none (not a JSON object, no topic, no event). */
export function decodeMessageV1(text: string): Message | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  // Own keys only: `{}` has a `constructor` too.
  const fields = new Map<string, unknown>(Object.entries(parsed));
  const topic = fields.get('topic');
  const event = fields.get('event');
  if (typeof topic !== 'string' || typeof event !== 'string' || !fields.has('payload')) return null;
  // Never written by Phoenix itself, and read by its clients if it is there.
  const joinRef = toJoinRef(fields.get('join_ref'));
  return { joinRef, ref: toRef(fields.get('ref')), topic, event, payload: fields.get('payload') };
}
