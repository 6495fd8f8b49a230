import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTargetUrl } from '../target/url.ts';
import { CONNECT_PLAINLY } from './connect-with.ts';
import { sourceAddresses, startsAnywhere, targetAddress } from './target-address.ts';

const read = (url: string): ReturnType<typeof readTargetUrl> =>
  readTargetUrl(url, { allowTargets: ['chat.example'] });

test('takes what the URL says and nothing else', () => {
  const url = read('ws://127.0.0.1:4000/socket?user=7&vsn=1.0.0');
  assert.deepEqual(targetAddress(url, CONNECT_PLAINLY, ['127.0.0.1']), {
    host: '127.0.0.1',
    addresses: ['127.0.0.1'],
    port: 4000,
    path: '/socket/websocket',
    params: { user: '7' },
    headers: {},
    vsn: '1.0.0',
    authToken: null,
    tls: null,
    sourceAddresses: [],
  });
});

test('flags win over the URL, and without either the wire is V2', () => {
  const url = read('ws://localhost/socket?user=7&token=a&vsn=1.0.0');
  const flags = { ...CONNECT_PLAINLY, vsn: '2.0.0', params: { token: 'b' } } as const;
  const { vsn, params } = targetAddress(url, flags, ['127.0.0.1']);
  assert.deepEqual([vsn, params], ['2.0.0', { user: '7', token: 'b' }]);
  assert.equal(targetAddress(read('ws://localhost'), CONNECT_PLAINLY, ['::1']).vsn, '2.0.0');
});

test('TLS asks for the name of the URL, whatever address it leads to', () => {
  const { tls } = targetAddress(read('wss://chat.example'), { ...CONNECT_PLAINLY, ca: 'PEM' }, ['10.0.0.1']);
  assert.deepEqual(tls, { servername: 'chat.example', ca: 'PEM' });
});

test('lends source addresses on loopback only, one for every 4,000 clients', () => {
  assert.equal(startsAnywhere(['127.0.0.1']), true);
  for (const addresses of [[], ['::1'], ['10.0.0.1'], ['127.0.0.1', '10.0.0.1']]) {
    assert.equal(startsAnywhere(addresses), false);
  }
  const linux = { sourceAddresses: 250, loopback: null };
  assert.deepEqual(sourceAddresses(linux, ['127.0.0.1'], 4_001), ['127.1.0.1', '127.1.0.2']);
  assert.deepEqual(sourceAddresses(linux, ['10.0.0.1'], 4_001), []);
  const many = sourceAddresses(linux, ['127.0.0.1'], 2_000_000);
  assert.deepEqual([many.length, new Set(many).size, many.at(-1)], [500, 500, '127.1.1.250']);
});

test('where loopback has to be set up, it lends the addresses that are', () => {
  const loopback = ['127.0.0.1', '127.0.0.2'];
  assert.deepEqual(sourceAddresses({ sourceAddresses: 2, loopback }, ['127.0.0.1'], 9), loopback);
  assert.deepEqual(sourceAddresses({ sourceAddresses: 1, loopback: ['127.0.0.1'] }, ['127.0.0.1'], 9), []);
});
