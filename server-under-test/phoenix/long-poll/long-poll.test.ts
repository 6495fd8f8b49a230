import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, test, type TestContext } from 'node:test';
import { Application } from '../../application.ts';
import type { ServerConfig } from '../../config.ts';
import { withDefaults } from '../../config/defaults.ts';
import { systemClock } from '../../otp/clock.ts';
import { binaryPush } from '../../testing/frame-forge.ts';
import { LocalServer } from '../../testing/local-server.ts';
import { okReply } from '../../testing/probe.ts';
import { ok } from '../channel.ts';
import { sign, signingKey } from '../signed-token.ts';
import { CountingClock } from '../testing/counting-clock.ts';
import { until } from '../testing/until.ts';
import { Witness } from '../testing/witness.ts';
import { PollClient } from './testing/poll-client.ts';

const BRIEF = { longpoll: true, longpollWindowMs: 300, pubsubTimeoutMs: 60 };
const witness = new Witness();
let letJoin: () => void = () => {};
const gate = new Promise<void>((resolve) => {
  letJoin = resolve;
});
/** A join that takes as long as the test wants. */
const gated = new Witness({ join: () => gate.then(() => ok()) }, 'gated');

let server: LocalServer;
before(async () => {
  server = await LocalServer.start(BRIEF, [witness.route, gated.route]);
});
after(() => server.stop());

async function start(t: TestContext, overrides: Partial<ServerConfig>): Promise<LocalServer> {
  const other = await LocalServer.start({ ...BRIEF, ...overrides });
  t.after(() => other.stop());
  return other;
}

const client = (query?: string): PollClient => new PollClient(server.url, query);
const heartbeat = (ref: string): unknown => [null, ref, 'phoenix', 'heartbeat', {}];

/** A push as phoenix.js posts bytes. */
function bytesLine(topic: string, event: string, data: Iterable<number>): string {
  return binaryPush(['1', '9', topic, event], Uint8Array.from(data)).toString('base64');
}

test('opens with 410 and a token, takes posts, hands out replies, says 204 after a window without (75)', async () => {
  const poller = client();
  const opened = await poller.get();
  assert.deepEqual(opened, { status: 410, token: opened.token, messages: [] });
  poller.token = opened.token ?? '';
  assert.deepEqual(await poller.post(['1', '1', 'room:lp', 'phx_join', {}]), { status: 200 });
  const { status, token, messages } = await poller.get();
  assert.deepEqual([status, token], [200, poller.token]);
  assert.deepEqual(JSON.parse(messages?.[0] ?? ''), okReply('1', '1', 'room:lp'));
  assert.deepEqual(await poller.get(), { status: 204, token, messages: [] });
});

test('V1 over long-poll is V1', async () => {
  const poller = await client('').open();
  await poller.post({ topic: 'phoenix', event: 'heartbeat', payload: {}, ref: '1' });
  assert.deepEqual(await poller.take(1), [
    { topic: 'phoenix', event: 'phx_reply', ref: '1', payload: { status: 'ok', response: {} } },
  ]);
});

test('a post may hold 100 lines, text and base64; those beyond are ignored', async () => {
  const poller = await client().open();
  await poller.join('1', 'room:lines');
  const pings = Array.from({ length: 120 }, (_, n) => ['1', `p${n}`, 'room:lines', 'ping', {}]);
  assert.deepEqual(await poller.post(bytesLine('room:lines', 'noreply', [0, 255]), ...pings), {
    status: 200,
  });
  await poller.post(['1', 'last', 'room:lines', 'ping', {}]);
  const refs = (await poller.take(100)).map((reply) => (reply as unknown[])[1]);
  assert.deepEqual(refs, [...Array.from({ length: 99 }, (_, n) => `p${n}`), 'last']);
});

test('bodies that are no messages are refused with HTTP 400 and cost nothing', async () => {
  const poller = await client().open();
  for (const lines of [['[]', '{"topic":"t"}'], ['A'.repeat(8_000_001)]]) {
    const refused = await poller.send(lines);
    assert.deepEqual([refused.status, await refused.text()], [400, '']);
  }
  await poller.post(heartbeat('1'));
  assert.deepEqual(await poller.take(1), [okReply(null, '1', 'phoenix')]);
});

test('a long line of base64 is as good as a short one', async () => {
  const line = bytesLine('room:long-line', 'noreply', Buffer.alloc(5_000_000, 65));
  const poller = await client().open();
  await poller.join('1', 'room:long-line');
  assert.deepEqual(await poller.post(line, heartbeat('2')), { status: 200 });
  assert.deepEqual(await poller.take(1), [okReply(null, '2', 'phoenix')]);
});

test('a post that holds the session is answered with 408, meanwhile others get 410 or a new session', async () => {
  const poller = await client().open();
  const join = poller.post(['1', '1', 'gated', 'phx_join', {}]);
  await until(holds);
  assert.deepEqual(await poller.post(heartbeat('2')), { status: 410 });
  const another = await poller.get();
  assert.equal(another.status, 410);
  assert.notEqual(another.token, poller.token);
  assert.deepEqual(await join, { status: 408 });
  letJoin();
});

