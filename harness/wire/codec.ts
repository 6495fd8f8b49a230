/**
 * Channel messages in V2 text form (phoenix-semantics 1.2, 1.3):
 * `[join_ref, ref, topic, event, payload]`. Refs of ours are decimal numbers;
 * what a server sends back as a ref of any other form is no ref of ours.
 */
import { encodeFrame, OPCODE } from './frame.ts';

export type Message = {
  /** Null when absent; 0 when it is none of ours, which equals no join_ref there is. */
  joinRef: number | null;
  /** Null when absent or none of ours. */
  ref: number | null;
  topic: string;
  event: string;
  payload: unknown;
};

/** A masked text frame with the message; refs go out as decimal strings, as phoenix.js sends them. */
export function encodeMessage(
  joinRef: number | null,
  ref: number | null,
  topic: string,
  event: string,
  payloadJson: string,
): Buffer {
  const join = joinRef === null ? 'null' : `"${joinRef}"`;
  const own = ref === null ? 'null' : `"${ref}"`;
  return encodeFrame(
    OPCODE.text,
    `[${join},${own},${JSON.stringify(topic)},${JSON.stringify(event)},${payloadJson}]`,
  );
}

/** The message in a text frame's payload, or null when it is none (not JSON, not five elements, no topic). */
export function decodeMessage(text: string): Message | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed) || parsed.length < 5) return null;
  const [joinRef, ref, topic, event, payload] = parsed as unknown[];
  if (typeof topic !== 'string' || typeof event !== 'string') return null;
  return { joinRef: toJoinRef(joinRef), ref: toRef(ref), topic, event, payload };
}

/** A join_ref as `Message` holds it. */
export function toJoinRef(value: unknown): number | null {
  return value === null || value === undefined || value === '' ? null : (toRef(value) ?? 0);
}

/** A ref of ours, or null when it is none. */
export function toRef(value: unknown): number | null {
  if (typeof value === 'string' && !DECIMAL.test(value)) return null;
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const ref = Number(value);
  return Number.isSafeInteger(ref) && ref > 0 ? ref : null;
}

const DECIMAL = /^[1-9]\d{0,15}$/;
