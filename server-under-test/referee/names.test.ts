import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LocalServer } from '../testing/local-server.ts';
import { errorReply, okReply } from '../testing/probe.ts';

/** Names that are nothing special to anybody but a careless program. */
const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '',
  ' ',
  'null',
  'undefined',
  '0',
  'a\u0000b',
  '\n',
  '"\\/',
  '\u2028',
  'ümläut 中文',
  '🧨👩‍👩‍👧',
  '*',
  '/../x?y=z&a[b]#c',
  'x'.repeat(5_000),
];
/** Only as escapes in JSON: no UTF-8 has them, and no URL. */
const LONE = ['\ud800', 'a\udfffb'];

const keyed = (key: string): unknown => JSON.parse(`{${JSON.stringify(key)}:{"n":1}}`);
const close = (topic: string): unknown[] => ['1', '1', topic, 'phx_close', {}];
const crash = (topic: string): unknown[] => ['1', '1', topic, 'phx_error', { reason: 'channel_crash' }];

let server: LocalServer;
before(async () => {
  server = await LocalServer.start();
});
after(() => server.stop());

test('topics of any name are joined, spoken on, heard and left', async () => {
  const probe = await server.connect();
  for (const name of [...NAMES, ...LONE]) {
    const topic = `room:${name}`;
    await probe.join('1', topic);
    probe.send(['1', '2', topic, 'shout', { name }], ['1', '3', topic, 'phx_leave', {}]);
    await probe.expect([null, null, topic, 'shout', { name }], okReply('1', '2', topic));
    await probe.expect(okReply('1', '3', topic), close(topic));
  }
  assert.equal(server.app.context.pubsub.subscriptionsOf('room:__proto__').length, 0);
});

test('topics of any name that no pattern covers are unmatched', async () => {
  const probe = await server.connect();
  for (const name of [...NAMES, ...LONE]) {
    probe.send(['1', '1', name, 'phx_join', {}], ['1', '2', name, 'ping', {}]);
    await probe.expect(
      errorReply(null, '1', name, 'unmatched topic'),
      errorReply(null, '2', name, 'unmatched topic'),
    );
  }
});

test('events of any name match no clause: that channel crashes and no other', async () => {
  const probe = await server.joined('room:witness');
  for (const name of [...NAMES, ...LONE]) {
    await probe.join('1', 'room:event');
    probe.send(['1', '2', 'room:event', name, {}]);
    await probe.expect(crash('room:event'));
  }
  probe.send(['1', '3', 'room:witness', 'ping', {}]);
  await probe.expect(okReply('1', '3', 'room:witness'));
});

test('keys of any name come back as they were, replied, broadcast and intercepted', async () => {
  const probe = await server.joined('room:keys', {}, 'vsn=2.0.0&user_id=u');
  for (const name of [...NAMES, ...LONE]) {
    const payload = keyed(name);
    probe.send(
      ['1', '2', 'room:keys', 'ping', payload],
      ['1', '3', 'room:keys', 'push_me', payload],
      ['1', '4', 'room:keys', 'shout', payload],
    );
    await probe.expect(okReply('1', '2', 'room:keys', payload), ['1', null, 'room:keys', 'pushed', payload]);
    await probe.expect(okReply('1', '3', 'room:keys'), [null, null, 'room:keys', 'shout', payload]);
    await probe.expect(okReply('1', '4', 'room:keys'));
    probe.send(['1', '5', 'room:keys', 'ishout', payload]);
    const added = JSON.parse(JSON.stringify(payload).replace(/}$/, ',"to":"u"}')) as unknown;
    await probe.expect(okReply('1', '5', 'room:keys'), ['1', null, 'room:keys', 'ishout', added]);
  }
});

