import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeMessageV1, encodeMessageV1 } from './codec-v1.ts';
import { payloadOf } from './frame.ts';
import { TEXT_CODECS } from './text-codec.ts';
import { anyText } from './testing/any-text.ts';

const textOf = (frame: Buffer): string => payloadOf(frame).toString('utf8');

test('writes the five keys, refs as strings (1.5)', () => {
  assert.equal(
    textOf(encodeMessageV1(1, 2, 'room:a', 'ping', '{"x":1}')),
    '{"topic":"room:a","event":"ping","payload":{"x":1},"ref":"2","join_ref":"1"}',
  );
  assert.equal(
    textOf(encodeMessageV1(null, 3, 'phoenix', 'heartbeat', '{}')),
    '{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"3","join_ref":null}',
  );
});

test('any message of ours can be read back, in both forms', () => {
  const ref = fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { nil: null });
  const name = anyText(40);
  const vsn = fc.constantFrom('1.0.0' as const, '2.0.0' as const);
  fc.assert(
    fc.property(vsn, ref, ref, name, name, fc.jsonValue(), (version, joinRef, own, topic, event, value) => {
      const payload: unknown = JSON.parse(JSON.stringify(value));
      const { encode, decode } = TEXT_CODECS[version];
      const text = textOf(encode(joinRef, own, topic, event, JSON.stringify(payload)));
      assert.deepEqual(decode(text), { joinRef, ref: own, topic, event, payload });
    }),
  );
});

test('reads what a server writes: no join_ref, a null ref, keys in any order', () => {
  const reply = '{"ref":"5","topic":"t","event":"phx_reply","payload":{"status":"ok","response":{}}}';
  assert.deepEqual(decodeMessageV1(reply), {
    joinRef: null,
    ref: 5,
    topic: 't',
    event: 'phx_reply',
    payload: { status: 'ok', response: {} },
  });
  assert.equal(decodeMessageV1('{"topic":"t","event":"e","payload":[1],"ref":null}')?.ref, null);
  assert.equal(decodeMessageV1('{"topic":"t","event":"e","payload":1,"ref":"x","join_ref":"y"}')?.joinRef, 0);
});

test('what is no message is null, and never throws', () => {
  const texts = ['', 'null', '[]', '{}', '7', '"x"', '{"topic":"t","event":"e","ref":"1"}', '{"topic":"t"'];
  const wrong = ['{"topic":1,"event":"e","payload":{},"ref":"1"}', '{"topic":"t","event":null,"payload":{}}'];
  for (const text of [...texts, ...wrong]) assert.equal(decodeMessageV1(text), null, text);
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeMessageV1(text)));
});

test('a hostile key is none of its fields', () => {
  const text = '{"topic":"t","event":"e","__proto__":{"payload":1},"ref":"1"}';
  assert.equal(decodeMessageV1(text), null);
  const message = decodeMessageV1(
    '{"topic":"__proto__","event":"constructor","payload":{"__proto__":1},"ref":"1"}',
  );
  assert.equal(message?.topic, '__proto__');
});
