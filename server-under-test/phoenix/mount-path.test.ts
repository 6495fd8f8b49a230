import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchPath, mountPath } from './mount-path.ts';

test('a path is matched segment by segment, empty ones left out', () => {
  const mount = mountPath('/socket/websocket');
  for (const path of ['/socket/websocket', '/socket//websocket', '/socket/websocket/']) {
    assert.deepEqual(matchPath(mount, path), {}, path);
  }
  for (const path of [
    '/',
    '/socket',
    '/socket/websocket/x',
    '/Socket/websocket',
    '/socket/longpoll',
    '*',
    '',
  ]) {
    assert.equal(matchPath(mount, path), null, path);
  }
});

test('variables become params, undecoded; those with an underscore are dropped', () => {
  const mount = mountPath('/:tenant/socket/:_shard/websocket');
  assert.deepEqual(matchPath(mount, '/a%20b/socket/7/websocket'), { tenant: 'a%20b' });
  assert.equal(matchPath(mount, '/acme/socket/websocket'), null);
});
