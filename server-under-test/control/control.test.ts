import assert from 'node:assert/strict';
import { request, type IncomingHttpHeaders } from 'node:http';
import { after, before, test } from 'node:test';
import { Control } from './control.ts';
import type { ControlledCluster } from './routes.ts';
import type { FaultWord } from '../cluster-faults/fault-book.ts';
import { FaultRefused, type FaultOrder } from '../faults/fault.ts';
import { NodeError } from '../node-handle.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import type { ProcessQuery } from '../telemetry/process-list.ts';

/** What the one fault of the stub has hit. */
const WORD: FaultWord = { id: 'f1', hits: { count: 3, of: null, what: 'joins' } };

/** Keeps what it was asked; its nodes answer with what a test puts there. */
class StubCluster implements ControlledCluster {
  readonly config: { controlToken: string | null; nodes: number };
  readonly asked: unknown[] = [];
  readonly faults: FaultOrder[] = [];
  failure: Error | null = null;

  constructor(controlToken: string | null = null) {
    this.config = { controlToken, nodes: 2 };
  }

  async observe(): Promise<[]> {
    return [];
  }

  async processes(
    query: ProcessQuery,
    node: number | null = null,
  ): Promise<{ total: number; processes: [] }> {
    this.asked.push({ query, node });
    return { total: 7, processes: [] };
  }

  async process(node: number, id: number): Promise<unknown> {
    return node === 0 && id === 12 ? { pid: '<0.12>' } : null;
  }

  async inject(order: Omit<FaultOrder, 'id'>): Promise<FaultWord> {
    if (this.failure !== null) throw this.failure;
    this.faults.push({ ...order, id: 'f1' });
    return WORD;
  }

  async renew(id: string, ttlMs: number): Promise<FaultWord | null> {
    this.asked.push({ id, ttlMs });
    return id === 'f1' ? WORD : null;
  }

  async setFaultShare(id: string, share: number): Promise<FaultWord | null> {
    if (this.failure !== null) throw this.failure;
    this.asked.push({ id, share });
    return id === 'f1' ? WORD : null;
  }

  async lift(id: string): Promise<FaultWord | null> {
    return id === 'f1' ? WORD : null;
  }

  async faultWords(): Promise<FaultWord[]> {
    return [WORD];
  }

  activeFaults(): FaultOrder[] {
    return this.faults;
  }

  async askAll(ask: unknown): Promise<void> {
    this.asked.push(ask);
  }

  async askOne(ask: unknown): Promise<void> {
    if (this.failure !== null) throw this.failure;
    this.asked.push(ask);
  }
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly problems?: ReadonlyArray<{ path: string; got: unknown; wanted: string; hint?: string }>;
  } & Record<string, unknown>;
}

interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly port?: number;
}

function call(
  path: string,
  { method = 'GET', headers = {}, body = '', port = open.port }: Call = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const isJson = response.headers['content-type'] === 'application/json' && text !== '';
        const read = (isJson ? JSON.parse(text) : { text }) as Reply['body'];
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const post = (path: string, body: string): Promise<Reply> => call(path, { method: 'POST', body });

async function start(
  token: string | null,
): Promise<{ cluster: StubCluster; control: Control; port: number }> {
  const cluster = new StubCluster(token);
  const control = new Control(cluster, new ManualClock());
  return { cluster, control, port: await control.listen('127.0.0.1', 0) };
}

let open: Awaited<ReturnType<typeof start>>;
let closed: Awaited<ReturnType<typeof start>>;
before(async () => {
  open = await start(null);
  closed = await start('s3cret');
});
after(() => {
  open.control.close();
  closed.control.close();
});

/** Path and hint of each problem. */
function told({ body }: Reply): Array<[path: string, hint: string | undefined]> {
  return (body.problems ?? []).map(({ path, hint }) => [path, hint]);
}

test('healthz tells 200 only when the server is ready', async () => {
  assert.deepEqual([(await call('/healthz')).status, (await call('/healthz')).body], [503, { ready: false }]);
  open.control.markReady();
  assert.deepEqual([(await call('/healthz')).status, (await call('/healthz')).body], [200, { ready: true }]);
  assert.equal((await call('/healthz', { method: 'HEAD' })).status, 200);
});

test('a page of the web cannot use the port, under its own origin or under a name of its own', async () => {
  const refused = async (headers: Record<string, string>): Promise<number> =>
    (await call('/faults', { headers })).status;
  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost:1',
    `https://evil.example:${open.port}`,
  ])
    assert.equal(await refused({ origin }), 403, origin);
  for (const host of [
    'evil.example',
    `evil.example:${open.port}`,
    '127.0.0.1.evil.example',
    '10.0.0.1',
    'a@127.0.0.1',
  ])
    assert.equal(await refused({ host }), 403, host);
  for (const host of ['localhost', `127.0.0.1:${open.port}`, '[::1]:4001', 'LOCALHOST:1'])
    assert.equal(await refused({ host }), 200, host);
  assert.equal(await refused({ origin: `http://127.0.0.1:${open.port}` }), 200);
});

