import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LocalServer } from '../testing/local-server.ts';
import { okReply } from '../testing/probe.ts';

let server: LocalServer;
before(async () => {
  server = await LocalServer.start();
});
after(() => server.stop());

const shout = (topic: string, payload: unknown): unknown[] => [null, null, topic, 'shout', payload];

test('a broadcast is encoded once per serializer and reaches all (51)', async () => {
  const probes = [await server.joined('room:all'), await server.joined('room:all')];
  const old = await server.connect('');
  old.send({ topic: 'room:all', event: 'phx_join', ref: '1', payload: {} });
  await old.next();
  const before = server.app.snapshot().telemetry;
  probes[0]?.send(['1', '2', 'room:all', 'shout', { n: 1 }]);
  for (const probe of probes) await probe.expect(shout('room:all', { n: 1 }));
  await old.expect({ topic: 'room:all', event: 'shout', ref: null, payload: { n: 1 } });
  const after = server.app.snapshot().telemetry;
  const grown = (name: string): number => (after[name] ?? 0) - (before[name] ?? 0);
  assert.deepEqual([grown('firedrill.encodes'), grown('firedrill.fastlane_sends')], [2, 3]);
});

test('broadcast_from skips the sending channel only, not its user (52)', async () => {
  const tabs = [
    await server.joined('room:tabs', {}, 'vsn=2.0.0&user_id=u'),
    await server.joined('room:tabs', {}, 'vsn=2.0.0&user_id=u'),
  ];
  tabs[0]?.send(['1', '2', 'room:tabs', 'shout_from', { n: 1 }]);
  await tabs[0]?.expect(okReply('1', '2', 'room:tabs'));
  await tabs[1]?.expect([null, null, 'room:tabs', 'shout_from', { n: 1 }]);
});

test('a busy channel does not delay a broadcast, unless it is intercepted (53, 4.2)', async () => {
  const probe = await server.joined('room:busy', {}, 'vsn=2.0.0&user_id=u');
  const other = await server.joined('room:busy');
  probe.send(['1', '2', 'room:busy', 'block', { ms: 80 }]);
  await probe.expectQuiet();
  other.send(['1', '2', 'room:busy', 'ishout', { n: 1 }], ['1', '3', 'room:busy', 'shout', { n: 2 }]);
  await probe.expect(shout('room:busy', { n: 2 }));
  await probe.expect(okReply('1', '2', 'room:busy', { ms: 80 }));
  await probe.expect(['1', null, 'room:busy', 'ishout', { n: 1, to: 'u' }]);
  await other.expect(okReply('1', '2', 'room:busy'));
  // Intercepted: its own reply overtook it, and the fastlane overtakes both where it may.
  const rest = await other.take(3);
  assert.ok(
    rest.some((frame) => JSON.stringify(frame) === '["1",null,"room:busy","ishout",{"n":1,"to":null}]'),
  );
});

test('bytes travel as binary push, broadcast and reply (11)', async () => {
  const probe = await server.joined('room:a');
  probe.socket.send(
    Buffer.from('000101060331' + Buffer.from('7room:abin').toString('hex') + '010203', 'hex'),
  );
  const hex = (text: string): string => Buffer.from(text).toString('hex');
  await probe.expect(`00010603${hex('1room:abin')}010203`);
  await probe.expect(`020603${hex('room:abin')}010203`);
  await probe.expect(`0101010602${hex('17room:aok')}01020321`);
});

test('an outside broadcast reaches a topic, and the sender stays deaf to what it left', async () => {
  const probe = await server.joined('room:out');
  server.app.broadcast('room:out', 'news', { n: 1 });
  await probe.expect([null, null, 'room:out', 'news', { n: 1 }]);
  probe.send(['1', '2', 'room:out', 'phx_leave', {}]);
  await probe.take(2);
  // Until the registry has handled the channel's exit, a broadcast may still come through (59).
  while (server.app.context.pubsub.subscriptionsOf('room:out').length > 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  server.app.broadcast('room:out', 'news', { n: 2 });
  await probe.expectQuiet();
});

test('an intercepted broadcast costs each subscriber one pass through its mailbox and one encoding (4.3)', async () => {
  const probes = [];
  for (let n = 0; n < 5; n += 1) probes.push(await server.joined('room:cost'));
  const counts = (): Record<string, number> => server.app.snapshot().telemetry;
  const before = counts();
  server.app.broadcast('room:cost', 'ishout', { n: 1 });
  for (const probe of probes) await probe.expect(['1', null, 'room:cost', 'ishout', { n: 1, to: null }]);
  const after = counts();
  const grown = (name: string): number => (after[name] ?? 0) - (before[name] ?? 0);
  assert.deepEqual(
    ['intercept_sends', 'push_encodes', 'encodes', 'fastlane_sends'].map((name) =>
      grown(`firedrill.${name}`),
    ),
    [5, 5, 0, 0],
  );
});