/** Whether some transport waits for a join. */
function holds(): boolean {
  return [...server.app.context.runtime.all()].some(
    ({ kind, inHand }) => kind === 'transport' && inHand !== null,
  );
}

test('a post that crashes the session is answered with 408, then it is gone', async () => {
  const poller = await client().open();
  await poller.join('1', 'witness:crash');
  assert.deepEqual(await poller.post('{nope'), { status: 408 });
  assert.deepEqual(Object.keys((await witness.reasonOf('witness:crash')) as object), ['exception']);
  assert.deepEqual(await poller.post(heartbeat('1')), { status: 410 });
});

test('bytes that are no UTF-8 cost their batch an HTTP 500; the session goes on', async () => {
  const poller = await client().open();
  await poller.join('1', 'room:bytes');
  await poller.send([bytesLine('room:bytes', 'bin', [0xff]), '']).catch(() => {});
  // The empty line was no frame.
  assert.equal((await poller.post(heartbeat('1'))).status, 410);

  const again = await client().open();
  await again.join('1', 'room:bytes');
  await again.post(bytesLine('room:bytes', 'bin', [0xff]), heartbeat('2'));
  await again.post(['1', '3', 'room:bytes', 'noreply', {}]);
  const lost = await again.request('GET');
  assert.deepEqual([lost.status, await lost.text()], [500, '']);
  await again.post(heartbeat('4'));
  const texts: string[] = [];
  while (!texts.some((text) => text.includes('"4"'))) {
    const response = await again.request('GET');
    if (response.status === 200) texts.push(...((await response.json()) as { messages: string[] }).messages);
  }
  assert.equal(
    texts.some((text) => text.includes('"2"')),
    false,
  );
});

test('bytes that are UTF-8 go down as a string', async () => {
  const poller = await client().open();
  await poller.join('1', 'room:text-bytes');
  await poller.post(bytesLine('room:text-bytes', 'bin', [0x41]), heartbeat('2'));
  const messages: string[] = [];
  while (messages.length < 4) messages.push(...((await poller.get()).messages ?? []));
  const [topic, sizes] = ['room:text-bytes', String.fromCharCode(15, 3)];
  assert.deepEqual(
    messages.filter((text) => !text.startsWith('[')),
    [
      `\u0000\u0001${sizes}1${topic}binA`,
      `\u0002${sizes}${topic}binA`,
      `\u0001\u0001\u0001\u000f\u000219${topic}okA!`,
    ],
  );
});

test('the token counts in its header since 1.8.10', async (t) => {
  for (const [phoenixVersion, status] of [
    ['1.8.9', 410],
    ['1.8.10', 200],
  ] as const) {
    const { url } = await start(t, { phoenixVersion });
    const poller = await new PollClient(url).open();
    poller.inHeader = true;
    assert.deepEqual(await poller.post(heartbeat('1')), { status }, phoenixVersion);
  }
});

test('a token is signed by this cluster and good for two weeks', async (t) => {
  const secretKeyBase = 'k'.repeat(64);
  const { url } = await start(t, { secretKeyBase });
  const poller = await new PollClient(url).open();
  const [, payload = ''] = poller.token?.split('.') ?? [];
  const [data] = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as [string];
  const key = signingKey(secretKeyBase, 'long poll');
  const nowMs = systemClock.wallMs();
  for (const [token, status] of [
    [sign(data, key, nowMs - 1_209_500_000), 200],
    [sign(data, key, nowMs - 1_209_601_000), 410],
    [sign(data, signingKey(secretKeyBase, 'another salt'), nowMs), 410],
    [sign(data, signingKey('x'.repeat(64), 'long poll'), nowMs), 410],
    ['', 410],
    ['a.b.c', 410],
  ] as const) {
    poller.token = token;
    assert.deepEqual(await poller.post(heartbeat('1')), { status }, token);
  }
});

test('who may not connect, asks for another version or comes from elsewhere gets 403 in the body', async (t) => {
  const { url } = await start(t, { secret: 's3cret' });
  assert.deepEqual(await new PollClient(url, 'vsn=2.0.0&token=wrong').get(), { status: 403 });
  assert.deepEqual(await new PollClient(url, 'vsn=3.0.0').get(), { status: 403 });
  const foreign = { headers: { origin: 'https://evil.example' } };
  for (const method of ['GET', 'POST', 'OPTIONS', 'PUT']) {
    const response = await new PollClient(url).request(method, foreign);
    assert.deepEqual([response.status, await response.json()], [200, { status: 403 }], method);
  }
});

test('a vsn matters only to a new session', async () => {
  const poller = await client().open();
  const other = client('vsn=9.9.9');
  other.token = poller.token;
  await other.post(heartbeat('1'));
  assert.deepEqual(await other.take(1), [okReply(null, '1', 'phoenix')]);
});