test('with a token nothing but healthz is told without it', async () => {
  const { port } = closed;
  const status = async (path: string, authorization?: string): Promise<number> =>
    (await call(path, authorization === undefined ? { port } : { port, headers: { authorization } })).status;
  assert.deepEqual(
    [
      await status('/observer'),
      await status('/nowhere'),
      await status('/observer', 's3cret'),
      await status('/observer', 'Bearer s3cre'),
      await status('/observer', 'Bearer S3CRET'),
      await status('/observer', 'Basic s3cret'),
    ],
    [401, 401, 401, 401, 401, 401],
  );
  assert.equal(await status('/observer', 'Bearer s3cret'), 200);
  assert.equal(await status('/observer', 'bearer  s3cret'), 200);
  assert.equal(await status('/healthz'), 503);
  assert.equal((await call('/observer', { port })).headers['www-authenticate'], 'Bearer');
});

test('off loopback it does not listen without a token', async () => {
  const control = new Control(new StubCluster(), new ManualClock());
  await assert.rejects(control.listen('0.0.0.0', 0), { code: 'control_token' });
});

test('off loopback any Host will do, and the token decides', async () => {
  const control = new Control(new StubCluster('t'), new ManualClock());
  const port = await control.listen('0.0.0.0', 0);
  const headers = { host: 'drill.internal:4001' };
  assert.equal((await call('/faults', { port, headers })).status, 401);
  assert.equal(
    (await call('/faults', { port, headers: { ...headers, authorization: 'Bearer t' } })).status,
    200,
  );
  const foreign = { ...headers, authorization: 'Bearer t', origin: 'https://evil.example' };
  assert.equal((await call('/faults', { port, headers: foreign })).status, 403);
  control.close();
});

test('an unknown path is 404 with its neighbour, a wrong method 405 with the right ones', async () => {
  const lost = await call('/observr');
  assert.deepEqual([lost.status, told(lost)], [404, [['/observr', 'did you mean /observer?']]]);
  const wrong = await call('/faults', { method: 'PUT' });
  assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'GET, POST']);
  assert.equal((await call('/drain')).headers.allow, 'POST');
  assert.equal((await call('/faults/', { method: 'DELETE' })).status, 404);
  assert.equal((await call('/__proto__')).status, 404);
});

test('a body that is no JSON, no object, too large or says one thing twice is refused', async () => {
  const status = async (body: string): Promise<number> => (await post('/broadcast', body)).status;
  assert.deepEqual([await status('{"topic":'), await status('[]'), await status('null')], [400, 400, 400]);
  assert.equal(await status(' '.repeat(1_000_001)), 413);
  const twice = await post('/faults', '{"kind":"intercept","params":{"event":"a","event":"b"}}');
  assert.deepEqual([twice.status, told(twice)], [400, [['params.event', undefined]]]);
  const payload = '{"topic":"t","event":"e","payload":{"a":{"b":1,"b":2}}}';
  assert.equal(await status(payload), 200);
});

test('unknown fields and kinds come with their neighbour', async () => {
  assert.deepEqual(told(await post('/broadcast', '{"topc":"a","event":"e","__proto__":1}')), [
    ['topc', 'did you mean topic?'],
    ['__proto__', undefined],
    ['topic', undefined],
  ]);
  assert.deepEqual(told(await post('/drain', '{"x":1}')), [['x', undefined]]);
  const kind = await post('/faults', '{"kind":"slow_jion","shar":1}');
  assert.equal(kind.status, 400);
  assert.deepEqual(told(kind), [
    ['shar', 'did you mean share?'],
    ['kind', 'did you mean slow_join?'],
  ]);
  assert.match(kind.body.problems?.[1]?.wanted ?? '', /intercept/);
  assert.deepEqual(told(await post('/faults', '{"kind":"slow_join","params":{"delay":5}}')), [
    ['params.delay', 'did you mean delay_ms?'],
    ['params.delay_ms', undefined],
  ]);
});

test('orders reach the cluster as they were given', async () => {
  const order = { kind: 'slow_join', params: { delay_ms: 5 }, share: 0.5, seed: 3, ttl_ms: 100 };
  assert.deepEqual((await post('/faults', JSON.stringify(order))).body, WORD);
  assert.deepEqual((await call('/faults')).body['faults'], [{ ...WORD, ...order }]);
  assert.deepEqual((await call('/faults/f1', { method: 'DELETE' })).body, WORD);
  assert.equal((await call('/faults/f2', { method: 'DELETE' })).status, 404);
  open.cluster.asked.length = 0;
  await post('/broadcast', '{"topic":"room:1","event":"news","payload":{"n":1}}');
  await post('/broadcast', '{"topic":"room:1","event":"news"}');
  await post('/disconnect', '{"user_id":"ann"}');
  await post('/drain', '');
  assert.deepEqual(open.cluster.asked, [
    { op: 'broadcast', topic: 'room:1', event: 'news', payload: { n: 1 } },
    { op: 'broadcast', topic: 'room:1', event: 'news', payload: {} },
    { op: 'broadcast', topic: 'user:ann', event: 'disconnect', payload: {} },
    { op: 'drain' },
  ]);
});

