import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { LocalServer } from '../testing/local-server.ts';
import { okReply } from '../testing/probe.ts';
import { checkFault } from './check.ts';
import type { FaultOrder, FaultParams } from './fault.ts';
import { isSelected } from './selection.ts';

let server: LocalServer;
before(async () => {
  server = await LocalServer.start();
});
after(() => server.stop());
afterEach(() => {
  for (const id of server.app.faults.ids()) server.app.faults.lift(id);
});

function inject(kind: string, params: FaultParams, more: Partial<FaultOrder> = {}): void {
  server.app.faults.inject({ id: kind, kind, params, share: 1, seed: 0, ttlMs: null, ...more });
}

/** Milliseconds from sending frames to the frame that answers them. */
async function timed(action: () => Promise<void>): Promise<number> {
  const { clock } = server.app.context.runtime;
  const startMs = clock.nowMs();
  await action();
  return clock.nowMs() - startMs;
}

test('slow_join delays matching joins and holds their connection, until lifted', async () => {
  inject('slow_join', { delay_ms: 60, topic: 'room:*' });
  const probe = await server.connect();
  const spent = await timed(async () => {
    probe.send(['1', '1', 'room:slow', 'phx_join', {}], [null, '2', 'phoenix', 'heartbeat', {}]);
    await probe.expect(okReply('1', '1', 'room:slow'), okReply(null, '2', 'phoenix'));
  });
  assert.ok(spent >= 59, `the join took ${spent} ms`);
  assert.equal(server.app.context.interference.joinDelayMs('lobby', 1), 0);
  assert.equal(server.app.faults.lift('slow_join'), true);
  assert.equal(server.app.context.interference.joinDelayMs('room:slow', 1), 0);
});

test('blocking_handler holds the mailbox of selected topics for the named event only', async () => {
  inject('blocking_handler', { delay_ms: 60, topic: 'room:*', event: 'ping' });
  const probe = await server.joined('room:b1');
  const other = await server.joined('room:b1');
  const spent = await timed(async () => {
    probe.send(['1', '2', 'room:b1', 'ping', {}], ['1', '3', 'room:b1', 'status', { status: 'ok' }]);
    other.send(['1', '2', 'room:b1', 'shout', {}]);
    await probe.expect([null, null, 'room:b1', 'shout', {}]);
    await probe.expect(okReply('1', '2', 'room:b1'), okReply('1', '3', 'room:b1'));
  });
  assert.ok(spent >= 59, `the push took ${spent} ms`);
});

test('a share selects topics by seed', () => {
  inject('blocking_handler', { delay_ms: 5 }, { share: 0.3, seed: 9 });
  const { interference } = server.app.context;
  for (let n = 0; n < 100; n += 1) {
    const topic = `room:${n}`;
    assert.equal(interference.handlerDelayMs(topic, 'any'), isSelected(topic, 0.3, 9) ? 5 : 0);
  }
});

test('intercept sends an event through every channel and its handle_out', async () => {
  inject('intercept', { event: 'shout', topic: 'room:*' });
  const before = server.app.snapshot().telemetry['firedrill.intercept_sends'] ?? 0;
  const probe = await server.joined('room:i', {}, 'vsn=2.0.0&user_id=u');
  probe.send(['1', '2', 'room:i', 'shout', { n: 1 }]);
  await probe.expect(okReply('1', '2', 'room:i'), ['1', null, 'room:i', 'shout', { n: 1, to: 'u' }]);
  assert.equal(server.app.snapshot().telemetry['firedrill.intercept_sends'], before + 1);
  server.app.faults.lift('intercept');
  probe.send(['1', '3', 'room:i', 'shout', { n: 2 }]);
  await probe.expect([null, null, 'room:i', 'shout', { n: 2 }], okReply('1', '3', 'room:i'));
});

test('a fault lifts itself after its ttl', async () => {
  inject('slow_join', { delay_ms: 5 }, { ttlMs: 30 });
  const { interference, runtime } = server.app.context;
  assert.equal(interference.joinDelayMs('room:a', 1), 5);
  await new Promise<void>((resolve) => void runtime.clock.after(60, resolve));
  assert.deepEqual([interference.joinDelayMs('room:a', 1), server.app.faults.ids()], [0, []]);
});

test('a wrong order lists all its problems and names what is known', () => {
  const paths = (body: unknown): string[] => checkFault(body).problems.map(({ path }) => path);
  assert.deepEqual(paths({ kind: 'slow_join', params: { delay_ms: 5 } }), []);
  assert.deepEqual(paths({ kind: 'nope', share: 2, seed: -1, ttl_ms: 'x', extra: 1 }), [
    'extra',
    'kind',
    'share',
    'seed',
    'ttl_ms',
  ]);
  assert.deepEqual(paths({ kind: 'slow_join', params: { delay_ms: Number.NaN, topics: 'room:*' } }), [
    'params.topics',
    'params.delay_ms',
  ]);
  assert.deepEqual(paths({ kind: 'intercept', params: {} }), ['params.event']);
  for (const body of [null, [], 'text', undefined]) assert.deepEqual(paths(body)[0], '');
  assert.match(
    checkFault({ kind: 'nope' }).problems[0]?.wanted ?? '',
    /slow_join, blocking_handler, intercept/,
  );
});
