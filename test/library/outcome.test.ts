// What `make scenarios` says of a run: a claim that was missed is not a machine that was full.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  exitCodeOf,
  headOf,
  outcomeOf,
  tableOf,
  type Checked,
  type Outcome,
} from '../../bench/scenarios/outcome.ts';
import type { Summary } from '../../harness/record/run-record.ts';

/** A scenario whose variants ended so; the last says whether the driver was saturated. */
type Run = [exitCode: number, status: Summary['verdict']['status'], saturated?: boolean];

function outcome(exitCode: number, ...runs: Run[]): Outcome {
  const summaries = runs.map(([code, status, saturated = false]) => ({
    exitCode: code,
    verdict: { status },
    generator: { saturated },
  }));
  return outcomeOf({ exitCode, summaries: summaries as unknown as Summary[] });
}

test('a claim that held, one that was missed, and a run that never was', () => {
  assert.equal(outcome(0, [0, 'pass'], [0, 'pass']), 'held');
  assert.equal(outcome(99, [0, 'pass'], [99, 'fail']), 'missed');
  assert.equal(outcome(112, [112, 'deviated']), 'missed');
  assert.equal(outcome(107), 'broken');
  assert.equal(outcome(115, [115, 'fail']), 'broken');
  assert.equal(outcome(108, [108, 'inconclusive']), 'broken');
  assert.equal(outcome(114), 'broken');
});

test('a full machine is told apart from a run that could not tell for another reason', () => {
  assert.equal(outcome(113, [0, 'pass'], [113, 'inconclusive', true]), 'full');
  assert.equal(outcome(113, [113, 'inconclusive']), 'unclear');
  assert.equal(outcome(113, [113, 'inconclusive', true], [113, 'inconclusive']), 'unclear');
  assert.equal(outcome(113), 'unclear');
});

test('a claim that was missed is not hidden by what could not be told beside it', () => {
  assert.equal(outcome(113, [99, 'fail'], [113, 'inconclusive', true]), 'missed');
  // One threshold failed, another had nothing to look at.
  assert.equal(outcome(113, [113, 'fail']), 'missed');
});

const check = (name: string, outcome: Outcome, exitCode: number, seconds: number): Checked => ({
  name,
  outcome,
  exitCode,
  seconds,
});

test('the whole ends with the gravest: what broke, a claim that was missed, what nobody can tell', () => {
  const held = check('a', 'held', 0, 1);
  const full = check('b', 'full', 113, 1);
  const missed = check('c', 'missed', 113, 1);
  const broken = check('d', 'broken', 107, 1);
  assert.equal(exitCodeOf([held, held]), 0);
  assert.equal(exitCodeOf([held, full]), 113);
  assert.equal(exitCodeOf([full, missed, held]), 99);
  assert.equal(exitCodeOf([full, missed, broken]), 107);
});

test('the table has the seconds of each, the longest first, and says how many ended how', () => {
  const checks = [
    check('half-open', 'held', 0, 12.34),
    check('flagship', 'full', 113, 19.96),
    check('no-reply', 'held', 0, 4),
  ];
  assert.equal(
    tableOf(checks, 30),
    [
      '  flagship    20.0 s  ? the machine was full',
      '  half-open   12.3 s  ✓ as it claims',
      '  no-reply     4.0 s  ✓ as it claims',
      '3 scenarios in 0.5 min: 2 as it claims, 1 the machine was full',
    ].join('\n'),
  );
  assert.equal(headOf(checks[0] ?? assert.fail(), 20), '✓ half-open  (12.3 s)');
  assert.equal(headOf(check('x', 'missed', 99, 21), 20), '✕ x  not as it claims, exit code 99  (21 s, slow)');
});
