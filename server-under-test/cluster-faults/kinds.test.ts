import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultOrder, FaultParams } from '../faults/fault.ts';
import { FAULT_REFUSED } from '../faults/fault.ts';
import type { ClusterStanding, Lift } from './fault.ts';
import { CLUSTER_FAULT_KINDS } from './kinds.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

const SEED = 9;

function orderOf(kind: string, params: FaultParams): FaultOrder {
  return { id: 'f1', kind, params, share: 1, seed: SEED, ttlMs: null };
}

function standing(cluster: FakeCluster, kind: string, params: FaultParams = {}): Promise<ClusterStanding> {
  const found = CLUSTER_FAULT_KINDS.find((known) => known.kind === kind);
  return found?.inject(orderOf(kind, params), cluster) ?? assert.fail(`no ${kind}`);
}

async function inject(cluster: FakeCluster, kind: string, params: FaultParams = {}): Promise<Lift> {
  return (await standing(cluster, kind, params)).lift;
}

/** The nodes that were killed, stopped or drained, in that order. */
function hit({ did }: FakeCluster): number[] {
  return did.flatMap((deed) => /^(?:kill|pause|drain) (\d+)/.exec(deed)?.[1] ?? []).map(Number);
}

test('killed nodes start again after their time, the same ones for the same seed', async () => {
  const cluster = new FakeCluster(6);
  const lift = await inject(cluster, 'node_kill', { nodes: 2, restart_after_ms: 300 });
  const killed = hit(cluster);
  assert.equal(new Set(killed).size, 2);
  assert.equal(cluster.running().length, 4);
  await cluster.clock.advance(299);
  assert.equal(cluster.running().length, 4);
  await cluster.clock.advance(1);
  assert.deepEqual(
    cluster.did.slice(2),
    killed.map((index) => `start ${index}`),
  );
  await lift();
  assert.deepEqual([cluster.did.length, cluster.clock.pending], [4, 0]);

  const again = new FakeCluster(6);
  await inject(again, 'node_kill', { nodes: 2 });
  assert.deepEqual(hit(again), killed);
  await again.clock.advance(1_999);
  assert.equal(again.running().length, 4);
  await again.clock.advance(1);
  assert.equal(again.running().length, 6);
});

test('a restart after 0 is not before the lift, and an early lift does not wait for the time', async () => {
  for (const restartAfterMs of [0, 60_000]) {
    const cluster = new FakeCluster(1);
    const lift = await inject(cluster, 'node_kill', { restart_after_ms: restartAfterMs });
    await cluster.clock.advance(59_999);
    assert.deepEqual(cluster.states(), ['down']);
    await lift();
    assert.deepEqual([cluster.states(), cluster.clock.pending], [['running'], 0]);
  }
});

test('a node that does not come back is told, tried again by the lift, and fails it', async () => {
  const cluster = new FakeCluster(1);
  cluster.broken.add(0);
  const lift = await inject(cluster, 'node_kill');
  await cluster.clock.advance(2_000);
  assert.deepEqual(cluster.lines, ['node0 did not come back: Error: it does not boot']);
  await assert.rejects(lift(), /it does not boot/);
  cluster.broken.clear();
  await lift();
  assert.deepEqual(cluster.states(), ['running']);
});

test('where no node runs there is nobody to kill or to stop', async () => {
  const cluster = new FakeCluster(1);
  await inject(cluster, 'node_pause');
  for (const kind of ['node_pause', 'node_kill'])
    await assert.rejects(inject(cluster, kind), { code: FAULT_REFUSED });
  assert.deepEqual(cluster.states(), ['paused']);
});

test('stopped nodes go on at the lift, and one that cannot be stopped leaves none stopped', async () => {
  const cluster = new FakeCluster(3);
  const lift = await inject(cluster, 'node_pause', { nodes: 2 });
  assert.deepEqual(cluster.states().toSorted(), ['paused', 'paused', 'running']);
  await lift();
  assert.deepEqual(cluster.states(), ['running', 'running', 'running']);
  cluster.broken.add(hit(cluster)[1] ?? assert.fail());
  await assert.rejects(inject(cluster, 'node_pause', { nodes: 2 }), /no shell/);
  assert.deepEqual(cluster.states(), ['running', 'running', 'running']);
});

test('a netsplit is cut around the nodes that the seed picks, and healed under the same name', async () => {
  const cluster = new FakeCluster(3);
  const lift = await inject(cluster, 'netsplit');
  await lift();
  assert.match(cluster.did[0] ?? '', /^sever f1 [012]$/);
  assert.deepEqual(cluster.did.slice(1), ['heal f1']);
});

