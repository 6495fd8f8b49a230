import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { LocalServer } from '../testing/local-server.ts';
import { okReply } from '../testing/probe.ts';
import { Broadcast } from './broadcast.ts';
import { encodeMeshFrame, MeshReader } from './mesh-frame.ts';

test('broadcasts survive any cutting of the stream, text and bytes', () => {
  const payload = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.uint8Array());
  const broadcasts = fc.array(fc.record({ topic: fc.string(), event: fc.string(), payload }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(broadcasts, fc.integer({ min: 1, max: 50 }), (sent, step) => {
      const stream = Buffer.concat(
        sent.map(({ topic, event, payload: value }) => encodeMeshFrame(Broadcast.of(topic, event, value))),
      );
      const reader = new MeshReader();
      const got: Broadcast[] = [];
      for (let at = 0; at < stream.length; at += step) {
        reader.feed(stream.subarray(at, at + step), (broadcast) => got.push(broadcast));
      }
      assert.equal(got.length, sent.length);
      sent.forEach(({ topic, event, payload: value }, index) => {
        const broadcast = got[index];
        assert.deepEqual([broadcast?.topic, broadcast?.event], [topic.toWellFormed(), event.toWellFormed()]);
        const isBytes = value instanceof Uint8Array;
        assert.deepEqual(
          isBytes ? broadcast?.bytes : broadcast?.payloadJson,
          isBytes ? value : JSON.stringify(value),
        );
      });
    }),
  );
});

test('two nodes deliver a broadcast once each and keep the order of a sender (58)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-test-'));
  const nodes = [new LocalServer({}, undefined, 0), new LocalServer({}, undefined, 1)];
  const [first, second] = nodes as [LocalServer, LocalServer];
  try {
    await first.app.mesh.listen(join(folder, 'a.sock'));
    await second.app.mesh.connect(join(folder, 'a.sock'));
    await Promise.all(nodes.map((node) => node.app.mesh.whenComplete(1)));
    for (const node of nodes) node.port = await node.app.listen(0);
    const here = await first.joined('room:two');
    const there = await second.joined('room:two', {}, 'vsn=2.0.0&user_id=far');
    for (let n = 0; n < 50; n += 1) here.send(['1', String(n), 'room:two', 'shout', { n }]);
    for (let n = 0; n < 50; n += 1) {
      await there.expect([null, null, 'room:two', 'shout', { n }]);
      await here.expect([null, null, 'room:two', 'shout', { n }], okReply('1', String(n), 'room:two'));
    }
    here.send(['1', 'x', 'room:two', 'ishout', { n: 1 }]);
    await there.expect(['1', null, 'room:two', 'ishout', { n: 1, to: 'far' }]);
    first.app.broadcast('user:far', 'disconnect', {});
    assert.equal(await there.closed, 1001);
  } finally {
    for (const node of nodes) await node.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
