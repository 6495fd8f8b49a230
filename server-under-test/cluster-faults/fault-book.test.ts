import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultRefused, type FaultOrder } from '../faults/fault.ts';
import type { Hits } from '../faults/hits.ts';
import { FaultBook } from './fault-book.ts';
import { FakeCluster } from './testing/fake-cluster.ts';

const ON_NODES = { kind: 'slow_join', params: { delay_ms: 5 }, share: 1, seed: 0, ttlMs: null };
const ON_CLUSTER = { kind: 'node_pause', params: {}, share: 1, seed: 0, ttlMs: null };

interface Scene {
  readonly cluster: FakeCluster;
  readonly book: FaultBook;
  /** What the nodes were asked, by operation and fault. */
  readonly asked: string[];
  /** Operations the nodes do not obey. */
  readonly deaf: Set<string>;
  /** What each node says of any fault; null is one that has it not. */
  readonly says: Array<Hits | null>;
}

function setUp(): Scene {
  const cluster = new FakeCluster(2);
  const asked: string[] = [];
  const deaf = new Set<string>();
  const says: Array<Hits | null> = [];
  const book = new FaultBook({
    clock: cluster.clock,
    hands: cluster,
    log: (line) => cluster.log(line),
    async askAll(request, hear) {
      const id = 'order' in request ? request.order.id : 'id' in request ? String(request.id) : '';
      asked.push(`${request.op} ${id}`);
      for (const [index, said] of says.entries()) hear(cluster.nodes[index] ?? assert.fail(), said);
      if (deaf.has(request.op)) throw new Error('node1 did not answer');
    },
  });
  return { cluster, book, asked, deaf, says };
}

const ids = (orders: readonly FaultOrder[]): string[] => orders.map(({ id }) => id);

test('faults within nodes and of whole nodes have their ids, their list and their lifts in one place', async () => {
  const { book, asked, cluster } = setUp();
  assert.deepEqual([(await book.inject(ON_NODES)).id, (await book.inject(ON_CLUSTER)).id], ['f1', 'f2']);
  assert.deepEqual([ids(book.orders()), asked], [['f1', 'f2'], ['inject f1']]);
  assert.equal(cluster.running().length, 1);
  assert.deepEqual([(await book.lift('f2'))?.id, (await book.lift('f1'))?.id], ['f2', 'f1']);
  assert.deepEqual([await book.lift('f2'), await book.lift('toString')], [null, null]);
  assert.deepEqual([ids(book.orders()), asked], [[], ['inject f1', 'lift f1']]);
  assert.equal(cluster.running().length, 2);
});

test('a fault whose time is over is lifted, by the nodes where it is theirs', async () => {
  const { book, asked, cluster } = setUp();
  await book.inject({ ...ON_NODES, ttlMs: 100 });
  await book.inject({ ...ON_CLUSTER, ttlMs: 100 });
  await cluster.clock.advance(99);
  assert.deepEqual([ids(book.orders()), cluster.running().length], [['f1', 'f2'], 1]);
  await cluster.clock.advance(1);
  assert.deepEqual([ids(book.orders()), cluster.running().length], [[], 2]);
  assert.deepEqual(asked, ['inject f1']);
  assert.deepEqual([await book.renew('f1', 100), cluster.clock.pending], [null, 0]);
});

test('a renewal counts from now, here and on the nodes, and gives one without an end an end', async () => {
  const { book, asked, cluster } = setUp();
  await book.inject({ ...ON_NODES, ttlMs: 100 });
  await book.inject(ON_CLUSTER);
  await cluster.clock.advance(90);
  assert.deepEqual([(await book.renew('f1', 50))?.id, (await book.renew('f2', 50))?.id], ['f1', 'f2']);
  assert.deepEqual(asked, ['inject f1', 'renew f1']);
  await cluster.clock.advance(49);
  assert.deepEqual(ids(book.orders()), ['f1', 'f2']);
  await cluster.clock.advance(1);
  assert.deepEqual([ids(book.orders()), cluster.running().length], [[], 2]);
  assert.equal(await book.renew('nobody', 50), null);
});

test('a node that was away is given what is in force on the others, for the time that is left', async () => {
  const { book, cluster } = setUp();
  await book.inject({ ...ON_NODES, ttlMs: 100 });
  await book.inject(ON_NODES);
  await book.inject(ON_CLUSTER);
  await book.inject({ ...ON_NODES, kind: 'tracker_shard_kill', params: {} });
  await cluster.clock.advance(30);
  assert.deepEqual(
    book.ordersOnNodes().map(({ id, ttlMs }) => [id, ttlMs]),
    [
      ['f1', 70],
      ['f2', null],
    ],
  );
});

