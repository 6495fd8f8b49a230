import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { ObserverClient } from './observer-client.ts';
import type { ObserverReading } from './observer-client.ts';
import { readSnapshot } from './observer-snapshot.ts';

const SNAPSHOT = {
  at: 1,
  nodes: [
    { name: 'node0', alive: true, stale: false, cpu_ms: 1_000, run_queue: 2, loop_lag_ms: 1.5 },
    { name: 'node1', alive: true, stale: false, cpu_ms: 500, run_queue: 7, loop_lag_ms: 0.5 },
  ],
  connections: 10,
  channels: 20,
  processes: 31,
  mailbox: {
    sum: 12,
    max: 9,
    oldest_wait_ms: 140.5,
    top: [
      { pid: '<0.7.0>', kind: 'channel', topic: 'room:1', len: 9, high_water: 11, oldest_wait_ms: 140.5 },
    ],
  },
  tables: [{ name: 'drill', rows: 3, bytes: 300 }],
  memory: { rss: 5e7, heap: 1e7 },
  run_queue: 9,
  loop_lag_ms: 1.5,
  telemetry: {},
};

type Told = ObserverReading | string;

/** A server that answers as told, a client that polls it, and the next thing the client tells. */
async function observed(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ clock: ManualClock; client: ObserverClient; tell: () => Promise<Told>; told: Told[] }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const clock = new ManualClock();
  const told: Told[] = [];
  const waiting: ((value: Told) => void)[] = [];
  const add = (value: Told): void => {
    told.push(value);
    waiting.shift()?.(value);
  };
  const control = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new ObserverClient({
    clock,
    control,
    startUs: 0,
    token: 'hush',
    listener: {
      onReading: add,
      onNodeDead: (name) => add(`${name} is dead`),
      incident: (what) => add(what),
    },
  });
  t.after(() => {
    client.stop();
    server.closeAllConnections();
    server.close();
  });
  return { clock, client, told, tell: () => new Promise((resolve) => waiting.push(resolve)) };
}

function reading(told: Told): ObserverReading {
  assert.ok(typeof told !== 'string', JSON.stringify(told));
  return told;
}

test('asks once a second on one connection, and finds out how many cores were used', async (t) => {
  let asked = 0;
  const sockets = new Set<unknown>();
  const { clock, client, tell } = await observed(t, (request, response) => {
    sockets.add(request.socket);
    assert.equal(request.url, '/observer');
    assert.equal(request.headers.authorization, 'Bearer hush');
    const [first, second] = SNAPSHOT.nodes;
    // 250 ms of processor time a second on one node, 500 ms on the other.
    const nodes = [
      { ...first, cpu_ms: 1_000 + asked * 250 },
      { ...second, cpu_ms: 500 + asked * 500 },
    ];
    asked += 1;
    response.end(JSON.stringify({ ...SNAPSHOT, nodes }));
  });
  let next = tell();
  client.start();
  clock.advanceUs(0);
  assert.deepEqual(reading(await next), {
    atMs: 0,
    mailbox: {
      sum: 12,
      max: 9,
      oldestWaitMs: 140.5,
      top: [{ pid: '<0.7.0>', kind: 'channel', topic: 'room:1', len: 9, highWater: 11, oldestWaitMs: 140.5 }],
    },
    server: { cpu: null, rssBytes: 5e7, connections: 10, processes: 31, runQueue: 7, loopLagMs: 1.5 },
    tables: [{ name: 'drill', rows: 3, bytes: 300 }],
    events: null,
    deadNodes: [],
  });
  for (const second of [1, 2]) {
    next = tell();
    clock.advanceUs(1e6);
    const later = reading(await next);
    assert.equal(later.atMs, second * 1_000);
    assert.equal(later.server.cpu, 0.75);
  }
  assert.equal(asked, 3);
  assert.equal(sockets.size, 1);
});

test('an observer that does not answer in time is one incident, until it answers again', async (t) => {
  let asked = 0;
  const { clock, client, tell, told } = await observed(t, (_, response) => {
    asked += 1;
    if (asked <= 2) arrived.shift()?.();
    else response.end(JSON.stringify(SNAPSHOT));
  });
  const arrived: (() => void)[] = [];
  const arrival = (): Promise<void> => new Promise((resolve) => arrived.push(resolve));
  let here = arrival();
  let next = tell();
  client.start();
  clock.advanceUs(0);
  await here;
  clock.advanceUs(980e3);
  assert.equal(await next, 'the observer did not answer within 970 ms');
  here = arrival();
  clock.advanceUs(20e3);
  await here;
  next = tell();
  clock.advanceUs(1e6);
  assert.equal(reading(await next).atMs, 2_000);
  assert.equal(told.length, 2);
});

test('says what was wrong with an answer', async (t) => {
  const answers: [number, string][] = [
    [503, 'busy'],
    [200, 'not JSON'],
    [200, '{"mailbox":3}'],
    [200, '[]'],
  ];
  const { client } = await observed(t, (_, response) => {
    const [status, text] = answers.shift() ?? [200, ''];
    response.writeHead(status).end(text);
  });
  await assert.rejects(client.read(), /^Error: the observer answered with status 503$/);
  await assert.rejects(client.read(), /is no JSON$/);
  await assert.rejects(client.read(), /without a mailbox$/);
  await assert.rejects(client.read(), /without a mailbox$/);
});

