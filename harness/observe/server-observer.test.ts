import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { ServerObserver, type Question } from './server-observer.ts';

const SERVER = {
  at: 1,
  nodes: [{ name: 'node0', cpu_ms: 1 }],
  connections: 10,
  mailbox: { sum: 3, top: [] },
};
const LIST = { total: 2, processes: [{ pid: '<0.1>', kind: 'channel', len: 2 }] };
const DETAIL = { pid: '<0.7>', kind: 'channel', len: 2 };
const QUESTION: Question = { sort: 'len', limit: 50, kind: null, node: null, pid: null };

type Answer = (path: string, response: ServerResponse, request: IncomingMessage) => void;

/** A control port that answers as it is told at that moment, and the observer of it. */
async function observed(
  t: TestContext,
): Promise<{ port: { answer: Answer; asked: string[] }; clock: ManualClock; observer: ServerObserver }> {
  const port = { answer: usual, asked: [] as string[] };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    port.asked.push(path);
    port.answer(path, response, request);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const clock = new ManualClock();
  const control = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const observer = new ServerObserver({ clock, control, token: 'hush' });
  t.after(() => {
    observer.close();
    server.close();
    server.closeAllConnections();
  });
  return { port, clock, observer };
}

const usual: Answer = (path, response) => {
  const body = path.startsWith('/observer/processes?')
    ? LIST
    : path.startsWith('/observer/processes/')
      ? DETAIL
      : SERVER;
  response.end(JSON.stringify(body));
};

test('asks for the server and for its processes, as the reader wants them', async (t) => {
  const { port, observer } = await observed(t);
  await observer.look({ sort: 'wait', limit: 200, kind: 'chan nel', node: 'node0', pid: '<0.7>' });
  assert.deepEqual(port.asked.toSorted(), [
    '/observer',
    '/observer/processes/0.7',
    '/observer/processes?sort=wait&limit=200&kind=chan+nel&node=node0',
  ]);
  const { server, processes, process, silence } = observer.sight();
  assert.deepEqual([server?.connections, processes?.total, process?.pid, silence], [10, 2, '<0.7>', null]);
});

test('shows its token to the control port and to nobody it is sent on to', async (t) => {
  const { port, observer } = await observed(t);
  const tokens = new Set<string | undefined>();
  port.answer = (_, response, request) => {
    tokens.add(request.headers.authorization);
    response.writeHead(302, { location: '/elsewhere' }).end();
  };
  await observer.look(QUESTION);
  assert.deepEqual([...tokens], ['Bearer hush']);
  assert.ok(!port.asked.includes('/elsewhere'));
  assert.match(observer.sight().silence?.what ?? '', /status 302/);
});

test('keeps the last figures of a silent server with their age, and goes on when it is back', async (t) => {
  const { port, clock, observer } = await observed(t);
  await observer.look(QUESTION);
  clock.advanceUs(12e6);
  port.answer = (_, response) => response.destroy();
  await observer.look(QUESTION);
  const silent = observer.sight();
  assert.equal(silent.server?.connections, 10);
  assert.deepEqual(silent.silence, { what: 'ECONNRESET', oldMs: 12_000 });
  port.answer = usual;
  await observer.look(QUESTION);
  assert.equal(observer.sight().silence, null);
});

test('gives up on a server that does not answer', async (t) => {
  const { port, clock, observer } = await observed(t);
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  port.answer = () => {
    if (port.asked.length === 2) resolve();
  };
  const looked = observer.look(QUESTION);
  await arrived;
  clock.advanceUs(2.5e6);
  await looked;
  assert.equal(observer.sight().silence?.what, 'no answer within 2500 ms');
});

test('says in words what is no answer', async (t) => {
  const { port, observer } = await observed(t);
  const told = async (answer: Answer): Promise<string | undefined> => {
    port.answer = answer;
    await observer.look(QUESTION);
    return observer.sight().silence?.what;
  };
  assert.match((await told((_, response) => response.end('<html>'))) ?? '', /no JSON/);
  assert.match((await told((_, response) => response.end('[]'))) ?? '', /is it the control port/);
  assert.match((await told((_, response) => response.writeHead(401).end())) ?? '', /status 401/);
  assert.match((await told((_, response) => response.end('x'.repeat(8_100_000)))) ?? '', /larger than 8 MB/);
});

test('does without a list of processes, and says why', async (t) => {
  const { port, observer } = await observed(t);
  port.answer = (path, response, request) => {
    if (path === '/observer') usual(path, response, request);
    else response.writeHead(404).end('{}');
  };
  await observer.look({ ...QUESTION, pid: '<0.7>' });
  const { server, processes, noProcesses, processEnded } = observer.sight();
  assert.ok(server);
  assert.equal(processes, null);
  assert.match(noProcesses ?? '', /GET \/observer\/processes was answered with status 404/);
  // Nothing can be said of a process by a server that tells of none.
  assert.equal(processEnded, false);
});

test('keeps the last figures of a process that ended, and none of another', async (t) => {
  const { port, observer } = await observed(t);
  await observer.look({ ...QUESTION, pid: '<0.7>' });
  port.answer = (path, response, request) => {
    if (path.startsWith('/observer/processes/')) response.writeHead(404).end('{}');
    else usual(path, response, request);
  };
  await observer.look({ ...QUESTION, pid: '<0.7>' });
  assert.deepEqual([observer.sight().process?.pid, observer.sight().processEnded], ['<0.7>', true]);
  await observer.look({ ...QUESTION, pid: '<0.8>' });
  assert.deepEqual([observer.sight().process, observer.sight().processEnded], [null, true]);
  await observer.look(QUESTION);
  assert.deepEqual([observer.sight().process, observer.sight().processEnded], [null, false]);
});
