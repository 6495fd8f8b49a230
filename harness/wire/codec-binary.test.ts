import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBinary, encodeBinaryMessage } from './codec-binary.ts';
import { payloadOf } from './frame.ts';

type Golden = {
  name: string;
  direction: 'client' | 'server';
  kind: 'push' | 'reply' | 'broadcast';
  hex: string;
  join_ref?: string;
  ref?: string;
  topic: string;
  event?: string;
  status?: string;
  dataHex: string;
};

const { binary: golden } = JSON.parse(
  readFileSync(new URL('../../test/golden/frames.json', import.meta.url), 'utf8'),
) as { binary: Golden[] };

const numberOf = (ref: string | undefined): number | null => (ref === undefined ? null : Number(ref));
const dataOf = ({ dataHex }: Golden): Uint8Array => new Uint8Array(Buffer.from(dataHex, 'hex'));

const theirs = golden.filter(({ direction }) => direction === 'server');
test('there are golden frames of every kind to read', () => {
  assert.deepEqual(new Set(theirs.map(({ kind }) => kind)), new Set(['push', 'reply', 'broadcast']));
});
for (const frame of theirs) {
  test(`reads the server's golden frame: ${frame.name}`, () => {
    const bytes = Buffer.concat([Buffer.from('??'), Buffer.from(frame.hex, 'hex'), Buffer.from('??')]);
    const isReply = frame.kind === 'reply';
    assert.deepEqual(decodeBinary(bytes, 2, bytes.length - 2), {
      joinRef: numberOf(frame.join_ref),
      ref: numberOf(frame.ref),
      topic: frame.topic,
      event: isReply ? 'phx_reply' : frame.event,
      payload: isReply ? { status: frame.status, response: dataOf(frame) } : dataOf(frame),
    });
  });
}

const ours = golden.filter(({ direction }) => direction === 'client');
test('there are golden frames of ours to write', () => assert.ok(ours.length >= 3));
for (const frame of ours) {
  test(`writes the client's golden frame: ${frame.name}`, () => {
    const joinRef = frame.join_ref === '' ? null : numberOf(frame.join_ref);
    const written = encodeBinaryMessage(
      joinRef,
      numberOf(frame.ref),
      frame.topic,
      frame.event ?? '',
      dataOf(frame),
    );
    assert.equal(written[0], 0x82);
    assert.equal(payloadOf(written).toString('hex'), frame.hex);
  });
}

test('the data outlives the buffer it was read from', () => {
  const bytes = Buffer.from('02010174650102', 'hex');
  const message = decodeBinary(bytes, 0, bytes.length);
  bytes.fill(0);
  assert.deepEqual(message?.payload, new Uint8Array([1, 2]));
});

test('a name takes 255 bytes and not one more', () => {
  const topic = 'x'.repeat(255);
  const frame = payloadOf(encodeBinaryMessage(1, 2, topic, 'e', new Uint8Array([7])));
  assert.equal(frame[3], 255);
  assert.throws(() => encodeBinaryMessage(1, 2, `${topic}x`, 'e', new Uint8Array()), RangeError);
  assert.throws(() => encodeBinaryMessage(1, 2, 't', 'ż'.repeat(128), new Uint8Array()), RangeError);
});

test('what is no message is null, and never throws', () => {
  for (const hex of ['', '03', 'ff0000', '00', '0001', '01010106', '0205', '020605726f6f', '0201ff61']) {
    assert.equal(decodeBinary(Buffer.from(hex, 'hex'), 0, hex.length / 2), null, hex);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const message = decodeBinary(Buffer.from(bytes), 0, bytes.length);
      if (message) assert.equal(typeof message.topic, 'string');
    }),
  );
});
