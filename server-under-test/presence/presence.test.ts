import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exit } from '../otp/exit-reason.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import type { Fetch } from './fetch.ts';
import type { PresenceMap } from './presence-map.ts';
import { PresenceNode } from './testing/presence-node.ts';

const TOPIC = 'presence:a';

/** Adds `name` after a wait that the first key decides: `slow` keys take long, `bad` ones fail. */
function fetcher(clock: ManualClock): Fetch {
  return async (_topic, presences) => {
    const keys = Object.keys(presences);
    if (keys.includes('bad')) throw new Error('no such user');
    await new Promise<void>((resolve) => void clock.after(keys.includes('slow') ? 500 : 10, resolve));
    const fetched = Object.create(null) as PresenceMap;
    for (const key of keys) fetched[key] = { metas: presences[key]?.metas ?? [], name: key.toUpperCase() };
    return fetched;
  };
}

test('fetch adds fields to diffs and lists; a slow one holds back those behind it, a failed one is left out', async () => {
  const clock = new ManualClock();
  const node = new PresenceNode(clock, 0, () => null, { fetch: fetcher(clock) });
  const watcher = node.watch(TOPIC);
  for (const key of ['slow', 'bad', 'quick']) void node.presence.track(node.process(), TOPIC, key, {});
  await clock.advance(400);
  assert.deepEqual(watcher.takeShort(), []);
  await clock.advance(100);
  assert.equal(watcher.diffs[0]?.joins['slow']?.['name'], 'SLOW');
  assert.deepEqual(watcher.takeShort(), ['+slow', '+quick']);
  const call = node.presence.getByKey(TOPIC, 'quick');
  await clock.advance(10);
  const found = await call;
  assert.deepEqual([found?.['name'], found?.metas.length], ['QUICK', 1]);
});

test('nobody under a key is null, nobody on a topic is an empty map', async () => {
  const clock = new ManualClock();
  const node = new PresenceNode(clock);
  const [one, all] = [node.presence.getByKey(TOPIC, 'constructor'), node.presence.list('__proto__')];
  await clock.settle();
  assert.deepEqual([await one, Object.keys(await all)], [null, []]);
});

test('a fetch that never ends holds no call', async () => {
  const clock = new ManualClock();
  const node = new PresenceNode(clock, 0, () => null, { fetch: () => new Promise(() => {}) });
  const tracked = node.presence.track(node.process(), TOPIC, 'u', {});
  await clock.settle();
  assert.equal((await tracked).tag, 'ok');
});

test('without its shard every call is refused at once', async () => {
  const clock = new ManualClock();
  const node = new PresenceNode(clock);
  const process = node.process();
  node.runtime.whereIs('presence_shard0')?.end('shutdown');
  const calls = [
    node.presence.track(process, TOPIC, 'u', {}),
    node.presence.update(process, TOPIC, 'u', {}),
    node.presence.untrack(process, TOPIC),
    node.presence.list(TOPIC),
    node.presence.getByKey(TOPIC, 'u'),
  ];
  for (const call of calls) {
    await assert.rejects(call, (error: Exit) => {
      assert.deepEqual(error.reason, { call: 'noproc' });
      return true;
    });
  }
  assert.deepEqual(node.presence.tableSizes(), []);
});
