import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Broadcast } from './broadcast.ts';
import { PlainBroadcast, RawMessage, type Fanned } from './fanned.ts';
import { encodeControl, encodeFanned, MeshReader, type Control } from './mesh-frame.ts';

type Seen = { readonly shard: number; readonly message: unknown } | { readonly control: unknown };

function textOf(payload: unknown): unknown {
  return payload instanceof Uint8Array ? [...payload] : (JSON.stringify(payload) ?? 'null');
}

/** What a receiver can tell about a message. */
function look(message: Fanned): unknown {
  if (message instanceof RawMessage) return ['raw', message.topic.toWellFormed(), textOf(message.payload)];
  const isPlain = message instanceof PlainBroadcast;
  const broadcast = isPlain ? message.broadcast : message;
  const { topic, event } = broadcast;
  const payload = broadcast.bytes === null ? broadcast.payloadJson : [...broadcast.bytes];
  return [isPlain ? 'plain' : 'fastlane', topic.toWellFormed(), event.toWellFormed(), payload];
}

const anyText = fc.string({ unit: fc.oneof(fc.constantFrom('\ud800', '\u0000', '"', '💡'), fc.string()) });
const payload = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.uint8Array(), fc.jsonValue());
const broadcast = fc
  .record({ topic: anyText, event: anyText, payload })
  .map(({ topic, event, payload: value }) => Broadcast.of(topic, event, value));
const fanned: fc.Arbitrary<Fanned> = fc.oneof(
  broadcast,
  broadcast.map((message) => new PlainBroadcast(message)),
  fc.tuple(anyText, payload).map(([topic, term]) => RawMessage.of(topic, term)),
);
const control: fc.Arbitrary<Control> = fc.oneof(
  fc.record({ op: fc.constant('hello' as const), node: fc.nat(), incarnation: fc.string() }),
  fc.record({ op: fc.constant('send' as const), name: fc.string(), payload: fc.jsonValue() }),
  fc.record({ op: fc.constant('down' as const), ref: fc.nat(), reason: fc.string() }),
  fc.constant({ op: 'tick' as const }),
);
const frame = fc.oneof(
  fc.record({ shard: fc.integer({ min: 0, max: 255 }), message: fanned }),
  control.map((value) => ({ control: value })),
);

test('frames of all kinds survive any cutting of the stream, in their order', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1 }), cuts, (frames, sizes) => {
      const stream = Buffer.concat(
        frames.map((sent) =>
          'control' in sent ? encodeControl(sent.control) : encodeFanned(sent.message, sent.shard),
        ),
      );
      const seen: Seen[] = [];
      const sink = {
        fanned: (shard: number, message: Fanned) => void seen.push({ shard, message: look(message) }),
        control: (value: Control) => void seen.push({ control: value }),
      };
      const reader = new MeshReader();
      for (let at = 0, turn = 0; at < stream.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        reader.feed(stream.subarray(at, at + size), sink);
        at += size;
      }
      const expected = frames.map((sent) =>
        'control' in sent
          ? { control: JSON.parse(JSON.stringify(sent.control)) as unknown }
          : { shard: sent.shard, message: look(sent.message) },
      );
      assert.deepEqual(seen, expected);
    }),
  );
});

test('a payload no JSON can carry arrives as one no encoder takes', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const got: Fanned[] = [];
  const sink = { fanned: (_shard: number, message: Fanned) => void got.push(message), control: () => {} };
  new MeshReader().feed(encodeFanned(Broadcast.of('t', 'e', cyclic), 0), sink);
  assert.equal((got[0] as Broadcast).encodable, false);
});

test('what no node would say is thrown out', () => {
  const sink = { fanned: () => assert.fail(), control: () => assert.fail() };
  const stranger = Buffer.from([0, 0, 0, 10, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.throws(() => new MeshReader().feed(stranger, sink), RangeError);
  assert.throws(() => new MeshReader().feed(Buffer.from([0, 0, 0, 2, 7, 0x7b]), sink), SyntaxError);
});
