import { isPayload, type Broadcast } from '../pubsub/broadcast.ts';
import { textFrame } from './frames.ts';
import { parseJson } from './json.ts';
import { DecodeError, Message } from './message.ts';
import type { Serializer } from './serializer.ts';

const REQUIRED = ['topic', 'event', 'payload', 'ref'] as const;

function decodeText(text: string): Message {
  let frame: unknown;
  try {
    frame = parseJson(text);
  } catch {
    throw new DecodeError('the text is no JSON');
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    throw new DecodeError('a V1 message is an object');
  }
  const fields = frame as Record<string, unknown>;
  for (const key of REQUIRED) {
    if (!Object.hasOwn(fields, key)) throw new DecodeError(`a V1 message has a ${key}`);
  }
  const joinRef = Object.hasOwn(fields, 'join_ref') ? fields['join_ref'] : null;
  return new Message(joinRef, fields['ref'], fields['topic'], fields['event'], fields['payload']);
}

function object(topic: unknown, event: string, ref: unknown, payload: string): Buffer {
  const head = `{"topic":${JSON.stringify(topic)},"event":${JSON.stringify(event)}`;
  return textFrame(`${head},"ref":${JSON.stringify(ref ?? null)},"payload":${payload}}`);
}

/** V1: JSON objects without a join_ref; there is no binary form (phoenix-semantics 1.5). */
export const serializerV1: Serializer = {
  name: 'V1',
  decodeText,

  decodeBinary() {
    throw new DecodeError('V1 has no binary messages');
  },

  encodeReply(_joinRef, ref, topic, status, response) {
    if (response instanceof Uint8Array) throw new TypeError('V1 cannot carry binary');
    return object(topic, 'phx_reply', ref, JSON.stringify({ status, response: response ?? null }));
  },

  encodePush(_joinRef, ref, topic, event, payload) {
    if (payload instanceof Uint8Array) throw new TypeError('V1 cannot carry binary');
    return object(topic, event, ref, JSON.stringify(payload ?? null));
  },

  encodeBroadcast(broadcast: Broadcast) {
    if (broadcast.bytes !== null || !isPayload(broadcast.payload)) {
      throw new TypeError('the payload of a V1 broadcast must be a map');
    }
    return object(broadcast.topic, broadcast.event, null, broadcast.payloadJson);
  },
};
