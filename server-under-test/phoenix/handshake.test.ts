import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpeningRequest } from './connect-info.ts';
import { judgeLongPoll, judgeUpgrade, Refused, type Accepted, type HandshakeRules } from './handshake.ts';
import { mountPath } from './mount-path.ts';
import { originRule } from './origin.ts';
import { serializerV1 } from './serializer-v1.ts';
import { serializerV2 } from './serializer-v2.ts';

const RULES: HandshakeRules = {
  websocket: mountPath('/socket/websocket'),
  longPoll: mountPath('/socket/longpoll'),
  origin: originRule(true, 'example.com'),
  authToken: true,
};
const UPGRADE = {
  host: 'example.com:4000',
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
};

type Headers = Record<string, string | undefined>;

function request(
  query: string,
  headers: Headers = {},
  path = '/socket/websocket',
  method = 'GET',
): OpeningRequest {
  return { method, url: path + query, headers: { ...UPGRADE, ...headers } };
}

function accepted(of: OpeningRequest, rules = RULES): Accepted {
  const verdict = judgeUpgrade(of, rules);
  return verdict instanceof Refused ? assert.fail(`${verdict.status} ${verdict.body}`) : verdict;
}

function refused(of: OpeningRequest, rules = RULES): [status: number, body: string] {
  const verdict = judgeUpgrade(of, rules);
  return verdict instanceof Refused ? [verdict.status, verdict.body] : assert.fail('accepted');
}

test('an upgrade is accepted with its serializer, its params and the key of RFC 6455', () => {
  const verdict = accepted(request('?vsn=2.0.0&user[id]=7&tag[]=a&tag[]=b'));
  assert.equal(verdict.serializer, serializerV2);
  assert.equal(verdict.acceptKey, 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  assert.equal(verdict.subprotocol, null);
  assert.equal(JSON.stringify(verdict.params), '{"vsn":"2.0.0","user":{"id":"7"},"tag":["a","b"]}');
  assert.equal(accepted(request('')).serializer, serializerV1);
});

test('params named like an answer change nothing', () => {
  assert.equal(accepted(request('?status=404&body=x&byOrigin=true&vsn=2.0.0')).params['status'], '404');
});

test('variables of the mount are params and win over the query', () => {
  const rules = { ...RULES, websocket: mountPath('/:tenant/socket/websocket') };
  const verdict = accepted(request('?tenant=other&vsn=2.0.0', {}, '/acme/socket/websocket'), rules);
  assert.equal(JSON.stringify(verdict.params), '{"tenant":"acme","vsn":"2.0.0"}');
});

test('the first thing wrong decides, in the order of Phoenix', () => {
  const evil = { origin: 'https://evil.test' };
  const plain = { connection: 'keep-alive' };
  assert.deepEqual(refused(request('?a=%ff', evil, '/elsewhere', 'POST')), [404, '']);
  assert.deepEqual(refused(request('?a=%ff', evil, '/socket/websocket', 'POST')), [400, '']);
  assert.deepEqual(refused(request('?a=%ff&vsn=9.0.0', { ...evil, ...plain })), [400, 'Bad Request']);
  assert.deepEqual(refused(request('?vsn=9.0.0', { ...evil, ...plain })), [403, '']);
  assert.deepEqual(refused(request('?vsn=2.0.0', { ...plain, 'sec-websocket-protocol': 'other' })), [
    403,
    '',
  ]);
  assert.deepEqual(refused(request('?vsn=9.0.0', plain)), [403, '']);
  assert.deepEqual(refused(request('?vsn[]=2', plain)), [403, '']);
});

test('what cannot be upgraded is told so in the words of Bandit (5)', () => {
  const cases: [headers: Headers, body: string][] = [
    [{ connection: 'keep-alive' }, `'connection' header must contain 'upgrade', got ["keep-alive"]`],
    [{ connection: undefined }, "'connection' header must contain 'upgrade', got []"],
    [{ connection: 'upgraded' }, `'connection' header must contain 'upgrade', got ["upgraded"]`],
    [{ upgrade: 'h2c' }, `'upgrade' header must contain 'websocket', got ["h2c"]`],
    [{ 'sec-websocket-key': undefined }, "'sec-websocket-key' header is absent"],
    [{ 'sec-websocket-version': '8' }, `'sec-websocket-version' header must equal '13', got ["8"]`],
    [{ 'sec-websocket-version': undefined }, "'sec-websocket-version' header must equal '13', got []"],
  ];
  for (const [headers, body] of cases) assert.deepEqual(refused(request('?vsn=2.0.0', headers)), [400, body]);
  accepted(request('?vsn=2.0.0', { connection: 'keep-alive, UPGRADE', upgrade: 'h2c , WebSocket' }));
});

test('the auth token is taken from the subprotocol, where the mount has one', () => {
  const header = { 'sec-websocket-protocol': 'phoenix, base64url.bearer.phx.MTIzNA' };
  const verdict = accepted(request('', header));
  assert.deepEqual([verdict.connectInfo.authToken, verdict.subprotocol], ['1234', 'phoenix']);
  const without = accepted(request('', header), { ...RULES, authToken: false });
  assert.deepEqual([without.connectInfo.authToken, without.subprotocol], [null, null]);
});

test('connect_info tells what the request says', () => {
  const headers = { 'user-agent': 'probe', 'x-request-id': '7', 'x-b': 'b' };
  const socket = { remoteAddress: '127.0.0.1', remotePort: 5 };
  const info = accepted({ ...request('?a=1', headers), socket }).connectInfo;
  assert.equal(info.uri, 'http://example.com:4000/socket/websocket?a=1');
  assert.equal(info.userAgent, 'probe');
  assert.deepEqual(info.xHeaders, [
    ['x-request-id', '7'],
    ['x-b', 'b'],
  ]);
  assert.deepEqual(info.peer, { address: '127.0.0.1', port: 5 });
  const bare = accepted(request('')).connectInfo;
  assert.deepEqual([bare.authToken, bare.userAgent, bare.xHeaders, bare.peer], [null, null, [], null]);
});

test('long-poll asks for path, origin and vsn alone, and for its own token header', () => {
  const headers: Headers = { 'x-phoenix-authtoken': '1234' };
  const opened = judgeLongPoll({ method: 'POST', url: '/socket/longpoll?vsn=2.0.0&a[b]=c', headers }, RULES);
  if (opened instanceof Refused) return assert.fail(String(opened.status));
  assert.equal(opened.serializer, serializerV2);
  assert.equal(JSON.stringify(opened.params), '{"vsn":"2.0.0","a":{"b":"c"}}');
  assert.equal(opened.connectInfo.authToken, '1234');
  const refusal = (url: string, origin?: string): unknown => {
    const verdict = judgeLongPoll({ method: 'GET', url, headers: { origin } }, RULES);
    return verdict instanceof Refused ? [verdict.status, verdict.byOrigin] : null;
  };
  assert.deepEqual(refusal('/socket/longpoll?vsn=9.0.0', 'https://evil.test'), [403, true]);
  assert.deepEqual(refusal('/socket/longpoll?vsn=9.0.0'), [403, false]);
  assert.deepEqual(refusal('/socket/longpoll?a=%ff'), [400, false]);
  assert.deepEqual(refusal('/socket/websocket'), [404, false]);
});
