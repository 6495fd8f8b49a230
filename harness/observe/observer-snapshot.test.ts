import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSnapshot } from './observer-snapshot.ts';

test('a node that a fault has taken down is none that died, nor one that is stopped or starts', () => {
  const nodes = [
    { name: 'node0', alive: true, state: 'running' },
    { name: 'node1', alive: true, state: 'paused', stale: true },
    { name: 'node2', alive: false, state: 'down' },
    { name: 'node3', alive: true, state: 'starting' },
    { name: 'node4', alive: false, state: 'dead' },
    // An older server says nothing of states.
    { name: 'node5', alive: false },
  ];
  const snapshot = readSnapshot(JSON.stringify({ mailbox: {}, nodes }));
  assert.ok(typeof snapshot !== 'string');
  assert.deepEqual(snapshot.deadNodes, ['node4', 'node5']);
  assert.equal(snapshot.nodeNames.length, 6);
});