test('a preflight is answered, other methods get an empty HTTP 400, all of it for any page to read', async () => {
  const preflight = await client().request('OPTIONS', {
    headers: { 'access-control-request-headers': 'x-a, x-b' },
  });
  assert.deepEqual(
    [
      preflight.status,
      await preflight.text(),
      ...['headers', 'methods'].map((name) => preflight.headers.get(`access-control-allow-${name}`)),
    ],
    [200, '', 'x-a, x-b', 'get, post, options'],
  );
  assert.equal(preflight.headers.get('access-control-max-age'), '3600');
  const put = await client().request('PUT');
  assert.deepEqual([put.status, await put.text()], [400, '']);
  const poll = await client().request('GET');
  for (const { headers } of [preflight, put, poll])
    assert.equal(headers.get('access-control-allow-origin'), '*');
  assert.equal(poll.headers.get('content-type'), 'application/json; charset=utf-8');
});

test('silence ends the session: its channels as inactive, the next post with 410 (76)', async (t) => {
  const silent = new Witness();
  const brief = await LocalServer.start({ ...BRIEF, longpollWindowMs: 40 }, [silent.route]);
  t.after(() => brief.stop());
  const poller = await new PollClient(brief.url).open();
  await poller.join('1', 'witness:silent');
  assert.deepEqual(await silent.reasonOf('witness:silent'), { shutdown: 'inactive' });
  assert.deepEqual(await poller.post(heartbeat('1')), { status: 410 });
});

test('a disconnect broadcast is not told to anybody: the poll runs out, the next one opens a new session', async () => {
  const poller = await client('vsn=2.0.0&user_id=lp').open();
  await poller.join('1', 'witness:d');
  const polled = poller.get();
  server.app.broadcast('user:lp', 'disconnect', {});
  assert.deepEqual(await witness.reasonOf('witness:d'), { shutdown: 'disconnected' });
  // Where the end came before the poll, that poll is the next one.
  assert.ok([204, 410].includes((await polled).status));
  const next = await poller.get();
  assert.equal(next.status, 410);
  assert.notEqual(next.token, poller.token);
});

/** A node on a clock that counts. */
async function counted(t: TestContext): Promise<{ clock: CountingClock; app: Application; url: string }> {
  const clock = new CountingClock();
  const config = withDefaults({ logLevel: 'none', longpoll: true, longpollWindowMs: 10_000 });
  const app = new Application({ config, clock, node: 0 });
  const port = await app.listen(0);
  t.after(() => app.stop(0));
  return { clock, app, url: `ws://127.0.0.1:${port}/socket` };
}

test('who hangs up in the middle of a poll loses no message and leaves no timer', async (t) => {
  const { clock, app, url } = await counted(t);
  const poller = await new PollClient(url).open();
  await poller.join('1', 'room:hung-up');
  await until(() => app.context.runtime.scheduler.waiting === 0);
  const before = clock.pending;
  for (let round = 0; round < 3; round += 1) {
    const hangUp = new AbortController();
    const polled = poller.get(hangUp.signal);
    await until(() => clock.pending > before);
    hangUp.abort();
    await assert.rejects(polled);
    await until(() => clock.pending === before);
  }
  app.broadcast('room:hung-up', 'news', {});
  assert.deepEqual(await poller.take(1), [[null, null, 'room:hung-up', 'news', {}]]);
});

test('what was posted by somebody who hung up is handled to its last line', async (t) => {
  const { clock, url } = await counted(t);
  const poller = await new PollClient(url).open();
  const before = clock.pending;
  const body = [
    ['1', '1', 'room:bye', 'phx_join', { delay_ms: 50 }],
    ['1', '2', 'room:bye', 'ping', {}],
    ['1', '3', 'room:bye', 'ping', {}],
  ];
  const { hostname, port, pathname } = new URL(`${url.replace('ws:', 'http:')}/longpoll`);
  const path = `${pathname}?vsn=2.0.0&token=${encodeURIComponent(poller.token ?? '')}`;
  const headers = { 'content-type': 'application/x-ndjson' };
  const request = httpRequest({ hostname, port, path, headers, method: 'POST' }).on('error', () => {});
  request.end(body.map((message) => JSON.stringify(message)).join('\n'));
  // The join waits, and the clock of the post with it.
  await until(() => clock.pending >= before + 2);
  request.destroy();
  assert.deepEqual(await poller.take(3), [
    okReply('1', '1', 'room:bye'),
    okReply('1', '2', 'room:bye'),
    okReply('1', '3', 'room:bye'),
  ]);
});

test('a stop ends sessions and cuts polls, and leaves neither process nor timer', async (t) => {
  const { clock, app, url } = await counted(t);
  const poller = await new PollClient(url).open();
  await poller.join('1', 'room:stop');
  const before = clock.pending;
  const polled = assert.rejects(poller.get());
  await until(() => clock.pending > before);
  await app.stop(0);
  await polled;
  assert.deepEqual([app.context.runtime.processes, app.snapshot().connections, clock.pending], [0, 0, 0]);
});
