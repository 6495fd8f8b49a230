// What a drill adds to the verdict: a steady state that broke, or that nobody could tell.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ThresholdResult } from '../record/run-record.ts';
import { clean, held } from './testing/run-facts.ts';
import { judgeRun, type RunFacts } from './verdict.ts';

const missed: ThresholdResult = { ...held, actual: 812, status: 'fail' };
const unclear: ThresholdResult = {
  ...held,
  actual: null,
  status: 'inconclusive',
  reason: 'nothing was measured',
};
const BROKE = 'the steady state deviated at 0:31';
const UNTOLD = 'the steady state could not be told before the first fault';

const steady: RunFacts = { ...clean, steadyState: { deviated: [], untold: [] } };

function judge(facts: Partial<RunFacts>): [status: string, exitCode: number, first: string | undefined] {
  const { verdict, exitCode } = judgeRun({ ...steady, ...facts });
  return [verdict.status, exitCode, verdict.reasons[0]];
}

const broke = { steadyState: { deviated: [BROKE], untold: [] } };

test('a steady state that held is said beside the thresholds', () => {
  assert.deepEqual(judge({}), ['pass', 0, 'the steady state held; the threshold held']);
});

test('a deviation outranks a threshold that failed, and comes first', () => {
  assert.deepEqual(judge(broke), ['deviated', 112, BROKE]);
  const { verdict } = judgeRun({ ...steady, ...broke, thresholds: [missed] });
  assert.deepEqual(verdict.reasons, [BROKE, 'push_duration p(99) was 812 ms, limit 250 ms']);
  assert.deepEqual(judge({ ...broke, thresholds: [missed] }), ['deviated', 112, BROKE]);
});

test('what could not be judged because of it takes nothing from it', () => {
  assert.deepEqual(judge({ ...broke, thresholds: [unclear] }), ['deviated', 112, BROKE]);
  const cut = { steadyState: { deviated: [BROKE], untold: [UNTOLD] }, clients: { planned: 100, joined: 40 } };
  assert.deepEqual(judge(cut), ['deviated', 112, BROKE]);
});

test('figures that cannot be trusted make it inconclusive', () => {
  const [status, exitCode, first] = judge({ ...broke, books: ['sent is 5, outcomes add up to 4'] });
  assert.deepEqual([status, exitCode], ['inconclusive', 113]);
  assert.match(first ?? '', /the books do not balance/);
});

test('a fault that could not be lifted is louder still, and so is a signal', () => {
  assert.deepEqual(judge({ ...broke, faultsNotLifted: [{ name: 'slow joins' }] }).slice(0, 2), ['fail', 115]);
  assert.equal(judge({ ...broke, interrupted: true })[1], 105);
  assert.equal(judge({ ...broke, aborted: 'push_duration p(99) was 2 s' })[1], 108);
});

test('a steady state that could not be told is inconclusive', () => {
  assert.deepEqual(judge({ steadyState: { deviated: [], untold: [UNTOLD] } }), ['inconclusive', 113, UNTOLD]);
});
