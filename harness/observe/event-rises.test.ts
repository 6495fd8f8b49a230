import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EventRises, CONNECTED } from './event-rises.ts';
import { readNodeEvents, type NodeEvents } from './node-events.ts';

const SECOND = 1e6;

function node(connects: number, changes: Partial<NodeEvents> = {}): NodeEvents {
  return { name: 'node0', osPid: 7, fresh: true, counts: new Map([[CONNECTED, connects]]), ...changes };
}

/** What each look told: connects, and connects per second. */
function told(
  looks: readonly (readonly [atS: number, ...nodes: NodeEvents[]])[],
): ([number, number] | null)[] {
  const rises = new EventRises();
  return looks.map(([atS, ...nodes]) => {
    const rise = rises.add(nodes, atS * SECOND);
    return rise && [rise.counts.get(CONNECTED) ?? 0, rise.connectsPerSecond];
  });
}

test('the first look is what the others count from', () => {
  assert.deepEqual(
    told([
      [1, node(500)],
      [2, node(500)],
      [3, node(820)],
    ]),
    [null, [0, 0], [320, 320]],
  );
});

test('a missed look is made up for by the next, over the time that really went by', () => {
  assert.deepEqual(
    told([
      [0, node(0)],
      [1, node(100)],
      [4, node(700)],
    ]),
    [null, [100, 100], [600, 200]],
  );
});

test('several nodes are added up, each over its own time', () => {
  const other = (connects: number, fresh = true): NodeEvents =>
    node(connects, { name: 'node1', osPid: 8, fresh });
  assert.deepEqual(
    told([
      [0, node(0), other(0)],
      [1, node(100), other(50)],
      // A node too busy to answer is listed with what it knew before.
      [2, node(200), other(50, false)],
      [3, node(300), other(250)],
    ]),
    [null, [150, 150], [100, 100], [300, 200]],
  );
});

test('a node that was started anew counts from 0, even where it soon has more than before', () => {
  assert.deepEqual(
    told([
      [0, node(100)],
      [1, node(30)],
      [2, node(90, { osPid: 9 })],
      [3, node(120, { osPid: 9 })],
    ]),
    [null, [30, 30], [90, 90], [30, 30]],
  );
});

test('the end of one of several nodes is no rise and no fall of the others', () => {
  const other = (connects: number): NodeEvents => node(connects, { name: 'node1', osPid: 8 });
  assert.deepEqual(
    told([
      [0, node(100), other(100)],
      [1, node(150)],
      [2, node(160), node(40, { name: 'node1', osPid: 9 })],
    ]),
    [null, [50, 50], [50, 30]],
  );
});

test('a node that comes later has counted from 0', () => {
  assert.deepEqual(
    told([
      [0, node(100)],
      [2, node(100), node(40, { name: 'node9', osPid: 8 })],
    ]),
    [null, [40, 20]],
  );
});

test('nothing is known while no node tells anything new', () => {
  assert.deepEqual(told([[0], [1], [2, node(5, { fresh: false })], [3, node(9, { fresh: false })]]), [
    null,
    null,
    null,
    null,
  ]);
});

test('whatever looks are missed, the rises of a node that lives on add up to its count', () => {
  const steps = fc.array(fc.tuple(fc.nat(1_000), fc.boolean()), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(steps, (looks) => {
      const rises = new EventRises();
      rises.add([node(0)], 0);
      let [count, sum] = [0, 0];
      for (const [index, [more, isSeen]] of looks.entries()) {
        count += more;
        if (isSeen || index === looks.length - 1)
          sum += rises.add([node(count)], (index + 1) * SECOND)?.counts.get(CONNECTED) ?? 0;
      }
      assert.equal(sum, count);
    }),
  );
});

test('reads the counts of every living node, whatever the events are called', () => {
  const telemetry = JSON.parse('{"__proto__":4,"constructor":{"count":2},"odd":"many","less":-1}') as object;
  const body = {
    nodes: [
      { name: 'node0', os_pid: 11, alive: true, stale: true, telemetry },
      { name: 'node1', alive: false, telemetry },
      { name: 'node2', alive: true },
    ],
    telemetry: { all: 9 },
  };
  assert.deepEqual(readNodeEvents(body), [
    {
      name: 'node0',
      osPid: 11,
      fresh: false,
      counts: new Map([
        ['__proto__', 4],
        ['constructor', 2],
        ['odd', 0],
        ['less', 0],
      ]),
    },
  ]);
});

test('the sum of a whole server stands in for its one node, and not for several', () => {
  const telemetry = { [CONNECTED]: 3 };
  const alone = { name: 'node0', osPid: 5, fresh: true, counts: new Map([[CONNECTED, 3]]) };
  assert.deepEqual(readNodeEvents({ nodes: [{ name: 'node0', os_pid: 5, alive: true }], telemetry }), [
    alone,
  ]);
  assert.deepEqual(readNodeEvents({ telemetry }), [{ ...alone, name: '?', osPid: null }]);
  assert.deepEqual(readNodeEvents({ nodes: [{ name: 'a' }, { name: 'b' }], telemetry }), []);
  assert.deepEqual(readNodeEvents({ nodes: [{ name: 'a' }], telemetry: 4 }), []);
});