test('a deploy takes one node after the other, with a pause between two', async () => {
  const cluster = new FakeCluster(3);
  const lift = await inject(cluster, 'deploy', { pause_ms: 500 });
  await cluster.clock.settle();
  assert.deepEqual(cluster.did, ['drain 0 for 700', 'start 0']);
  await cluster.clock.advance(499);
  assert.equal(cluster.did.length, 2);
  await cluster.clock.advance(1);
  assert.deepEqual(cluster.did.slice(2), ['drain 1 for 700', 'start 1']);
  await cluster.clock.advance(500);
  assert.deepEqual(hit(cluster), [0, 1, 2]);
  await lift();
  assert.deepEqual([cluster.states(), cluster.did.length], [['running', 'running', 'running'], 6]);
});

test('the lift of a deploy cuts the drain short and waits for that node alone', async () => {
  const cluster = new FakeCluster(3);
  cluster.drains = true;
  const lift = await inject(cluster, 'deploy', { drain_ms: 5_000, pause_ms: 0 });
  assert.deepEqual(cluster.states(), ['leaving', 'running', 'running']);
  await lift();
  assert.deepEqual(cluster.did, ['drain 0 for 5000', 'start 0']);

  cluster.drains = false;
  const second = await inject(cluster, 'deploy', { pause_ms: 60_000 });
  await cluster.clock.settle();
  await second();
  assert.deepEqual([hit(cluster), cluster.clock.pending], [[0, 0], 0]);
});

test('a deploy leaves the nodes of other faults alone', async () => {
  const cluster = new FakeCluster(3);
  await inject(cluster, 'node_pause');
  await inject(cluster, 'node_kill', { restart_after_ms: 0 });
  const others = hit(cluster);
  await inject(cluster, 'deploy', { pause_ms: 0 });
  await cluster.clock.advance(0);
  assert.equal(hit(cluster).length, 3);
  assert.ok(!others.includes(hit(cluster)[2] ?? assert.fail()));
});

test('a deploy that meets a node that does not come up goes no further, and its lift tries again', async () => {
  const cluster = new FakeCluster(2);
  cluster.broken.add(0);
  const lift = await inject(cluster, 'deploy', { pause_ms: 0 });
  await cluster.clock.advance(1_000);
  assert.deepEqual(cluster.states(), ['down', 'running']);
  assert.deepEqual(cluster.lines, ['the deploy stopped: Error: it does not boot']);
  await assert.rejects(lift(), /it does not boot/);
  cluster.broken.clear();
  await lift();
  assert.deepEqual(cluster.states(), ['running', 'running']);
});

test('a memory limit kills only a node that holds more, again and again, until it is lifted', async () => {
  const roomy = new FakeCluster(1);
  const liftRoomy = await inject(roomy, 'memory_limit', { mb: 1_000_000 });
  await roomy.clock.advance(1_000);
  await liftRoomy();
  assert.deepEqual([roomy.did, roomy.clock.pending], [[], 0]);

  const tight = new FakeCluster(1);
  const lift = await inject(tight, 'memory_limit', { mb: 1, restart_after_ms: 500 });
  assert.match(tight.lines[0] ?? '', /^node0 \(pid \d+\) is killed: it holds \d+ MiB of 1$/);
  await tight.clock.advance(600);
  assert.deepEqual(tight.did, ['kill 0', 'start 0', 'kill 0']);
  await lift();
  assert.deepEqual([tight.states(), tight.clock.pending], [['running'], 0]);
});

test('each counts the nodes it has hit, however often it hits them', async () => {
  const counts: Readonly<Record<string, readonly [FaultParams, number]>> = {
    node_pause: [{ nodes: 2 }, 2],
    node_kill: [{ nodes: 2 }, 2],
    netsplit: [{ nodes: 1 }, 1],
    deploy: [{ pause_ms: 0 }, 3],
    memory_limit: [{ mb: 1, restart_after_ms: 100 }, 3],
  };
  assert.deepEqual(CLUSTER_FAULT_KINDS.map(({ kind }) => kind).toSorted(), Object.keys(counts).toSorted());
  for (const [kind, [params, count]] of Object.entries(counts)) {
    const cluster = new FakeCluster(3);
    const on = await standing(cluster, kind, params);
    // Time enough for a limit to kill each node again and again.
    await cluster.clock.advance(1_000);
    await on.lift();
    assert.equal(on.count(), count, kind);
  }
});

test('a deploy counts the nodes that it has come to, a limit none that keeps it', async () => {
  const cluster = new FakeCluster(3);
  const deploy = await standing(cluster, 'deploy', { pause_ms: 60_000 });
  await cluster.clock.settle();
  await deploy.lift();
  const limit = await standing(cluster, 'memory_limit', { mb: 1_000_000 });
  await cluster.clock.advance(1_000);
  await limit.lift();
  assert.deepEqual([deploy.count(), limit.count()], [1, 0]);
});
