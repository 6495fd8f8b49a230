import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import type { Problem } from '../base/errors.ts';
import { isLoopback, readTargetUrl, readVsn } from './url.ts';

const none = { allowTargets: [] };

function problemOf(text: string, allowTargets: string[] = []): Problem {
  try {
    readTargetUrl(text, { allowTargets });
  } catch (error) {
    assert.ok(error instanceof FiredrillError);
    assert.equal(error.exitCode, 104);
    assert.equal(error.problems.length, 1);
    return error.problems[0] as Problem;
  }
  return assert.fail(`${text} should be refused`);
}

test('derives host, port and path from the URL phoenix.js would take', () => {
  assert.deepEqual(readTargetUrl('ws://127.0.0.1:4000/socket?user_id=7&token=s%20t', none), {
    secure: false,
    host: '127.0.0.1',
    port: 4000,
    path: '/socket/websocket',
    params: { user_id: '7', token: 's t' },
    vsn: null,
    loopback: true,
    display: 'ws://127.0.0.1:4000/socket',
  });
});

test('takes Supabase’s URL as it is: the version is no parameter', () => {
  const url = 'wss://localhost/realtime/v1/websocket?apikey=k&vsn=1.0.0';
  const { path, params, vsn, display } = readTargetUrl(url, none);
  assert.deepEqual([path, params, vsn], ['/realtime/v1/websocket', { apikey: 'k' }, '1.0.0']);
  assert.equal(display, 'wss://localhost:443/realtime/v1');
  assert.equal(readTargetUrl('ws://localhost/rooms/7/socket', none).path, '/rooms/7/socket/websocket');
});

test('knows the versions servers take, and refuses the others', () => {
  const versions = ['1.0.0', '1.0.7', '2.0.0', '2.0.9', '2.1.0', '1.1.0', '9.0.0', 'abc', '', '2.0'];
  const read = versions.map((text) => readVsn(text) ?? null);
  const none = Array.from({ length: 6 }, () => null);
  assert.deepEqual(read, ['1.0.0', '1.0.0', '2.0.0', '2.0.0', ...none]);
  assert.match(problemOf('ws://localhost/socket?vsn=2.1.0').got ?? '', /vsn=2\.1\.0/);
});

test('keeps hostile parameter names, and refuses the lists it would shorten', () => {
  const { params } = readTargetUrl('ws://localhost/?__proto__=a&toString=b&x=1&x=2&l[]=1', none);
  assert.deepEqual(Object.entries(params), [
    ['__proto__', 'a'],
    ['toString', 'b'],
    ['x', '2'],
    ['l[]', '1'],
  ]);
  assert.match(problemOf('ws://localhost/?l[]=1&l[]=hush').got ?? '', /l\[\] more than once/);
});

test('adds what a URL leaves out', () => {
  const path = (text: string): string => readTargetUrl(text, none).path;
  assert.equal(path('ws://localhost:4000'), '/socket/websocket');
  assert.equal(path('ws://localhost:4000/live/'), '/live/websocket');
  assert.equal(path('ws://localhost:4000/socket/websocket'), '/socket/websocket');
  assert.equal(readTargetUrl('ws://localhost', none).port, 80);
  assert.equal(readTargetUrl('wss://localhost/socket', none).port, 443);
  assert.equal(readTargetUrl('ws://[::1]:4000/socket', none).host, '::1');
  assert.equal(readTargetUrl('ws://[::1]:4000/socket', none).display, 'ws://[::1]:4000/socket');
});

test('knows loopback from what only looks like it', () => {
  for (const url of [
    'ws://127.1:4000',
    'ws://0x7f.0.0.1',
    'ws://2130706433',
    'ws://LOCALHOST',
    'ws://a.localhost',
  ]) {
    assert.equal(readTargetUrl(url, none).loopback, true, url);
  }
  for (const host of [
    '127.0.0.1.evil.example',
    '128.0.0.1',
    '0.0.0.0',
    'localhost.evil.example',
    '::2',
    '10.0.0.1',
  ]) {
    assert.equal(isLoopback(host), false, host);
  }
});

test('puts load on another host only when it is named', () => {
  const problem = problemOf('wss://chat.example/socket?token=secret', ['other.example']);
  assert.equal(problem.code, 'target-not-allowed');
  assert.equal(problem.hint, '--allow-target chat.example');
  for (const named of ['fd00::7', '[FD00::7]']) {
    assert.equal(readTargetUrl('ws://[fd00::7]:4000', { allowTargets: [named] }).host, 'fd00::7');
  }
  const allowed = readTargetUrl('wss://Chat.Example/socket', { allowTargets: ['CHAT.example'] });
  assert.deepEqual([allowed.host, allowed.loopback, allowed.secure], ['chat.example', false, true]);
});

test('refuses what is no target, and says what one looks like', () => {
  assert.equal(problemOf('http://localhost:4000/socket').hint, '--target ws://localhost:4000/socket');
  assert.match(problemOf('localhost:4000').wanted ?? '', /ws:\/\/127\.0\.0\.1:4000\/socket/);
  assert.match(problemOf('ws://localhost/socket/longpoll').wanted ?? '', /\/socket\/websocket/);
  for (const text of ['', 'ws://', 'nonsense', 'ws://a:b@localhost/']) problemOf(text);
});

test('never repeats a secret', () => {
  for (const text of [
    'http://localhost/?token=hush',
    'ftp://me:hush@host/',
    'ws://me:hush@localhost/',
    'x?hush',
  ]) {
    assert.doesNotMatch(JSON.stringify(problemOf(text)), /hush/);
  }
  assert.doesNotMatch(readTargetUrl('ws://localhost/?token=hush', none).display, /hush/);
});
