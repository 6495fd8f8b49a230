import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { censusOf } from '../testing/census.ts';
import { binaryPush } from '../testing/frame-forge.ts';
import { LocalServer } from '../testing/local-server.ts';
import { Seeded } from '../testing/seeded.ts';

const SEED = Number(process.env['FIREDRILL_FUZZ_SEED'] ?? randomInt(2 ** 31));
const REQUESTS = 600;
const LANES = 6;
/** What the body of a long-poll answer may say (phoenix-semantics 1.9). */
const STATUSES = [200, 204, 400, 403, 408, 410];
const CONTENT_TYPES = ['application/x-ndjson', 'application/json', 'text/plain', 'x/y; charset=utf-16', ''];

interface Answer {
  readonly http: number;
  readonly status: number | null;
  readonly token: string | null;
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  // A preflight is answered in headers.
  if (response.status !== 200 || init.method === 'OPTIONS')
    return { http: response.status, status: null, token: null };
  const body = JSON.parse(text) as { status: number; token?: string };
  return { http: 200, status: body.status, token: body.token ?? null };
}

function bodyOf(random: Seeded): Buffer {
  const line = (): Buffer => {
    const message = JSON.stringify([
      '1',
      '1',
      'room:lp',
      random.pick(['phx_join', 'ping', 'crash', 'nobody']),
      {},
    ]);
    switch (random.between(0, 5)) {
      case 0:
        return random.bytes(random.between(0, 80));
      case 1:
        return Buffer.from(message.slice(0, random.between(0, message.length)));
      case 2:
        return Buffer.from(binaryPush(['1', '2', 'room:lp', 'noreply'], random.bytes(9)).toString('base64'));
      case 3:
        return Buffer.from('////');
      default:
        return Buffer.from(message);
    }
  };
  const lines = Array.from({ length: random.pick([0, 1, 1, 2, 5, 150]) }, line);
  return Buffer.concat(lines.flatMap((one) => [one, Buffer.from('\n')]));
}

test('long-poll requests of any kind are answered, and what they started is gone in the end', async (t) => {
  t.diagnostic(`seed ${SEED}; repeat with FIREDRILL_FUZZ_SEED=${SEED}`);
  const server = await LocalServer.start({ longpoll: true, longpollWindowMs: 20, pubsubTimeoutMs: 20 });
  const base = `http://127.0.0.1:${server.port}/socket/longpoll`;
  const witness = await server.joined('room:witness');
  const before = censusOf(server.app, ['room:lp']);
  let left = REQUESTS;

  async function pester(lane: number): Promise<void> {
    const random = new Seeded(SEED + lane);
    const tokens: string[] = ['', 'x', '__proto__', 'SFMyNTY.x.y', 'a'.repeat(9_000)];
    while (left > 0) {
      left -= 1;
      const token = random.chance(0.7) ? (tokens.at(-1) ?? '') : random.pick(tokens);
      const params = random.pick([
        'vsn=2.0.0',
        'vsn=2.0.0',
        'vsn=1.0.0',
        'vsn=9.9.9',
        '',
        'vsn[]=1',
        'user_id=%ff',
      ]);
      const query = random.chance(0.8) ? `${params}&token=${encodeURIComponent(token)}` : params;
      const method = random.pick(['GET', 'GET', 'POST', 'POST', 'POST', 'PUT', 'OPTIONS', 'DELETE']);
      const post = method === 'POST' || method === 'PUT';
      const headers = post ? { 'content-type': random.pick(CONTENT_TYPES) } : {};
      const init = post ? { method, headers, body: new Uint8Array(bodyOf(random)) } : { method };
      const answer = await ask(`${base}?${query}`, init);
      const named = answer.status === null || STATUSES.includes(answer.status);
      assert.equal(named, true, `seed ${SEED}: ${method} ${query} said ${JSON.stringify(answer)}`);
      // A batch that is no UTF-8 on its way down is the one 500 the reference knows.
      assert.equal(
        answer.http < 500 || method === 'GET',
        true,
        `seed ${SEED}: ${method} ${query} got ${answer.http}`,
      );
      if (answer.token !== null) tokens.push(answer.token);
    }
  }

  try {
    await Promise.all(Array.from({ length: LANES }, (_, lane) => pester(lane)));
    await witness.expectQuiet();
    // Sessions nobody polls any more end by themselves, one and a half windows later.
    while (server.app.context.runtime.processes > before.processes) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(censusOf(server.app, ['room:lp']), before);
  } finally {
    await server.stop();
  }
});
