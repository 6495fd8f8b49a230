import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import type { ServerFault } from '../faults/fault.ts';
import { ControlPort } from './control-port.ts';

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

type Asked = { method: string | undefined; url: string | undefined; authorization: unknown; body: unknown };

/** A control port that gives one answer to everything, and remembers what it was asked. */
async function port(status: number, answer: string): Promise<{ base: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    void text(request).then((body) => {
      const { method, url, headers } = request;
      const { authorization } = headers;
      asked.push({ method, url, authorization, body: body === '' ? null : (JSON.parse(body) as unknown) });
      response.writeHead(status).end(answer);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
}

const fault = {
  kind: 'slow_join',
  params: { delayMs: 5 },
  share: 0.5,
  seed: 7,
  ttlMs: 1_000.2,
} as unknown as ServerFault;

test('injects a fault and lifts it by the id it was given', async () => {
  const { base, asked } = await port(200, '{"id":"a/b"}');
  const control = new ControlPort(base);
  assert.equal(await control.inject(fault), 'a/b');
  // An older server, that says nothing of what it has hit.
  assert.deepEqual(await control.lift('a/b'), { hits: null });
  const body = { kind: 'slow_join', params: { delayMs: 5 }, share: 0.5, seed: 7, ttl_ms: 1_001 };
  assert.deepEqual(asked, [
    { method: 'POST', url: '/faults', authorization: undefined, body },
    { method: 'DELETE', url: '/faults/a%2Fb', authorization: undefined, body: null },
  ]);
});

test('gives a fault more time, and says when the server has none of that id any more', async () => {
  const { base, asked } = await port(200, '{"id":"f1","ttl_ms":8000}');
  assert.equal(await new ControlPort(base).renew('f1', 7_999.1), true);
  assert.deepEqual(asked, [
    { method: 'PUT', url: '/faults/f1', authorization: undefined, body: { ttl_ms: 8_000 } },
  ]);
  const gone = new ControlPort((await port(404, '{"problems":[]}')).base);
  assert.deepEqual(
    [await gone.renew('f1', 1), await gone.raise('f1', 1), await gone.lift('f1')],
    [false, null, null],
  );
});

test('tells how many a fault has hit when its share changes and when it is lifted', async () => {
  const hits = { count: 3, of: null, what: 'joins' };
  const { base } = await port(200, JSON.stringify({ id: 'f1', hits }));
  const control = new ControlPort(base);
  assert.deepEqual([await control.raise('f1', 0.5), await control.lift('f1')], [{ hits }, { hits }]);
  const odd = new ControlPort((await port(200, '{"id":"f1","hits":{"count":-3}}')).base);
  assert.deepEqual(await odd.lift('f1'), { hits: null });
});

test('a port that is away, or refuses for another reason, is no fault that is gone', async () => {
  const refusing = new ControlPort((await port(503, '{"problems":[]}')).base);
  await assert.rejects(refusing.renew('f1', 1), /^Error: PUT \/faults\/f1: HTTP 503/);
  await assert.rejects(refusing.lift('f1'), /^Error: DELETE \/faults\/f1: HTTP 503/);
  const away = new ControlPort('http://127.0.0.1:1');
  await assert.rejects(away.renew('f1', 1), /ECONNREFUSED/);
  await assert.rejects(away.lift('f1'), /ECONNREFUSED/);
});

test('shows the token of a control port that wants one', async () => {
  const { base, asked } = await port(200, '{"id":1}');
  assert.equal(await new ControlPort(base, 's3cret').inject(fault), '1');
  assert.equal(asked[0]?.authorization, 'Bearer s3cret');
});

test('rejects with the server’s own words, and never with the token', async () => {
  const { base } = await port(401, '{"wanted":"Bearer"}');
  await assert.rejects(new ControlPort(base, 'wr0ng').inject(fault), (error: Error) => {
    assert.match(error.message, /^POST \/faults: HTTP 401 \{"wanted":"Bearer"\}$/);
    return true;
  });
});

test('rejects an answer that is none', async () => {
  const noJson = await port(200, 'hello');
  await assert.rejects(new ControlPort(noJson.base).inject(fault), /no JSON/);
  const noId = await port(200, '{}');
  await assert.rejects(new ControlPort(noId.base).inject(fault), /no fault id/);
});
