import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../otp/manual-clock.ts';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { PresenceNode } from './testing/presence-node.ts';
import type { TrackResult } from './tracker-request.ts';

const TOPIC = 'presence:a';

function setUp(): { clock: ManualClock; node: PresenceNode } {
  const clock = new ManualClock();
  return { clock, node: new PresenceNode(clock) };
}

/** Awaits a call on a clock that moves only here. */
async function settled<T>(clock: ManualClock, call: Promise<T>): Promise<T> {
  await clock.settle();
  return call;
}

async function trackAll(
  clock: ManualClock,
  node: PresenceNode,
  keys: readonly string[],
): Promise<ScriptedProcess[]> {
  const processes = keys.map(() => node.process());
  for (const [index, process] of processes.entries()) {
    await settled(clock, node.presence.track(process, TOPIC, keys[index] ?? '', { n: index }));
  }
  return processes;
}

function refOf(result: TrackResult): string {
  assert.ok(result.tag === 'ok');
  return result.ref;
}

test('track is seen at once, with the same ref in the diff and in the list (60)', async () => {
  const { clock, node } = setUp();
  const watcher = node.watch(TOPIC);
  const ref = refOf(await settled(clock, node.presence.track(node.process(), TOPIC, 'u1', { online_at: 1 })));
  assert.match(ref, /^[A-Za-z0-9_-]{16}$/);
  const u1 = { metas: [{ online_at: 1, phx_ref: ref }] };
  assert.deepEqual(watcher.diffs, [{ joins: { u1 }, leaves: {} }]);
  assert.deepEqual({ ...(await settled(clock, node.presence.list(TOPIC))) }, { u1 });
});

test('the diff is out before the call returns', async () => {
  const { clock, node } = setUp();
  const order: string[] = [];
  const subscriber = new ScriptedProcess(node.runtime, () => void order.push('diff'));
  node.pubsub.subscribe(subscriber, TOPIC);
  const self = node.process();
  const tracked = node.presence.track(self, TOPIC, 'u', {}).then(() => subscriber.send('pushed after track'));
  await settled(clock, tracked);
  assert.deepEqual([order.length, subscriber.seen[1]], [2, 'pushed after track']);
});

test('one key from two processes has two metas; one goes, the key stays (61)', async () => {
  const { clock, node } = setUp();
  const watcher = node.watch(TOPIC);
  const [first] = await trackAll(clock, node, ['u', 'u']);
  const before = await settled(clock, node.presence.getByKey(TOPIC, 'u'));
  assert.equal(before?.metas.length, 2);
  watcher.diffs.length = 0;
  first?.end({ shutdown: 'closed' });
  await clock.settle();
  assert.deepEqual(watcher.diffs, [{ joins: {}, leaves: { u: { metas: [before?.metas[0]] } } }]);
  assert.deepEqual((await settled(clock, node.presence.getByKey(TOPIC, 'u')))?.metas, [before?.metas[1]]);
});

test('tracking twice is an error, other keys and topics are not (63)', async () => {
  const { clock, node } = setUp();
  const process = node.process();
  const track = (topic: string, key: string): Promise<TrackResult> =>
    settled(clock, node.presence.track(process, topic, key, {}));
  assert.equal((await track(TOPIC, 'u')).tag, 'ok');
  assert.deepEqual(await track(TOPIC, 'u'), { tag: 'error', reason: 'already_tracked' });
  assert.deepEqual([(await track(TOPIC, 'v')).tag, (await track('other', 'u')).tag], ['ok', 'ok']);
  assert.equal(node.presence.tableSizes()[0]?.rows, 3);
});

test('update is leave and join in one diff and names the ref it replaces', async () => {
  const { clock, node } = setUp();
  const [process] = await trackAll(clock, node, ['u']);
  if (process === undefined) return assert.fail();
  const watcher = node.watch(TOPIC);
  const old = (await settled(clock, node.presence.getByKey(TOPIC, 'u')))?.metas[0];
  const ref = refOf(await settled(clock, node.presence.update(process, TOPIC, 'u', { mood: 'ok' })));
  const meta = { mood: 'ok', phx_ref: ref, phx_ref_prev: old?.['phx_ref'] };
  assert.deepEqual(watcher.diffs, [{ joins: { u: { metas: [meta] } }, leaves: { u: { metas: [old] } } }]);
  await settled(
    clock,
    node.presence.update(process, TOPIC, 'u', (current) => ({ ...current, twice: current['mood'] })),
  );
  const last = (await settled(clock, node.presence.getByKey(TOPIC, 'u')))?.metas[0];
  assert.deepEqual([last?.['twice'], last?.['phx_ref_prev'], last?.['mood']], ['ok', ref, 'ok']);
  assert.deepEqual(await settled(clock, node.presence.update(process, TOPIC, 'v', {})), {
    tag: 'error',
    reason: 'nopresence',
  });
});

test('untrack takes back one key, or all on that topic; what else is tracked stays linked', async () => {
  const { clock, node } = setUp();
  const process = node.process();
  for (const key of ['a', 'b', 'c']) await settled(clock, node.presence.track(process, TOPIC, key, {}));
  await settled(clock, node.presence.track(process, 'other', 'a', {}));
  const watcher = node.watch(TOPIC);
  await settled(clock, node.presence.untrack(process, TOPIC, 'a'));
  await settled(clock, node.presence.untrack(process, TOPIC, 'a'));
  await settled(clock, node.presence.untrack(process, TOPIC));
  assert.deepEqual([watcher.takeShort(), node.presence.tableSizes()[0]?.rows], [['-a', '-b -c'], 1]);
  node.runtime.whereIs('presence_shard0')?.signal('kill', null);
  assert.equal(process.endedWith, 'killed');
});

