import { isPayload, type Broadcast } from '../pubsub/broadcast.ts';
import { decodeBinaryPush, encodeBinaryBroadcast, encodeBinaryPush, encodeBinaryReply } from './binary-v2.ts';
import { textFrame } from './frames.ts';
import { parseJson } from './json.ts';
import { DecodeError, Message, type Ref } from './message.ts';
import type { Serializer } from './serializer.ts';

// Most refs are short strings of digits, which need no escaping.
const PLAIN = /^[\w:.-]*$/;

function jsonRef(ref: Ref): string {
  if (ref === null || ref === undefined) return 'null';
  return typeof ref === 'string' && PLAIN.test(ref) ? `"${ref}"` : JSON.stringify(ref);
}

function jsonText(value: unknown): string {
  return typeof value === 'string' && PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
}

function decodeText(text: string): Message {
  let frame: unknown;
  try {
    frame = parseJson(text);
  } catch {
    throw new DecodeError('the text is no JSON');
  }
  if (!Array.isArray(frame) || frame.length < 5) throw new DecodeError('a V2 message is an array of five');
  const [joinRef, ref, topic, event, payload] = frame as unknown[];
  return new Message(joinRef, ref, topic, event, payload);
}

/** V2: arrays of five in text, a compact layout in binary (phoenix-semantics 1.3, 1.4). */
export const serializerV2: Serializer = {
  name: 'V2',
  decodeText,
  decodeBinary: decodeBinaryPush,

  encodeReply(joinRef, ref, topic, status, response) {
    if (response instanceof Uint8Array) return encodeBinaryReply(joinRef, ref, topic, status, response);
    const body = JSON.stringify(response) ?? 'null';
    return textFrame(
      `[${jsonRef(joinRef)},${jsonRef(ref)},${jsonText(topic)},"phx_reply",{"status":${jsonText(status)},"response":${body}}]`,
    );
  },

  encodePush(joinRef, ref, topic, event, payload) {
    if (payload instanceof Uint8Array) return encodeBinaryPush(joinRef, topic, event, payload);
    if (!isPayload(payload)) throw new TypeError('the payload of a push must be a map or binary');
    return textFrame(
      `[${jsonRef(joinRef)},${jsonRef(ref)},${jsonText(topic)},${jsonText(event)},${JSON.stringify(payload)}]`,
    );
  },

  encodeBroadcast(broadcast: Broadcast) {
    const { topic, event, bytes } = broadcast;
    if (bytes !== null) return encodeBinaryBroadcast(topic, event, bytes);
    if (!broadcast.encodable) throw new TypeError('the payload of a broadcast must be a map or binary');
    return textFrame(`[null,null,${jsonText(topic)},${jsonText(event)},${broadcast.payloadJson}]`);
  },
};
