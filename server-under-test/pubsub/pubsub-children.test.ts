import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../otp/manual-clock.ts';
import { Supervisor } from '../otp/supervisor.ts';
import { Broadcast } from './broadcast.ts';
import { pubsubChildren } from './pubsub-children.ts';
import { MeshNode } from './testing/mesh-nodes.ts';

function setUp(): {
  clock: ManualClock;
  node: MeshNode;
  supervisor: Supervisor;
} {
  const clock = new ManualClock();
  const node = new MeshNode(0, 2, clock);
  return {
    clock,
    node,
    supervisor: new Supervisor(node.runtime, pubsubChildren(node.runtime, node.pubsub, node.mesh), {
      strategy: 'rest_for_one',
    }),
  };
}

/** A broadcast through the local worker, which ends when nobody can encode it. */
function crashWorker(node: MeshNode): void {
  node.pubsub.directBroadcast(0, Broadcast.of('t', 'e', 1));
}

test('a worker that crashes is back three times in five seconds; the fourth takes its supervisor along, not PubSub', async () => {
  const { clock, node, supervisor } = setUp();
  const encoder = {
    encodeBroadcast(): never {
      throw new TypeError('no map');
    },
  };
  node.pubsub.subscribe(node.mailbag(), 't', { transport: node.mailbag(), encoder, intercepts: null });
  const partition = node.pubsub.registry.startPartition(0);
  const adapter = (): unknown => supervisor.children()[1]?.process;
  const first = adapter();
  for (let crash = 1; crash <= 4; crash += 1) {
    crashWorker(node);
    await clock.settle();
    assert.equal(adapter() === first, crash < 4, `after crash ${crash}`);
    assert.equal(node.mesh.startWorker(0).supervisor, adapter());
  }
  assert.deepEqual([supervisor.alive, partition.alive], [true, true]);
});

test('a lost partition of the registry takes all of them along, and their subscribers', async () => {
  const { clock, node, supervisor } = setUp();
  const subscribers = Array.from({ length: 20 }, () => node.subscriber('t'));
  const worker = node.mesh.startWorker(0);
  const before = [...node.pubsub.registry.partitions];
  assert.equal(before.length, 2);
  before[0]?.signal('kill', null);
  await clock.settle();
  assert.ok(before.every((partition) => !partition.alive));
  assert.ok(subscribers.every((subscriber) => !subscriber.alive));
  assert.ok(node.pubsub.registry.partitions.every((partition) => partition.alive));
  assert.deepEqual([worker.alive, supervisor.alive], [true, true]);
  const next = node.subscriber('t');
  node.pubsub.broadcast(Broadcast.of('t', 'e', {}));
  await clock.settle();
  assert.equal(next.seen.length, 1);
});

test('stopping takes the partitions and the workers along', async () => {
  const { clock, node, supervisor } = setUp();
  const stopped = supervisor.stop();
  await clock.settle();
  await stopped;
  assert.equal(node.runtime.processes, 0);
});