test('every end of a tracked process is its leave, one diff for each topic', async () => {
  const { clock, node } = setUp();
  const watchers = [node.watch(TOPIC), node.watch('other')];
  for (const reason of ['normal', 'shutdown', 'boom']) {
    const process = node.process();
    for (const key of ['a', 'b']) await settled(clock, node.presence.track(process, TOPIC, key, {}));
    await settled(clock, node.presence.track(process, 'other', 'c', {}));
    process.end(reason);
    await clock.settle();
    assert.deepEqual(
      watchers.map((watcher) => watcher.takeShort()),
      [
        ['+a', '+b', '-a -b'],
        ['+c', '-c'],
      ],
    );
  }
});

test('one that was dead before it could be tracked joins and leaves', async () => {
  const { clock, node } = setUp();
  const watcher = node.watch(TOPIC);
  const process = node.process();
  const tracked = node.presence.track(process, TOPIC, 'u', {});
  process.end('boom');
  await settled(clock, tracked);
  assert.deepEqual(
    [watcher.takeShort(), await settled(clock, node.presence.list(TOPIC))],
    [['+u', '-u'], Object.create(null)],
  );
});

test('N joins make between N(N+1)/2 and N² diffs, and as many leaves (64)', async () => {
  const { clock, node } = setUp();
  const count = 40;
  const watchers = Array.from({ length: count }, () => node.watch(TOPIC));
  const processes = Array.from({ length: count }, () => node.process());
  const calls = processes.map((process, index) => node.presence.track(process, TOPIC, `u${index}`, {}));
  await settled(clock, Promise.all(calls));
  assert.equal(
    watchers.reduce((sum, { diffs }) => sum + diffs.length, 0),
    count * count,
  );
  for (const process of processes) process.end('normal');
  await clock.settle();
  assert.equal(
    watchers.reduce((sum, { diffs }) => sum + diffs.length, 0),
    2 * count * count,
  );
  assert.ok(watchers.every((watcher) => watcher.online.size === 0));
});

test('the death of the shard ends every process it tracks, and no other (65)', async () => {
  const { clock, node } = setUp();
  const tracked = await trackAll(clock, node, ['a', 'b', 'c']);
  const bystander = node.process();
  const former = node.process();
  await settled(clock, node.presence.track(former, TOPIC, 'd', {}));
  await settled(clock, node.presence.untrack(former, TOPIC, 'd'));
  node.runtime.whereIs('presence_shard0')?.signal('kill', null);
  assert.deepEqual(
    [...tracked, bystander, former].map(({ endedWith }) => endedWith),
    ['killed', 'killed', 'killed', null, null],
  );
  await assert.rejects(settled(clock, node.presence.list(TOPIC)), /noproc/);
  node.presence.startShard('presence_shard0');
  await trackAll(clock, node, ['e']);
  assert.deepEqual(Object.keys(await settled(clock, node.presence.list(TOPIC))), ['e']);
});

test('names out of a nightmare are ordinary keys, topics and fields', async () => {
  const { clock, node } = setUp();
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', '7'];
  const topic = '__proto__';
  const watcher = node.watch(topic);
  const meta = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as Record<string, unknown>;
  for (const name of names) await settled(clock, node.presence.track(node.process(), topic, name, meta));
  assert.deepEqual(watcher.keys(), names.toSorted());
  const list = await settled(clock, node.presence.list(topic));
  const printed = JSON.parse(JSON.stringify(list), (key, value: unknown) =>
    key === '__proto__' ? Object.entries(value ?? {}) : value,
  ) as object;
  assert.deepEqual(Object.keys(list).toSorted(), names.toSorted());
  assert.deepEqual(Object.getOwnPropertyNames(printed).toSorted(), names.toSorted());
  const found = await settled(clock, node.presence.getByKey(topic, '__proto__'));
  assert.match(
    JSON.stringify(found),
    /^\{"metas":\[\{"__proto__":\{"polluted":true\},"constructor":1,"phx_ref":"[\w-]{16}"\}\]\}$/,
  );
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('no two refs are the same, whatever the clock says', async () => {
  const { clock, node } = setUp();
  const process = node.process();
  const calls = Array.from({ length: 500 }, (_call, n) => node.presence.track(process, TOPIC, `k${n}`, {}));
  const results = await settled(clock, Promise.all(calls));
  assert.equal(new Set(results.map(refOf)).size, 500);
});

test('nothing is left of 20,000 that came and went', async () => {
  const { clock, node } = setUp();
  const processes = Array.from({ length: 20_000 }, () => node.process());
  for (let start = 0; start < processes.length; start += 200) {
    const batch = processes.slice(start, start + 200);
    const calls = batch.map((process, index) => node.presence.track(process, `t${index}`, `u${start}`, {}));
    await settled(clock, Promise.all(calls));
  }
  assert.equal(node.presence.tableSizes()[0]?.rows, 20_000);
  for (const process of processes) process.end('normal');
  await clock.settle();
  assert.deepEqual(node.presence.tableSizes()[0], { name: 'presence_shard0', rows: 0, bytes: 0 });
});