test('an observer that is not there is named by the reason', async (t) => {
  const { client } = await observed(t, (_, response) => response.destroy());
  await assert.rejects(client.read(), /cannot be reached: ECONNRESET$/);
});

test('gives up on an answer that never ends', async (t) => {
  const { client } = await observed(t, (_, response) => response.end('x'.repeat(4_100_000)));
  await assert.rejects(client.read(), /more than 4 MB/);
});

test('lists the nodes that are dead, and those that have vanished', async (t) => {
  const bodies = [
    SNAPSHOT,
    { ...SNAPSHOT, nodes: [{ ...SNAPSHOT.nodes[0], alive: false }, SNAPSHOT.nodes[1]] },
    { ...SNAPSHOT, nodes: [SNAPSHOT.nodes[0]] },
  ];
  const { client } = await observed(t, (_, response) => response.end(JSON.stringify(bodies.shift())));
  assert.deepEqual((await client.read()).deadNodes, []);
  assert.deepEqual((await client.read()).deadNodes, ['node0']);
  assert.deepEqual((await client.read()).deadNodes, ['node1']);
});

test('tells once of a node that has died', async (t) => {
  let asked = 0;
  const nodes = [{ ...SNAPSHOT.nodes[0], alive: false }];
  const { client, clock, told, tell } = await observed(t, (_, response) => {
    response.end(JSON.stringify({ ...SNAPSHOT, nodes: asked++ === 0 ? SNAPSHOT.nodes : nodes }));
  });
  client.start();
  const tellings = [tell(), tell(), tell(), tell(), tell()];
  clock.advanceUs(0);
  await tellings[0];
  clock.advanceUs(1e6);
  await tellings[3];
  clock.advanceUs(1e6);
  await tellings[4];
  const words = told.map((one) => (typeof one === 'string' ? one : 'reading'));
  assert.deepEqual(words, ['reading', 'node0 is dead', 'node1 is dead', 'reading', 'reading']);
});

test('counts the processor time of a node that was silent over the whole of its silence', async (t) => {
  const node = SNAPSHOT.nodes[0];
  const bodies = [
    [{ ...node, cpu_ms: 0 }],
    [{ ...node, cpu_ms: 0, stale: true }],
    [{ ...node, cpu_ms: 1_000 }],
    [{ ...node, cpu_ms: 10 }],
  ];
  const { client, clock } = await observed(t, (_, response) =>
    response.end(JSON.stringify({ ...SNAPSHOT, nodes: bodies.shift() })),
  );
  const cpu: (number | null)[] = [];
  for (let poll = 0; poll < 4; poll++) {
    cpu.push((await client.read()).server.cpu);
    clock.advanceUs(1e6);
  }
  assert.deepEqual(cpu, [null, null, 0.5, null]);
});

test('tells what the telemetry of all nodes counted between two looks, and looks a last time at the end', async (t) => {
  const counts = [0, 40, 100];
  const { client, clock, told, tell } = await observed(t, (_, response) => {
    const telemetry = { 'phoenix.socket_connected': counts.shift() ?? 0 };
    const nodes = SNAPSHOT.nodes.map((node) => ({ ...node, telemetry }));
    response.end(JSON.stringify({ ...SNAPSHOT, nodes }));
  });
  for (const expected of [null, 80]) {
    const next = tell();
    if (expected === null) client.start();
    clock.advanceUs(expected === null ? 0 : 1e6);
    const { events } = reading(await next);
    assert.equal(events?.connectsPerSecond ?? null, expected);
  }
  clock.advanceUs(500e3);
  await client.finish();
  assert.deepEqual(reading(told[2] ?? '').events, {
    counts: new Map([['phoenix.socket_connected', 120]]),
    connectsPerSecond: 240,
  });
  clock.advanceUs(5e6);
  assert.equal(told.length, 3);
});

test('a last look that nobody answers is no incident', async (t) => {
  const { client, clock, told, tell } = await observed(t, (_, response) => {
    if (told.length === 0) response.end(JSON.stringify(SNAPSHOT));
    else response.destroy();
  });
  const next = tell();
  client.start();
  clock.advanceUs(0);
  await next;
  await client.finish();
  assert.equal(told.length, 1);
});

test('tells nothing after it was stopped', async (t) => {
  const arrived = Promise.withResolvers<ServerResponse>();
  const { client, clock, told } = await observed(t, (_, response) => arrived.resolve(response));
  client.start();
  clock.advanceUs(0);
  const response = await arrived.promise;
  const closed = new Promise((resolve) => response.once('close', resolve));
  client.stop();
  await closed;
  clock.advanceUs(5e6);
  assert.deepEqual(told, []);
});

test('believes no figure it was not given', () => {
  const snapshot = readSnapshot(
    JSON.stringify({
      mailbox: { sum: '7', max: -1, top: [3, { topic: 5, pid: 'x'.repeat(500) }] },
      nodes: 'all',
    }),
  );
  assert.ok(typeof snapshot !== 'string');
  assert.deepEqual([snapshot.mailbox.sum, snapshot.mailbox.max, snapshot.mailbox.oldestWaitMs], [0, 0, 0]);
  assert.equal(snapshot.mailbox.top.length, 1);
  assert.equal(snapshot.mailbox.top[0]?.topic, null);
  assert.equal(snapshot.mailbox.top[0]?.pid.length, 200);
  assert.deepEqual([snapshot.nodes, snapshot.tables, snapshot.server.rssBytes], [[], [], 0]);
});
