import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feed } from '../scenario/feed.ts';
import { PHOENIX_JS } from '../wire/client-profile.ts';
import { readUpgrade } from '../wire/handshake.ts';
import { Doorway, profileOf, upgradeFor } from './client-settings.ts';
import type { TargetAddress } from './orders.ts';

const TARGET: TargetAddress = {
  host: 'example.test',
  addresses: ['10.0.0.1', '10.0.0.2'],
  port: 4000,
  path: '/socket/websocket',
  params: { token: 'of the target', apikey: 'k' },
  headers: { Authorization: 'of the target', 'X-Trace': '1' },
  vsn: '2.0.0',
  authToken: null,
  tls: null,
  sourceAddresses: [],
};

test('a scenario that says nothing has clients like phoenix.js', () => {
  assert.deepEqual(profileOf({}, '2.0.0'), PHOENIX_JS);
  assert.equal(profileOf({}, '1.0.0').vsn, '1.0.0');
  // A crowd's heartbeats go out together.
  assert.deepEqual(profileOf({}, '2.0.0', undefined, 100_000), { ...PHOENIX_JS, heartbeatGridMs: 50 });
  assert.deepEqual(profileOf({}, '2.0.0', undefined, 1_000), PHOENIX_JS);
});

test('every habit can be another one', () => {
  const profile = profileOf(
    {
      phoenixJs: '1.8.15',
      heartbeat: '5s',
      pushTimeout: '1s',
      connectTimeout: 250,
      reconnect: { waits: ['1s', '2s'], jitter: 0.5 },
      rejoin: false,
      rejoinSpread: '10ms',
      maxFrameBytes: 1_000,
    },
    '2.0.0',
  );
  assert.deepEqual(profile, {
    phoenixJs: '1.8.15',
    vsn: '2.0.0',
    heartbeatMs: 5_000,
    heartbeatGridMs: 0,
    heartbeatTimeoutMs: 5_000,
    pushTimeoutMs: 1_000,
    connectTimeoutMs: 250,
    reconnectMs: [1_000, 2_000],
    reconnectJitter: 0.5,
    rejoinMs: null,
    rejoinJitter: 0,
    rejoinSpreadMs: 10,
    maxFrameBytes: 1_000,
  });
  assert.equal(profileOf({ heartbeat: false }, '2.0.0').heartbeatMs, null);
  assert.equal(profileOf({ maxFrameBytes: 1_000 }, '2.0.0', 5).maxFrameBytes, 5);
});

test('the scenario wins over the target, whatever the case of a header; vsn is never its to say', () => {
  const { path, headers, host, protocols } = upgradeFor(
    TARGET,
    { params: { token: 'own', vsn: '9' }, headers: { authorization: 'own' }, authToken: 'sesame?' },
    1,
    0,
  );
  assert.equal(path, '/socket/websocket?token=own&apikey=k&vsn=2.0.0');
  assert.deepEqual(headers, { 'X-Trace': '1', authorization: 'own' });
  assert.equal(host, 'example.test:4000');
  assert.deepEqual(protocols, ['phoenix', 'base64url.bearer.phx.c2VzYW1lPw']);
});

test("the scheme's own port is not said, and an IPv6 address stands in brackets", () => {
  const secure = { ...TARGET, port: 443, tls: { servername: 'example.test', ca: null } };
  assert.equal(upgradeFor(secure, {}, 1, 0).host, 'example.test');
  assert.equal(upgradeFor({ ...TARGET, host: '::1', port: 80 }, {}, 1, 0).host, '[::1]');
});

test("a client's own values are its own, and the same at each of its connects", () => {
  const connect = {
    params: (index: number) => ({ user: `${index}` }),
    headers: (_: number, random: { next(): number }) => ({ 'X-Id': `${random.next()}` }),
  };
  const [one, again, other] = [3, 3, 4].map((index) => upgradeFor(TARGET, connect, 7, index));
  assert.deepEqual(one, again);
  assert.notEqual(one?.headers['X-Id'], other?.headers['X-Id']);
  assert.match(other?.path ?? '', /user=4/);
  const rows = feed.rows([{ user: 'ada' }, { user: 'bo' }]);
  assert.match(upgradeFor(TARGET, { params: rows }, 7, 3).path, /user=bo/);
});

test('clients that ask for the same share one request; the others have their own', () => {
  const alike = new Doorway(TARGET, { params: { a: '1' } }, 1);
  const [first, second] = [alike.endpointOf(0), alike.endpointOf(1)];
  assert.ok(Buffer.isBuffer(first.upgrade));
  assert.equal(first.upgrade, second.upgrade);
  assert.equal(
    readUpgrade(first.upgrade).path,
    '/socket/websocket?token=of+the+target&apikey=k&a=1&vsn=2.0.0',
  );
  const own = new Doorway(TARGET, { params: (index) => ({ a: `${index}` }) }, 1);
  assert.ok(!Buffer.isBuffer(own.endpointOf(0).upgrade));
});

test('what cannot be sent is left to the connection, which says so', () => {
  const bad = new Doorway(TARGET, { headers: { 'X-Evil': 'a\r\nHost: b' } }, 1);
  assert.ok(!Buffer.isBuffer(bad.endpointOf(0).upgrade));
});

test('clients are dealt over the addresses of the target and of this machine', () => {
  const door = new Doorway({ ...TARGET, sourceAddresses: ['127.1.0.1', '127.1.0.2', '127.1.0.3'] }, {}, 1);
  const pairs = Array.from({ length: 6 }, (_, index) => door.endpointOf(index).endpoint);
  assert.equal(new Set(pairs.map(({ host, localAddress }) => `${host} ${localAddress}`)).size, 6);
  assert.equal(door.endpointOf(6).endpoint, pairs[0]);
  assert.equal(new Doorway(TARGET, {}, 1).endpointOf(0).endpoint.localAddress, null);
});

test("a client's jitter is its own, goes on, and is the same in every run", () => {
  const [door, again] = [new Doorway(TARGET, {}, 5), new Doorway(TARGET, {}, 5)];
  const draws = [door.draw(1), door.draw(1), door.draw(2)];
  assert.deepEqual([again.draw(1), again.draw(1), again.draw(2)], draws);
  assert.equal(new Set(draws).size, 3);
});
