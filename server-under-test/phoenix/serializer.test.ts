import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { Broadcast } from '../pubsub/broadcast.ts';
import { DecodeError, sameRef } from './message.ts';
import { serializerV1 } from './serializer-v1.ts';
import { serializerV2 } from './serializer-v2.ts';
import type { Serializer } from './serializer.ts';
import { negotiate } from './vsn.ts';

type Five = [joinRef: unknown, ref: unknown, topic: string, event: string, payload: unknown];

interface TextFrame {
  readonly name: string;
  readonly direction: 'client' | 'server';
  readonly frame: Five;
  readonly text: string;
}

interface BinaryFrame {
  readonly name: string;
  readonly kind: 'push' | 'broadcast' | 'reply';
  readonly direction: 'client' | 'server';
  readonly hex: string;
  readonly join_ref?: string;
  readonly ref?: string;
  readonly topic: string;
  readonly event?: string;
  readonly status?: string;
  readonly dataHex: string;
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/frames.json', import.meta.url), 'utf8'),
) as { text: TextFrame[]; binary: BinaryFrame[] };

/** The payload of an unmasked server frame. */
function unframe(frame: Buffer): Buffer {
  const size = (frame[1] ?? 0) & 0x7f;
  return frame.subarray(size < 126 ? 2 : size === 126 ? 4 : 10);
}

/** Encodes the way the server comes to such a frame. */
function encode([joinRef, ref, topic, event, payload]: Five): Buffer {
  if (event === 'phx_reply') {
    const { status, response } = payload as { status: string; response: unknown };
    return serializerV2.encodeReply(joinRef, ref, topic, status, response);
  }
  const isBroadcast = joinRef === null && ref === null && event !== 'phx_close';
  if (isBroadcast) return serializerV2.encodeBroadcast(Broadcast.of(topic, event, payload));
  return serializerV2.encodePush(joinRef, ref, topic, event, payload);
}

for (const { name, direction, frame, text } of golden.text) {
  test(`golden text, ${direction}: ${name}`, () => {
    if (direction === 'client') {
      const { joinRef, ref, topic, event, payload } = serializerV2.decodeText(text);
      assert.deepEqual([joinRef, ref, topic, event, payload], frame);
    } else {
      assert.deepEqual(JSON.parse(unframe(encode(frame)).toString('utf8')), JSON.parse(text));
    }
  });
}

for (const entry of golden.binary) {
  test(`golden binary, ${entry.direction}: ${entry.name}`, () => {
    const data = new Uint8Array(Buffer.from(entry.dataHex, 'hex'));
    const { topic, event = '', status = '' } = entry;
    if (entry.direction === 'client') {
      const message = serializerV2.decodeBinary(Buffer.from(entry.hex, 'hex'));
      assert.deepEqual(message.payload, data);
      assert.deepEqual(
        [message.joinRef, message.ref, message.topic, message.event],
        [entry.join_ref, entry.ref, topic, event],
      );
      return;
    }
    const encoders = {
      push: () => serializerV2.encodePush(entry.join_ref, null, topic, event, data),
      broadcast: () => serializerV2.encodeBroadcast(Broadcast.of(topic, event, data)),
      reply: () => serializerV2.encodeReply(entry.join_ref, entry.ref, topic, status, data),
    };
    const frame = encoders[entry.kind]();
    assert.equal(frame[0], 0x82);
    assert.equal(unframe(frame).toString('hex'), entry.hex);
  });
}

test('any refs, topics and payloads come out as the JSON that went in, at every frame size', () => {
  const ref = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.jsonValue());
  fc.assert(
    fc.property(
      ref,
      ref,
      fc.string(),
      fc.string(),
      fc.jsonValue(),
      fc.integer({ min: 0, max: 70_000 }),
      (...parts) => {
        const [joinRef, clientRef, topic, status, response, padding] = parts;
        const body = { response, pad: 'x'.repeat(padding) };
        const frame = serializerV2.encodeReply(joinRef, clientRef, topic, status, body);
        const wanted = [joinRef, clientRef, topic, 'phx_reply', { status, response: body }];
        assert.deepEqual(JSON.parse(unframe(frame).toString('utf8')), JSON.parse(JSON.stringify(wanted)));
      },
    ),
  );
});

function serializerOf(params: { vsn?: string }): Serializer | null {
  return negotiate(params)?.serializer ?? null;
}

test('vsn picks the serializer', () => {
  assert.equal(serializerOf({}), serializerV1);
  assert.equal(serializerOf({ vsn: '1.0.7' }), serializerV1);
  assert.equal(serializerOf({ vsn: '2.0.9' }), serializerV2);
  for (const vsn of ['2.1.0', '3.0.0', '1.9.9', 'abc', '', '2.0', '2.0.0 '])
    assert.equal(serializerOf({ vsn }), null);
});

test('refuses what no message looks like', () => {
  for (const text of ['{nope', '{"a":1}', '["1","2","t","e"]', '7', 'null', '']) {
    assert.throws(() => serializerV2.decodeText(text), DecodeError, text);
  }
  for (const text of ['[]', '{"topic":"t","event":"e","ref":"1"}', 'null', '{']) {
    assert.throws(() => serializerV1.decodeText(text), DecodeError, text);
  }
  for (const hex of ['', '00', '0100000000', '0002000000', '03010101010000000000']) {
    assert.throws(() => serializerV2.decodeBinary(Buffer.from(hex, 'hex')), DecodeError, hex);
  }
  assert.throws(() => serializerV1.decodeBinary(Buffer.from('0000000000', 'hex')), DecodeError);
});

test('refuses to encode payloads that are no map, and binary fields over 255 bytes', () => {
  for (const payload of [[1], 'text', 7, null, undefined]) {
    assert.throws(() => serializerV2.encodePush('1', null, 't', 'e', payload), TypeError);
    assert.throws(() => serializerV2.encodeBroadcast(Broadcast.of('t', 'e', payload)), TypeError);
  }
  assert.throws(
    () => serializerV2.encodePush('1', null, 't'.repeat(256), 'e', new Uint8Array(1)),
    RangeError,
  );
});

test('refs are equal as JSON terms, strictly', () => {
  assert.ok(sameRef('1', '1') && sameRef(null, null) && sameRef([1], [1]));
  assert.ok(!sameRef('1', 1) && !sameRef(null, '') && !sameRef([1], [2]));
});
