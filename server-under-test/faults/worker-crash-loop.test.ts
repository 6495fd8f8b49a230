import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashed, ManualNode } from '../testing/manual-node.ts';
import { okReply } from '../testing/probe.ts';

interface Scene {
  readonly node: ManualNode;
  readonly slow: () => unknown;
  /** Supervisors of the workers there have been, the present one included. */
  readonly supervisors: Set<unknown>;
  /** Lets time pass second by second, as one who looks. */
  pass(seconds: number): Promise<void>;
}

function setUp(): Scene {
  const node = new ManualNode();
  const { runtime } = node.app.context;
  const supervisors = new Set<unknown>();
  const look = (): void => void supervisors.add(runtime.whereIs('slow')?.supervisor);
  look();
  const pass = async (seconds: number): Promise<void> => {
    for (let n = 0; n < seconds * 2; n += 1) {
      await node.clock.advance(500);
      look();
    }
  };
  return { node, slow: () => runtime.whereIs('slow'), supervisors, pass };
}

async function answers({ node }: Scene, topic = 'room:again'): Promise<void> {
  const client = await node.connect([topic]);
  client.send(['1', '2', topic, 'call', { ms: 1 }]);
  await node.clock.advance(1);
  assert.deepEqual(client.take(), [okReply('1', '2', topic, { ms: 1 })]);
}

test('up to 3 crashes in 5 s the worker is restarted, and its supervisor stays', async () => {
  const scene = setUp();
  const first = scene.slow();
  scene.node.inject('worker_crash_loop', { every_ms: 2_000 });
  await scene.pass(20);
  assert.equal(scene.supervisors.size, 1);
  assert.notEqual(scene.slow(), first);
  await answers(scene);
  await scene.node.lift('worker_crash_loop');
  const last = scene.slow();
  await scene.pass(10);
  assert.equal(scene.slow(), last);
});

test('the 4th crash in 5 s takes the supervisor along; who is being answered goes too (74)', async () => {
  const scene = setUp();
  const { node, supervisors } = scene;
  const client = await node.connect(['room:a', 'room:b']);
  node.inject('worker_crash_loop', { every_ms: 1_000 });
  await scene.pass(2.5);
  client.send(['1', '2', 'room:a', 'call', { ms: 800 }]);
  await node.clock.settle();
  assert.deepEqual([supervisors.size, client.take()], [1, []]);
  await scene.pass(1);
  assert.deepEqual([supervisors.size, client.take(), client.open], [2, [crashed('room:a')], true]);
  await node.lift('worker_crash_loop');
  await answers(scene);
});

test('as fast as it may crash the node survives a minute of it, and all is up at the lift', async () => {
  const scene = setUp();
  let isDown = false;
  scene.node.app.onDown(() => (isDown = true));
  scene.node.inject('worker_crash_loop', { every_ms: 500, strategy: 'one_for_one' });
  await scene.pass(60);
  assert.equal(isDown, false);
  assert.ok(scene.supervisors.size > 20, `${scene.supervisors.size} supervisors`);
  await scene.node.lift('worker_crash_loop');
  await answers(scene);
});

test('rest_for_one takes every connection along when the supervisor gives up, and not before', async () => {
  const scene = setUp();
  const { node } = scene;
  const client = await node.connect(['room:a']);
  node.inject('worker_crash_loop', { every_ms: 1_000, strategy: 'rest_for_one' });
  await scene.pass(2.5);
  assert.deepEqual([client.open, node.app.tree.strategy], [true, 'rest_for_one']);
  await scene.pass(1);
  assert.deepEqual([client.open, node.app.context.channels], [false, 0]);
  await answers(scene);
  await node.lift('worker_crash_loop');
  assert.equal(node.app.tree.strategy, 'one_for_one');
  await answers(scene, 'room:after');
});

test('it is refused where nobody has the name', () => {
  const { node } = setUp();
  assert.throws(() => node.inject('worker_crash_loop', { server: 'fast' }), { code: 'fault_refused' });
});