test('half a fault is none, and what could not be lifted stays to be lifted again', async () => {
  const { book, asked, deaf } = setUp();
  deaf.add('inject');
  await assert.rejects(book.inject(ON_NODES), /did not answer/);
  assert.deepEqual([asked, book.orders()], [['inject f1', 'lift f1'], []]);
  deaf.clear();
  await book.inject(ON_NODES);
  deaf.add('lift');
  await assert.rejects(book.lift('f2'), /did not answer/);
  assert.deepEqual(ids(book.orders()), ['f2']);
  deaf.clear();
  assert.equal((await book.lift('f2'))?.id, 'f2');
  assert.deepEqual(book.orders(), []);
});

test('two who lift at once wait for the same lift, and none can be renewed in it', async () => {
  const { book, cluster } = setUp();
  cluster.drains = true;
  const { id } = await book.inject({ ...ON_CLUSTER, kind: 'deploy' });
  const first = book.lift(id);
  const second = book.lift(id);
  assert.equal(await book.renew(id, 100), null);
  const word = { id, hits: { count: 1, of: 2, what: 'nodes' } };
  assert.deepEqual([await first, await second, cluster.did], [word, word, ['drain 0 for 700', 'start 0']]);
});

test('a fault of whole nodes that cannot lift itself says so', async () => {
  const { book, cluster } = setUp();
  await book.inject({ ...ON_CLUSTER, kind: 'node_kill', params: { restart_after_ms: 0 }, ttlMs: 100 });
  for (const { index } of cluster.nodes) cluster.broken.add(index);
  await cluster.clock.advance(100);
  assert.deepEqual(cluster.lines, ['node_kill (f1) was not lifted: Error: it does not boot']);
  cluster.broken.clear();
  assert.equal((await book.lift('f1'))?.id, 'f1');
  assert.equal(cluster.running().length, 2);
});

test('at the end of the server no fault has anything left to do', async () => {
  const { book, cluster } = setUp();
  await book.inject({ ...ON_NODES, ttlMs: 100 });
  book.close();
  assert.deepEqual([book.orders(), cluster.clock.pending], [[], 0]);
});

test('another share goes to the nodes, and to one that comes later; a fault on whole nodes has none', async () => {
  const { book, asked } = setUp();
  await book.inject({ ...ON_NODES, ttlMs: 100 });
  await book.inject(ON_CLUSTER);
  assert.equal((await book.setShare('f1', 0.25))?.id, 'f1');
  assert.deepEqual(asked, ['inject f1', 'share f1']);
  assert.deepEqual(
    [book.orders(), book.ordersOnNodes()].map((orders) => [orders[0]?.share, orders[0]?.ttlMs]),
    [
      [0.25, 100],
      [0.25, 100],
    ],
  );
  assert.deepEqual([await book.setShare('f3', 1), await book.setShare('toString', 1)], [null, null]);
  await assert.rejects(book.setShare('f2', 0.5), FaultRefused);
});

const joins = (count: number, of: number | null): Hits => ({ count, of, what: 'joins' });

test('what the nodes say is added up, and of one that has died what it said last', async () => {
  const { book, says } = setUp();
  says.push(joins(1, 10), joins(2, 20));
  assert.deepEqual(await book.inject(ON_NODES), { id: 'f1', hits: joins(3, 30) });
  // The second has died, or hears of the fault for the first time.
  for (const gone of [[], [null]]) {
    says.splice(0, 2, joins(5, 11), ...gone);
    assert.deepEqual(await book.words(), [{ id: 'f1', hits: joins(7, 31) }]);
  }
  says.splice(0, 2, joins(6, null), joins(3, 20));
  assert.deepEqual(await book.renew('f1', 50), { id: 'f1', hits: joins(9, null) });
  says.splice(0, 2, joins(8, 11), joins(4, 20));
  assert.deepEqual(await book.lift('f1'), { id: 'f1', hits: joins(12, 31) });
  assert.deepEqual(await book.words(), []);
});

test('where no node has said anything nothing is made up', async () => {
  const { book } = setUp();
  assert.deepEqual(await book.inject(ON_NODES), { id: 'f1', hits: null });
  assert.deepEqual(await book.lift('f1'), { id: 'f1', hits: null });
});

test('a node that does not say how many leaves the list of faults as it is, with what was said before', async () => {
  const { book, says, deaf } = setUp();
  says.push(joins(1, 1), joins(2, 2));
  await book.inject(ON_NODES);
  await book.inject(ON_CLUSTER);
  deaf.add('hits');
  says.splice(0, 2, joins(4, 4));
  assert.deepEqual(await book.words(), [
    { id: 'f1', hits: joins(6, 6) },
    { id: 'f2', hits: { count: 1, of: 2, what: 'nodes' } },
  ]);
});

test('what was said before a lift that failed is still known at the next', async () => {
  const { book, says, deaf } = setUp();
  says.push(joins(1, 1), joins(2, 2));
  await book.inject(ON_NODES);
  deaf.add('lift');
  await assert.rejects(book.lift('f1'), /did not answer/);
  deaf.clear();
  // The first has lifted it then.
  says.splice(0, 2, null, joins(3, 3));
  assert.deepEqual(await book.lift('f1'), { id: 'f1', hits: joins(4, 4) });
});
