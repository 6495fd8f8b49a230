import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiredrillError, type Problem } from '../base/errors.ts';
import { readControlUrl } from './open-observer.ts';

function problemOf(text: string, allowTargets: string[] = []): Problem {
  try {
    readControlUrl(text, allowTargets);
  } catch (error) {
    assert.ok(error instanceof FiredrillError);
    assert.equal(error.exitCode, 104);
    return error.problems[0] ?? assert.fail('no problem');
  }
  return assert.fail(`${text} should be refused`);
}

test('takes the control port with or without the path of its observer', () => {
  for (const text of ['http://127.0.0.1:4001', 'http://127.0.0.1:4001/', 'http://127.0.0.1:4001/observer']) {
    assert.equal(readControlUrl(text, []).href, 'http://127.0.0.1:4001/');
  }
  assert.equal(readControlUrl('http://[::1]:4001', []).origin, 'http://[::1]:4001');
});

test('asks another host only when it is named', () => {
  const problem = problemOf('http://10.0.0.1:4001', ['other.example']);
  assert.deepEqual([problem.code, problem.hint], ['target-not-allowed', '--allow-target 10.0.0.1']);
  assert.equal(readControlUrl('http://Chat.Example:1', ['CHAT.example']).hostname, 'chat.example');
});

test('refuses what is no control port, and says what one looks like', () => {
  assert.match(problemOf('ws://127.0.0.1:4000/socket').hint ?? '', /"control"/);
  assert.match(problemOf('127.0.0.1:4001').wanted ?? '', /http:\/\/127\.0\.0\.1:4001/);
  assert.equal(problemOf('https://127.0.0.1:4001').code, 'tls-not-supported');
  assert.equal(problemOf('http://127.0.0.1:4001/metrics').hint, 'firedrill observe http://127.0.0.1:4001');
});

test('never repeats a secret', () => {
  for (const text of [
    'http://localhost:1/?token=hush',
    'http://me:hush@localhost:1',
    'ws://x?hush',
    'hush',
  ]) {
    assert.doesNotMatch(JSON.stringify(problemOf(text)), /hush/);
  }
});
