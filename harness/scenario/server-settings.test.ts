import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../base/errors.ts';
import { checkServer } from './server-settings.ts';

function problemsOf(server: unknown): string[] {
  const problems: Problem[] = [];
  checkServer(server, problems);
  return problems.map(({ code, path }) => `${code} ${path}`);
}

test('takes every setting in each of its forms', () => {
  for (const server of [
    undefined,
    {},
    { nodes: 3, webServer: 'cowboy', phoenixVersion: '1.8.5', token: 'hush', checkOrigin: false },
    { checkOrigin: ['https://example.com', '//*.example.com'], maxChannels: 'infinity', drainInterval: 0 },
    { idleTimeout: '1s', sendTimeout: 250, eviction: '5s', presenceDown: '30s', pubsubPool: 2 },
  ])
    assert.deepEqual(problemsOf(server), [], JSON.stringify(server));
});

test('tells every one that is none', () => {
  assert.deepEqual(problemsOf('two nodes'), ['not-an-object server']);
  const wrong = {
    nodes: 0,
    webServer: 'nginx',
    phoenixVersion: '1.7.1',
    token: '',
    checkOrigin: ['a, b'],
    maxChannels: 0,
    idleTimeout: 0,
    drainInterval: 'never',
    idleTimeut: '1s',
  };
  assert.deepEqual(problemsOf(wrong), [
    'unknown-field server.idleTimeut',
    'out-of-range server.nodes',
    'unknown-choice server.webServer',
    'unknown-version server.phoenixVersion',
    'not-a-text server.token',
    'not-origins server.checkOrigin',
    'out-of-range server.idleTimeout',
    'out-of-range server.maxChannels',
    'not-a-duration server.drainInterval',
  ]);
});

test('never repeats a token', () => {
  const problems: Problem[] = [];
  checkServer({ token: 123_456 }, problems);
  assert.doesNotMatch(JSON.stringify(problems), /123/);
});
