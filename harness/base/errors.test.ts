import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAll, describeProblem, EXIT, FiredrillError, messageOf, worstExit } from './errors.ts';

test('every exit code is below 126, and no two are the same', () => {
  const codes = Object.values(EXIT);
  assert.ok(codes.every((code) => code < 126));
  assert.equal(new Set(codes).size, codes.length);
});

test('when several codes apply, a fault that is still on comes first and a pass last', () => {
  assert.equal(worstExit([0, 99, 115, 113]), 115);
  assert.equal(worstExit([99, 113]), 113);
  assert.equal(worstExit([99, 104, 114]), 104);
  assert.equal(worstExit([112, 99, 111, 0]), 112);
  assert.equal(worstExit([108, 113, 112]), 113);
  assert.equal(worstExit([0, 0]), 0);
  assert.equal(worstExit([]), 0);
});

test('every exit code has its place in that order', () => {
  for (const code of Object.values(EXIT)) assert.equal(worstExit([EXIT.pass, code]), code);
});

test('a problem is told line by line, without the lines it has not', () => {
  const whole = { code: 'unknown-metric', path: 'thresholds.x', got: 'a', wanted: 'b', hint: 'c' };
  assert.equal(describeProblem(whole), 'unknown-metric  thresholds.x\n  got     a\n  wanted  b\n  hint    c');
  assert.equal(describeProblem({ code: 'x', path: 'y' }), 'x  y');
});

test('an error carries all its problems, its exit code and its cause', () => {
  const cause = new Error('deep');
  const error = new FiredrillError(
    EXIT.invalid,
    [
      { code: 'a', path: 'b' },
      { code: 'c', path: 'd' },
    ],
    { cause },
  );
  assert.equal(error.message, 'a  b\nc  d');
  assert.deepEqual([error.exitCode, error.problems.length, error.cause], [104, 2, cause]);
  assert.equal(error.name, 'FiredrillError');
});

test('whatever was thrown has a message', () => {
  assert.deepEqual([new Error('no'), 'text', null, undefined, 7].map(messageOf), [
    'no',
    'text',
    'null',
    'undefined',
    '7',
  ]);
});

test('several checks give one error with all their problems and the code that wins', () => {
  const fail = (exitCode: 104 | 114, code: string) => () => {
    throw new FiredrillError(exitCode, [{ code, path: 'here' }]);
  };
  assert.throws(
    () => checkAll(fail(114, 'first'), () => undefined, fail(104, 'second')),
    (error: FiredrillError) =>
      error.exitCode === 104 && error.problems.map(({ code }) => code).join() === 'first,second',
  );
  assert.doesNotThrow(() => checkAll(() => undefined));
});
