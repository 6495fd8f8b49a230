import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeMessage } from './codec.ts';
import { encodeMessageV1 } from './codec-v1.ts';
import { encodeFrame, OPCODE, payloadOf } from './frame.ts';
import { withoutHeartbeats, withStaleJoinRef } from './frame-filters.ts';

const SERIALIZERS = [
  ['V2', encodeMessage],
  ['V1', encodeMessageV1],
] as const;

/** Frames that are no message: a filter hands them on as they are. */
const NO_MESSAGES = [
  encodeFrame(OPCODE.pong, 'hi'),
  encodeFrame(OPCODE.text, '{nope'),
  encodeFrame(OPCODE.text, '["1","2"]'),
  encodeFrame(OPCODE.text, Buffer.from([0xc3, 0x28])),
  encodeFrame(OPCODE.binary, Buffer.from([1])),
  Buffer.from([0x81, 2, 0x7b, 0x7d]),
];

for (const [name, encode] of SERIALIZERS) {
  test(`${name}: heartbeats are not written, and nothing else is kept back`, () => {
    assert.equal(withoutHeartbeats(encode(null, 12_345_677, 'phoenix', 'heartbeat', '{}')), null);
    for (const frame of [
      encode(3, 5, 'room:a', 'heartbeat', '{}'),
      encode(null, 5, 'phoenix', 'other', '{}'),
      encode(3, 5, 'room:"phoenix","heartbeat"', 'ping', '{"topic":"phoenix"}'),
      encode(3, 5, 'room:a', 'ping', JSON.stringify('x'.repeat(500))),
      ...NO_MESSAGES,
    ]) {
      assert.equal(withoutHeartbeats(frame), frame);
    }
  });

  test(`${name}: a push names an earlier join, and says all else as it was`, () => {
    const payload = '{"join_ref":"9","list":["9",null],"text":"[\\"7\\"]"}';
    assert.deepEqual(
      withStaleJoinRef(encode(9, 11, 'room:a', 'ping', payload)),
      encode(8, 11, 'room:a', 'ping', payload),
    );
    // The first join of all has none before it; the number is none of a join then.
    assert.deepEqual(withStaleJoinRef(encode(1, 3, 'a', 'b', '{}')), encode(0, 3, 'a', 'b', '{}'));
  });

  test(`${name}: the ref of each push that is altered is told, and no other`, () => {
    const told: number[] = [];
    const forge = (frame: Buffer): Buffer => withStaleJoinRef(frame, (ref) => told.push(ref));
    forge(encode(9, 11, 'room:a', 'ping', '{}'));
    forge(encode(9, 9, 'room:a', 'phx_join', '{}'));
    forge(encode(null, 13, 'room:a', 'ping', '{}'));
    forge(encode(9, 15, 'room:a', 'pong', '{}'));
    assert.deepEqual(told, [11, 15]);
  });

  test(`${name}: joins, leaves and heartbeats keep their join_ref`, () => {
    for (const frame of [
      encode(9, 9, 'room:a', 'phx_join', '{}'),
      encode(9, 10, 'room:a', 'phx_leave', '{}'),
      encode(null, 11, 'phoenix', 'heartbeat', '{}'),
      encode(null, 13, 'room:a', 'ping', '{}'),
      ...NO_MESSAGES,
    ]) {
      assert.equal(withStaleJoinRef(frame), frame);
    }
  });
}

test('a frame without a mask has its payload behind its short head', () => {
  assert.equal(payloadOf(Buffer.from([0x81, 2, 0x7b, 0x7d])).toString(), '{}');
});
