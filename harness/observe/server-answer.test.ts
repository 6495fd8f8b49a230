import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readProcessDetail, readProcessList } from './process-answer.ts';
import { readServerView } from './server-answer.ts';
import type { ServerView } from '../record/server-view.ts';

function read(body: unknown): ServerView {
  const view = readServerView(body);
  return typeof view === 'string' ? assert.fail(view) : view;
}

test('reads the whole server, with the names of the control port', () => {
  const view = read({
    at: 5,
    nodes: [
      {
        name: 'node0',
        os_pid: 3,
        alive: true,
        cpu_ms: 9,
        mailbox: { sum: 2 },
        memory: { rss: 7 },
        run_queue: 1,
      },
    ],
    connections: 1,
    mailbox: { sum: 2, max: 1, oldest_wait_ms: 1.5, top: [{ pid: '<0.1>', kind: 'channel', len: 1 }] },
    tables: [{ name: 'drill', rows: 1, bytes: 2 }],
    memory: { rss: 7 },
    telemetry: { joined: 3, handled: { count: 4, sum_ms: 1 } },
    supervisors: {
      name: 'Top',
      pid: '<0.1>',
      kind: 'supervisor',
      strategy: 'one_for_one',
      children: [
        { name: 'PubSub', children: 12 },
        { name: 'Endpoint', pid: '<0.9>', kind: 'worker' },
      ],
    },
  });
  assert.deepEqual([view.atMs, view.nodes[0]?.cpuMs, view.nodes[0]?.mailboxSum, view.rssBytes], [5, 9, 2, 7]);
  assert.deepEqual(view.events, [
    { name: 'joined', count: 3 },
    { name: 'handled', count: 4 },
  ]);
  assert.deepEqual(
    view.supervisors.map(({ depth, name, children }) => [depth, name, children]),
    [
      [0, 'Top', null],
      [1, 'PubSub', 12],
      [1, 'Endpoint', null],
    ],
  );
  assert.equal(view.top[0]?.len, 1);
});

test('adds up the buckets of living nodes where the server has none of its own', () => {
  const node = (count: number, alive: boolean): unknown => ({
    name: 'n',
    alive,
    mailbox: {
      distribution: [
        { from: 2, to: 9, count: 1 },
        { from: 1, to: 1, count },
      ],
    },
  });
  const nodes = [node(5, true), node(6, true), node(100, false)];
  assert.deepEqual(read({ mailbox: {}, nodes }).mailbox.distribution, [
    { from: 1, to: 1, count: 11 },
    { from: 2, to: 9, count: 2 },
  ]);
  const own = { distribution: [{ from: 10, to: null, count: 3 }] };
  assert.deepEqual(read({ mailbox: own, nodes }).mailbox.distribution, [{ from: 10, to: null, count: 3 }]);
});

test('believes no figure it was not given', () => {
  const view = read({
    mailbox: { sum: '7', max: -1 },
    nodes: [{ name: 5, cpu_ms: 'much', alive: 'yes' }],
    at: Infinity,
  });
  assert.deepEqual([view.mailbox.sum, view.mailbox.max, view.atMs], [0, 0, null]);
  assert.deepEqual([view.nodes[0]?.name, view.nodes[0]?.cpuMs, view.nodes[0]?.alive], ['?', null, true]);
});

test('reads nothing out of prototypes', () => {
  const view = read(JSON.parse('{"mailbox":{},"telemetry":{"__proto__":3,"constructor":4}}'));
  assert.deepEqual(view.events, [
    { name: '__proto__', count: 3 },
    { name: 'constructor', count: 4 },
  ]);
});

test('bounds a tree that is too deep or too wide, and names that are too long', () => {
  let deep: unknown = { name: 'leaf' };
  for (let depth = 0; depth < 5_000; depth++) deep = { name: 'x'.repeat(300), children: [deep] };
  assert.equal(read({ mailbox: {}, supervisors: deep }).supervisors.length, 25);
  assert.equal(read({ mailbox: {}, supervisors: deep }).supervisors[0]?.name.length, 200);
  const wide = Array.from({ length: 5_000 }, () => ({ name: 'x' }));
  assert.equal(read({ mailbox: {}, supervisors: wide }).supervisors.length, 1_000);
});

test('says what is wrong with an answer of something else', () => {
  for (const body of [null, [], 'x', {}, { mailbox: 3 }]) {
    assert.equal(readServerView(body), 'the answer has no mailbox: is it the control port?');
  }
  assert.equal(readProcessList({ processes: {} }), 'the answer has no list of processes');
  assert.equal(readProcessDetail({ pid: 3 }), 'the answer is no process');
});

test('reads one process, its ties, its callbacks and its state', () => {
  const detail = readProcessDetail({
    pid: '<0.7>',
    kind: 'channel',
    topic: 'room:1',
    state: 'running',
    len: 2,
    trap_exit: true,
    parent: '<0.2>',
    links: ['<0.3>', 4],
    monitored_by: 'all',
    current: { what: 'handle_in ping', for_ms: 3 },
    callbacks: { for_ms: 10, count: 1, total_ms: 2, max_ms: 2, recent: [{ what: 'join', ms: 2 }, null] },
    value: { a: [1] },
  });
  assert.ok(typeof detail !== 'string');
  assert.deepEqual([detail.links, detail.monitors, detail.monitoredBy], [['<0.3>'], [], []]);
  assert.deepEqual(detail.current, { what: 'handle_in ping', forMs: 3 });
  assert.deepEqual(detail.callbacks?.recent, [{ what: 'join', ms: 2 }]);
  assert.deepEqual(detail.value, { a: [1] });
});

test('a state of any depth and size can be written again', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
  const wide = Array.from({ length: 200_000 }, (_, index) => [index]);
  const own: unknown = JSON.parse('{"__proto__":{"a":1}}');
  for (const value of [deep, wide, own]) {
    const detail = readProcessDetail({ pid: '<0.1>', value });
    assert.ok(typeof detail !== 'string');
    assert.ok(JSON.stringify(detail.value).length < 1e6);
    assert.equal(Object.getPrototypeOf(detail.value), Object.getPrototypeOf(value));
  }
});

test('no JSON makes it throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      readServerView({
        mailbox: { distribution: a, top: b },
        nodes: a,
        tables: b,
        telemetry: a,
        supervisors: b,
      });
      readProcessList({ processes: [a, b], total: a });
      readProcessDetail({ pid: 'x', links: a, callbacks: b, current: a, value: b });
    }),
  );
});