test('a fault in force can be given more time, and nothing else', async () => {
  open.cluster.asked.length = 0;
  const put = (path: string, body: string): Promise<Reply> => call(path, { method: 'PUT', body });
  const given = await put('/faults/f1', '{"ttl_ms":8000}');
  assert.deepEqual([given.status, given.body], [200, { ...WORD, ttl_ms: 8_000 }]);
  assert.equal((await put('/faults/f2', '{"ttl_ms":8000}')).status, 404);
  assert.deepEqual(open.cluster.asked, [
    { id: 'f1', ttlMs: 8_000 },
    { id: 'f2', ttlMs: 8_000 },
  ]);
  const wrong = await put('/faults/f1', '{"ttl_m":8000}');
  assert.deepEqual(
    [wrong.status, told(wrong)],
    [
      400,
      [
        ['ttl_m', 'did you mean ttl_ms?'],
        ['ttl_ms', undefined],
      ],
    ],
  );
  assert.deepEqual([(await put('/faults', '{}')).status, open.cluster.asked.length], [405, 2]);
});

test('a fault in force can be given another share, with more time or without, unless it has none', async () => {
  open.cluster.asked.length = 0;
  const put = (body: string): Promise<Reply> => call('/faults/f1', { method: 'PUT', body });
  const share = await put('{"share":0.5}');
  assert.deepEqual([share.status, share.body], [200, { ...WORD, share: 0.5 }]);
  assert.deepEqual((await put('{"share":0,"ttl_ms":9000}')).body, { ...WORD, share: 0, ttl_ms: 9_000 });
  assert.equal((await call('/faults/f2', { method: 'PUT', body: '{"share":1}' })).status, 404);
  assert.deepEqual(open.cluster.asked, [
    { id: 'f1', share: 0.5 },
    { id: 'f1', ttlMs: 9_000 },
    { id: 'f1', share: 0 },
    { id: 'f2', share: 1 },
  ]);
  for (const body of ['{"share":1.5}', '{"share":"half"}', '{"share":-1}']) {
    const { status, body: told } = await put(body);
    assert.deepEqual([status, told.problems?.map(({ path }) => path)], [400, ['share']], body);
  }
  open.cluster.failure = new FaultRefused('node_pause hits no share of anything');
  assert.equal((await put('{"share":1}')).status, 422);
  open.cluster.failure = null;
});

test('a choice that is none comes with its neighbour, a number with its range', async () => {
  const params = { rows: 0, bytes: 10, sweep: 'al' };
  const { body } = await post('/faults', JSON.stringify({ kind: 'table_bloat', params }));
  assert.deepEqual(body.problems, [
    { path: 'params.rows', got: 0, wanted: 'a whole number from 1 to 100000' },
    { path: 'params.sweep', got: 'al', wanted: 'one of none, all', hint: 'did you mean all?' },
  ]);
});

test('a fault that the server has nothing for is 422, with the reason', async () => {
  open.cluster.failure = new NodeError('fault_refused', 'no server is called fast here');
  const reply = await post('/faults', '{"kind":"server_blocked","params":{"delay_ms":5,"server":"fast"}}');
  open.cluster.failure = null;
  assert.deepEqual([reply.status, reply.body.problems?.[0]?.got], [422, 'no server is called fast here']);
});

test('no living node is 503, an answer and not a silent success', async () => {
  open.cluster.failure = new NodeError('no_node', 'no node lives');
  const reply = await post('/disconnect', '{"user_id":"ann"}');
  open.cluster.failure = null;
  assert.deepEqual([reply.status, reply.body.problems?.[0]?.got], [503, 'no node lives']);
});

test('lists processes by what the query says and refuses what it does not know', async () => {
  open.cluster.asked.length = 0;
  const reply = await call('/observer/processes?sort=bytes&limit=5&kind=channel&node=node1');
  assert.deepEqual(reply.body, { at: 0, total: 7, processes: [] });
  await call('/observer/processes?kind=');
  assert.deepEqual(open.cluster.asked, [
    { query: { sort: 'bytes', limit: 5, kind: 'channel' }, node: 1 },
    { query: { sort: 'len', limit: 50, kind: null }, node: null },
  ]);
  const wrong = await call('/observer/processes?sort=lenn&limit=0&node=x&knd=a');
  assert.deepEqual(told(wrong), [
    ['knd', 'did you mean kind?'],
    ['sort', 'did you mean len?'],
    ['limit', undefined],
    ['node', undefined],
  ]);
});

test('finds a process with and without brackets, and says 404 where there is none', async () => {
  for (const pid of ['0.12', '%3C0.12%3E', '<0.12>'])
    assert.deepEqual((await call(`/observer/processes/${pid}`)).body, { pid: '<0.12>' });
  for (const pid of ['0.13', '9.12', '<0.12', 'toString', '%E0%A4%A', '0.12.1'])
    assert.equal((await call(`/observer/processes/${pid}`)).status, 404, pid);
});

test('metrics come with the content type of the text format', async () => {
  const reply = await call('/metrics');
  assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
});
