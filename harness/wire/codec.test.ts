import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeMessage, encodeMessage } from './codec.ts';
import { OPCODE } from './frame.ts';
import { readFrames } from './frame-reader.ts';
import { anyText } from './testing/any-text.ts';

type Golden = { name: string; direction: 'client' | 'server'; frame: unknown[]; text: string };

const { text: golden } = JSON.parse(
  readFileSync(new URL('../../test/golden/frames.json', import.meta.url), 'utf8'),
) as { text: Golden[] };

/** The payload of a frame of ours: its mask is zero, so a reader that expects none gets it plain. */
function textOf(frame: Buffer): string {
  assert.equal(frame[0], 0x80 | OPCODE.text);
  const short = frame[1]! & 0x7f;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  assert.deepEqual(frame.subarray(head, head + 4), Buffer.alloc(4));
  return frame.toString('utf8', head + 4);
}

function numberOf(ref: unknown): number | null {
  return ref === null ? null : Number(ref);
}

for (const { name, frame, text } of golden.filter(({ direction }) => direction === 'server')) {
  test(`reads the server's golden frame: ${name}`, () => {
    const [joinRef, ref, topic, event, payload] = frame;
    assert.deepEqual(decodeMessage(text), {
      joinRef: numberOf(joinRef),
      ref: numberOf(ref),
      topic,
      event,
      payload,
    });
  });
}

// What phoenix.js never sends (integer refs, a sixth element, a join without join_ref) is none of our writing.
const ours = golden.filter(({ direction, frame, text }) => {
  const refs = frame.slice(0, 2).every((ref) => ref === null || typeof ref === 'string');
  return direction === 'client' && refs && (JSON.parse(text) as unknown[]).length === 5;
});
test('there are golden frames of ours to write', () => assert.ok(ours.length >= 8));
for (const { name, frame, text } of ours) {
  test(`writes the client's golden frame: ${name}`, () => {
    const [joinRef, ref, topic, event, payload] = frame as [unknown, unknown, string, string, unknown];
    const written = encodeMessage(numberOf(joinRef), numberOf(ref), topic, event, JSON.stringify(payload));
    assert.equal(textOf(written), text);
  });
}

test('any message of ours can be read back', () => {
  const ref = fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { nil: null });
  const name = anyText(40);
  fc.assert(
    fc.property(ref, ref, name, name, fc.jsonValue(), (joinRef, own, topic, event, value) => {
      const payload: unknown = JSON.parse(JSON.stringify(value));
      const message = decodeMessage(
        textOf(encodeMessage(joinRef, own, topic, event, JSON.stringify(payload))),
      );
      assert.deepEqual(message, { joinRef, ref: own, topic, event, payload });
    }),
  );
});

test('what is no message is null, and never throws', () => {
  const texts = [
    '',
    'null',
    '{}',
    '[]',
    '[null,null,"t","e"]',
    '[null,null,1,"e",{}]',
    '[null,null,"t",null,{}]',
  ];
  const broken = [
    '[null,null,"t","e",{}',
    '\uFEFF[null,null,"t","e",{}]',
    'NaN',
    '[null,null,"t","e",undefined]',
  ];
  for (const text of [...texts, ...broken]) assert.equal(decodeMessage(text), null, text);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const message = decodeMessage(text);
      if (message) assert.equal(typeof message.topic, 'string');
    }),
  );
});

test('further elements are read past (1.3)', () => {
  assert.equal(decodeMessage('["1","2","t","e",{"x":1},"more"]')?.ref, 2);
});

test('a ref in any form but our own decimals is no ref of ours', () => {
  const strange = [
    '"0"',
    '"-1"',
    '"1.5"',
    '"0x10"',
    '" 5"',
    '"5 "',
    '"1e1"',
    '"05"',
    '"5.0"',
    '""',
    'true',
    '[]',
  ];
  const large = ['"9007199254740993"', '1e400', '{}', '[7]', '"７"'];
  for (const ref of [...strange, ...large]) {
    assert.equal(decodeMessage(`[null,${ref},"t","phx_reply",{}]`)?.ref, null, ref);
  }
});

test('a hostile topic or event stays what it is', () => {
  const topic = '__proto__"],[\u2028\u0000';
  const frame = encodeMessage(1, 2, topic, 'constructor', '{"__proto__":1}');
  const message = decodeMessage(textOf(frame));
  assert.equal(message?.topic, topic);
  assert.equal(message?.event, 'constructor');
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('its frames are whole ones that a reader of frames takes', () => {
  const frame = encodeMessage(1, 2, 'room:a', 'ping', '{}');
  frame[1] = frame[1]! & 0x7f;
  const unmasked = Buffer.concat([frame.subarray(0, 2), frame.subarray(6)]);
  const texts: string[] = [];
  const carry = readFrames(
    unmasked,
    0,
    unmasked.length,
    null,
    {
      onText: (buffer, from, to) => texts.push(buffer.toString('utf8', from, to)),
      onBinary: () => assert.fail(),
      onPing: () => assert.fail(),
      onCloseFrame: () => assert.fail(),
      onBreach: ([, what]) => assert.fail(what),
    },
    1_000,
  );
  assert.deepEqual(texts, ['["1","2","room:a","ping",{}]']);
  assert.equal(carry, null);
});
