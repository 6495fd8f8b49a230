import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiredrillError, type Problem } from '../base/errors.ts';
import { fault, type FaultPlan } from '../scenario/api.ts';
import { planRun, type PlannedFault } from '../scenario/plan.ts';
import { refuseWithoutFaults } from './drill-faults.ts';
import { leftOutForNodes, leftOutWithoutControl } from './server-faults.ts';

function planned(...faults: FaultPlan[]): PlannedFault[] {
  const load = { clients: 10, ramp: 0, hold: '60s' };
  const placed = faults.map((one) => one.at('1s').for('5s').optional());
  return planRun({ about: 'x', load, client: () => undefined, faults: placed }, { seed: 7 }).faults;
}

function problemsOf(refuse: () => void): readonly Problem[] {
  try {
    refuse();
  } catch (error) {
    assert.ok(error instanceof FiredrillError);
    assert.equal(error.exitCode, 114);
    return error.problems;
  }
  return assert.fail('it was not refused');
}

const SLOW = fault.slowJoin({ delayMs: 5 });
const SPLIT = fault.netsplit();
const ignore = (): void => {};

test('a drill without any of its faults is refused, each named with what it lacks and what helps', () => {
  const faults = planned(SPLIT, SLOW);
  const leftOut = leftOutWithoutControl(faults, null, ignore);
  const [none, ...each] = problemsOf(() => refuseWithoutFaults(faults, leftOut));
  assert.deepEqual([none?.code, none?.got], ['no-fault-possible', 'all 2 would be left out']);
  assert.match(none?.hint ?? '', /firedrill run/);
  assert.deepEqual(
    each.map(({ path, got, hint }) => [path, got, hint]),
    ['netsplit-1', 'slow-join-1'].map((id) => [
      `faults ${id}`,
      'a target without a control port',
      '--control http://127.0.0.1:4001',
    ]),
  );
});

test('faults that lack different things are told in the order they were written', () => {
  const faults = planned(SLOW, SPLIT);
  const leftOut = new Map([
    ...leftOutForNodes(faults, 1, ignore),
    ...leftOutWithoutControl(faults.slice(0, 1), null, ignore),
  ]);
  const paths = problemsOf(() => refuseWithoutFaults(faults, leftOut)).map(({ path }) => path);
  assert.deepEqual(paths, ['faults', 'faults slow-join-1', 'faults netsplit-1']);
});

test('one that stays is enough', () => {
  const faults = planned(SLOW, SPLIT);
  refuseWithoutFaults(faults, leftOutForNodes(faults, 1, ignore));
  refuseWithoutFaults(faults, new Map());
});
