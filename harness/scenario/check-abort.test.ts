import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../base/errors.ts';
import { checkThresholds } from './check-thresholds.ts';

const NAMES = {
  knownMetrics: ['push_duration', 'recovery_duration'],
  own: new Map(),
  faultKinds: ['slow_join'],
};

function problemsOf(threshold: object, metric = 'push_duration'): Problem[] {
  const problems: Problem[] = [];
  checkThresholds({ [metric]: [{ expression: 'max<9', ...threshold }] }, NAMES, problems);
  return problems;
}

const codesOf = (threshold: object, metric?: string): string[] =>
  problemsOf(threshold, metric).map(({ code, path }) => `${code} ${path.replace(/^.*\]\.?/, '')}`);

test('a threshold may end its run, at once or after a while', () => {
  assert.deepEqual(codesOf({ abortOnFail: true }), []);
  assert.deepEqual(codesOf({ abortOnFail: false }), []);
  assert.deepEqual(codesOf({ abortOnFail: true, delayAbortEval: '10s', during: 'all', level: 'error' }), []);
  assert.deepEqual(codesOf({ abortOnFail: true, delayAbortEval: 0 }), []);
});

test('what it is told must be what it is', () => {
  assert.deepEqual(codesOf({ abortOnFail: 'yes' }), ['not-a-boolean abortOnFail']);
  assert.deepEqual(codesOf({ abortOnFail: true, delayAbortEval: 'soon' }), ['not-a-duration delayAbortEval']);
  assert.deepEqual(codesOf({ abortOnFail: true, delayAbortEval: '25h' }), ['out-of-range delayAbortEval']);
  assert.deepEqual(codesOf({ delayAbortEval: '10s' }), ['delay-without-abort delayAbortEval']);
});

test('no part of the run beside it, and two thresholds are what helps', () => {
  const [problem, ...more] = problemsOf({ abortOnFail: true, during: 'steady' });
  assert.equal(more.length, 0);
  assert.equal(problem?.code, 'abort-during-a-part');
  assert.match(problem?.hint ?? '', /two thresholds/);
  assert.deepEqual(codesOf({ abortOnFail: true, during: 'slow_join' }), ['abort-during-a-part during']);
});

test('a warning ends no run, nor does what is known at the end only', () => {
  assert.deepEqual(codesOf({ abortOnFail: true, level: 'warn' }), ['abort-as-warning level']);
  assert.deepEqual(codesOf({ abortOnFail: true }, 'recovery_duration'), ['abort-too-late abortOnFail']);
});