test('refs of any name and type are echoed', async () => {
  const probe = await server.connect();
  const refs = [...NAMES, ...LONE, 0, 1.5, -1, true, false, [], ['a'], {}, keyed('__proto__')];
  for (const ref of refs) {
    probe.send([ref, ref, 'room:refs', 'phx_join', {}]);
    await probe.expect(okReply(ref, ref, 'room:refs'));
    probe.send([ref, ref, 'room:refs', 'ping', {}], [ref, ref, 'room:refs', 'phx_leave', {}]);
    await probe.expect(okReply(ref, ref, 'room:refs'), okReply(ref, ref, 'room:refs'));
    await probe.expect([ref, ref, 'room:refs', 'phx_close', {}]);
  }
});

test('a push whose ref is null is answered with ref null', async () => {
  const probe = await server.joined('room:null-ref');
  probe.send(['1', null, 'room:null-ref', 'ping', { n: 1 }], ['1', null, 'room:null-ref', 'phx_leave', {}]);
  await probe.expect(okReply('1', null, 'room:null-ref', { n: 1 }), okReply('1', null, 'room:null-ref'));
});

test('users of any name have their private topic and are disconnected by name', async () => {
  for (const name of NAMES) {
    const probe = await server.connect(`vsn=2.0.0&user_id=${encodeURIComponent(name)}`);
    await probe.join('1', `private:${name}`);
    probe.send(['2', '2', `private:${name}x`, 'phx_join', {}]);
    await probe.expect(errorReply('2', '2', `private:${name}x`, 'unauthorized'));
    server.app.broadcast(`user:${name}`, 'disconnect', {});
    assert.equal(await probe.closed, 1001);
  }
});

test('nobody without a name gets a private topic, whatever it is called', async () => {
  const probe = await server.connect();
  for (const name of [...NAMES, ...LONE]) {
    probe.send(['1', '1', `private:${name}`, 'phx_join', {}]);
    await probe.expect(errorReply('1', '1', `private:${name}`, 'unauthorized'));
  }
});

test('presence keys of any name are tracked and told', async () => {
  for (const name of [...NAMES, ...LONE]) {
    const probe = await server.connect();
    probe.send(['1', '1', 'presence:names', 'phx_join', { user_id: name, meta: { at: name } }]);
    await probe.expect(okReply('1', '1', 'presence:names'));
    const [diff, state] = (await probe.take(2)) as [unknown[], unknown[]];
    assert.deepEqual([diff[3], state[3]], ['presence_diff', 'presence_state']);
    assert.deepEqual(metasOf(state[4], name), [name]);
    assert.deepEqual(metasOf((diff[4] as { joins: unknown }).joins, name), [name]);
    assert.equal(Object.keys(state[4] as object).length, 1);
    probe.send(['1', '2', 'presence:names', 'phx_leave', {}]);
    await probe.expect(okReply('1', '2', 'presence:names'), close('presence:names'));
    while (server.app.context.pubsub.subscriptionsOf('presence:names').length > 0) await probe.expectQuiet();
  }
});

/** What was tracked under a key, out of a state or the joins of a diff. */
function metasOf(presences: unknown, key: string): unknown[] {
  const own = new Map(Object.entries(presences as Record<string, { metas: Array<{ at: unknown }> }>)).get(
    key,
  );
  return own?.metas.map(({ at }) => at) ?? [];
}

test('JSON nested a hundred thousand deep costs its own connection at most', async () => {
  const witness = await server.joined('room:witness');
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const messages = [
    `["1","2","room:deep","ping",${deep}]`,
    `["1",${deep},"room:deep","ping",{}]`,
    `[${deep},"2","room:deep","ping",{}]`,
    `["1","2",${deep},"ping",{}]`,
    `["1","2","room:deep",${deep},{}]`,
    `[${deep},"2","room:deeper","phx_join",{}]`,
  ];
  for (const message of messages) {
    const probe = await server.joined('room:deep');
    probe.socket.send(message);
    probe.send([null, 'behind', 'phoenix', 'heartbeat', {}]);
    const answered = async (): Promise<void> => {
      while (((await probe.next()) as unknown[])[1] !== 'behind');
    };
    const ending = await Promise.race([answered(), probe.closed]);
    if (ending !== undefined) assert.equal(ending, 1011);
    probe.drop();
  }
  await witness.expectQuiet();
});
