import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import { fault, type FaultPlan } from '../scenario/api.ts';
import { planRun, type PlannedFault } from '../scenario/plan.ts';
import { leftOutForNodes, leftOutWithoutControl, nodesFor, refuseWithoutControl } from './server-faults.ts';

function planned(...faults: FaultPlan[]): PlannedFault[] {
  const load = { clients: 10, ramp: 0, hold: '60s' };
  const placed = faults.map((one) => one.at('1s').for('5s'));
  return planRun({ about: 'x', load, client: () => undefined, faults: placed }, { seed: 7 }).faults;
}

const SLOW = fault.slowJoin({ delayMs: 5 });
const KILL = fault.nodeKill({ nodes: 2 });
const SPLIT = fault.netsplit();
const DROP = fault.networkDrop({ reset: 0.5 });

/** The exit code and where the problems are. */
function refusal(action: () => unknown): [number, ...string[]] | null {
  try {
    action();
    return null;
  } catch (error) {
    assert.ok(error instanceof FiredrillError);
    return [error.exitCode, ...error.problems.map(({ path }) => path)];
  }
}

test('what is asked of a control port is refused where there is none, all of it at once', () => {
  const faults = planned(SLOW, DROP, KILL, SPLIT.optional());
  assert.deepEqual(
    refusal(() => refuseWithoutControl(faults, null)),
    [114, 'faults slow-join-1', 'faults node-kill-1'],
  );
  assert.equal(
    refusal(() => refuseWithoutControl(faults, 'http://127.0.0.1:1')),
    null,
  );
});

test('optional faults are left out with a note each, and only where there is no control port', () => {
  const faults = planned(SLOW.optional(), DROP, SPLIT.optional());
  const notes: string[] = [];
  const leftOut = leftOutWithoutControl(faults, null, (note) => notes.push(note));
  const why = 'a target without a control port';
  assert.deepEqual(
    [...leftOut].map(([id, { got }]) => [id, got]),
    [
      ['slow-join-1', why],
      ['netsplit-1', why],
    ],
  );
  assert.deepEqual(notes, [
    'slow joins left out (faults slow-join-1): a target without a control port',
    'netsplits left out (faults netsplit-1): a target without a control port',
  ]);
  assert.equal(leftOutWithoutControl(faults, 'http://127.0.0.1:1', assert.fail).size, 0);
});

test('a server that we start has as many nodes as its faults need, unless a number was asked for', () => {
  assert.equal(nodesFor(planned(SLOW, DROP), undefined, 1), 1);
  assert.equal(nodesFor(planned(SPLIT), undefined, 1), 2);
  assert.equal(nodesFor(planned(SPLIT, fault.netsplit({ nodes: 3 })), undefined, 2), 4);
  assert.equal(nodesFor(planned(KILL), undefined, 4), 4);
  assert.equal(nodesFor(planned(SPLIT), 1, 4), 1);
});

test('a fault for more nodes than were asked for is refused, or left out where it is optional', () => {
  const faults = planned(SPLIT, KILL, fault.nodePause());
  assert.deepEqual(
    refusal(() => leftOutForNodes(faults, 1, assert.fail)),
    [104, 'faults netsplit-1', 'faults node-kill-1'],
  );
  assert.equal(leftOutForNodes(faults, 2, assert.fail).size, 0);
  const notes: string[] = [];
  const leftOut = leftOutForNodes(planned(SPLIT.optional(), fault.deploy()), 1, (note) => notes.push(note));
  const lack = leftOut.get('netsplit-1');
  const told = [leftOut.size, lack?.got, lack?.hint];
  assert.deepEqual(told, [1, 'a server of 1 node, where it needs 2', '--nodes 2']);
  assert.deepEqual(notes, ['netsplits left out (faults netsplit-1): a server of 1 node, where it needs 2']);
});
