import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LocalServer } from '../testing/local-server.ts';
import { errorReply, okReply, type Probe } from '../testing/probe.ts';

const REF = /^[\w-]{16}$/;

let server: LocalServer;
before(async () => {
  server = await LocalServer.start();
});
after(() => server.stop());

/** The next frame with every phx_ref checked and taken out. */
async function nextPlain(probe: Probe): Promise<unknown> {
  const text = JSON.stringify(await probe.next());
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('phx_ref' in value)) return value;
    const { phx_ref: ref, phx_ref_prev: previous = ref, ...meta } = value as Record<string, unknown>;
    assert.match(String(ref), REF);
    assert.match(String(previous), REF);
    return meta;
  });
}

async function expectPlain(probe: Probe, ...frames: unknown[]): Promise<void> {
  for (const frame of frames) assert.deepEqual(await nextPlain(probe), frame);
}

const metas = (...list: object[]): object => ({ metas: list });

function diff(topic: string, joins: object, leaves: object): unknown[] {
  return [null, null, topic, 'presence_diff', { joins, leaves }];
}

const state = (topic: string, presences: object): unknown[] => [
  '1',
  null,
  topic,
  'presence_state',
  presences,
];

test('the joiner sees reply, its own diff, then a state that holds it (60)', async () => {
  const topic = 'presence:first';
  const probe = await server.joined(topic, { user_id: 'ann', meta: { joined: true } });
  const own = { ann: metas({ joined: true }) };
  await expectPlain(probe, diff(topic, own, {}), state(topic, own));
});

test('two tabs of one user are two metas; a drop takes one, a leave does not tell the leaver (61)', async () => {
  const topic = 'presence:tabs';
  const watcher = await server.joined(topic, { user_id: 'ann' });
  await watcher.take(2);
  const first = await server.joined(topic, { user_id: 'bob', meta: { tab: 1 } });
  await first.take(2);
  const second = await server.joined(topic, { user_id: 'bob', meta: { tab: 2 } });
  const all = { ann: metas({}), bob: metas({ tab: 1 }, { tab: 2 }) };
  await expectPlain(second, diff(topic, { bob: metas({ tab: 2 }) }, {}), state(topic, all));
  first.drop();
  await expectPlain(second, diff(topic, {}, { bob: metas({ tab: 1 }) }));
  second.send(['1', '2', topic, 'phx_leave', {}]);
  await second.expect(okReply('1', '2', topic), ['1', '1', topic, 'phx_close', {}]);
  await expectPlain(
    watcher,
    diff(topic, { bob: metas({ tab: 1 }) }, {}),
    diff(topic, { bob: metas({ tab: 2 }) }, {}),
    diff(topic, {}, { bob: metas({ tab: 1 }) }),
    diff(topic, {}, { bob: metas({ tab: 2 }) }),
  );
  await second.expectQuiet();
});

test('update_presence is leave and join in one diff, before its reply; without a map it crashes', async () => {
  const topic = 'presence:update';
  const probe = await server.joined(topic, { user_id: 'u', meta: { mood: 'ok' } });
  await probe.take(2);
  probe.send(['1', '2', topic, 'update_presence', { meta: { mood: 'tired' } }]);
  const [tired, ok] = [{ u: metas({ mood: 'tired' }) }, { u: metas({ mood: 'ok' }) }];
  await expectPlain(probe, diff(topic, tired, ok), okReply('1', '2', topic));
  probe.send(['1', '3', topic, 'update_presence', { meta: 7 }]);
  await probe.expect(['1', '1', topic, 'phx_error', { reason: 'channel_crash' }]);
});

test("the key is the payload's user_id, else the socket's, else a guest for every connection", async () => {
  const topic = 'presence:keys';
  const named = await server.joined(topic, { user_id: 7 }, 'vsn=2.0.0&user_id=other');
  await expectPlain(named, diff(topic, { '7': metas({}) }, {}), state(topic, { '7': metas({}) }));
  const signed = await server.joined(topic, {}, 'vsn=2.0.0&user_id=__proto__');
  const [, , , , payload] = (await signed.next()) as [unknown, unknown, unknown, unknown, { joins: object }];
  assert.deepEqual(Object.keys(payload.joins), ['__proto__']);
  const guests: string[] = [];
  for (let guest = 0; guest < 2; guest += 1) {
    const probe = await server.joined(topic, { meta: ['no map'] });
    const [, , , , own] = (await probe.next()) as [unknown, unknown, unknown, unknown, { joins: object }];
    guests.push(...Object.keys(own.joins));
  }
  assert.match(guests.join(), /^guest<0\.\d+>,guest<0\.\d+>$/);
  assert.notEqual(guests[0], guests[1]);
});

test('it is a room: refused joins are not tracked, after_join and events work as there', async () => {
  const topic = 'presence:room';
  const probe = await server.connect();
  probe.send(['1', '1', topic, 'phx_join', { reject: true }]);
  await probe.expect(errorReply('1', '1', topic, 'rejected'));
  await probe.join('1', topic, { user_id: 'u', after_join: 3, delay_ms: 5 });
  await probe.expect(['1', null, topic, 'after_join', { n: 3 }]);
  await expectPlain(probe, diff(topic, { u: metas({}) }, {}), state(topic, { u: metas({}) }));
  probe.send(['1', '2', topic, 'ping', { n: 1 }]);
  await probe.expect(okReply('1', '2', topic, { n: 1 }));
});

test('the death of the shard is a phx_error for every member, and they can join again (65)', async () => {
  const topic = 'presence:shard';
  const probes = [await server.joined(topic, { user_id: 'a' })];
  await probes[0]?.take(2);
  probes.push(await server.joined(topic, { user_id: 'b' }));
  await probes[1]?.take(2);
  await probes[0]?.take(1);
  server.app.context.runtime.whereIs('presence_shard0')?.signal('kill', null);
  for (const probe of probes) {
    await probe.expect(['1', '1', topic, 'phx_error', { reason: 'channel_crash' }]);
    await probe.expectQuiet();
  }
  await probes[0]?.join('1', topic, { user_id: 'a' });
  const own = { a: metas({}) };
  if (probes[0] !== undefined) await expectPlain(probes[0], diff(topic, own, {}), state(topic, own));
});
