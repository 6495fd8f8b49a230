import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Application } from '../application.ts';
import { drillApp } from '../app/drill-app.ts';
import { drillSocket } from '../channels/drill-socket.ts';
import { withDefaults } from '../config/defaults.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import { ExitMessage } from '../otp/signals.ts';
import { MemoryConnection } from '../testing/memory-connection.ts';
import { okReply } from '../testing/probe.ts';
import { noreply, stop } from './channel.ts';
import { Witness } from './testing/witness.ts';

const TOPIC = 'witness:a';

/** A channel that traps exits where its join says so, and pushes what it hears of. */
function setUp(obeys = false): {
  clock: ManualClock;
  app: Application;
  witness: Witness;
  client: MemoryConnection;
} {
  const witness = new Witness({
    handleInfo(message, socket) {
      const what = message instanceof ExitMessage ? 'exit' : 'info';
      socket.push(what, {});
      return obeys ? stop('normal') : noreply();
    },
    terminate(reason, socket) {
      witness.ended(socket.topic, reason);
      socket.push('bye', {});
    },
  });
  const clock = new ManualClock();
  const app = new Application({
    config: withDefaults({ logLevel: 'none' }),
    clock,
    node: 0,
    app: (lent) => ({
      ...drillApp({ ...lent, secret: null }),
      socket: drillSocket([witness.route], null),
    }),
  });
  return { clock, app, witness, client: new MemoryConnection(app) };
}

const join = (ref: string, payload: unknown = {}): unknown => [ref, ref, TOPIC, 'phx_join', payload];
const heartbeat = [null, 'h', 'phoenix', 'heartbeat', {}];
const closed = ['1', '1', TOPIC, 'phx_close', {}];

test('the old channel dies in the middle of its work, without terminate: reply, close, new pushes (28)', async () => {
  const { clock, witness, client } = setUp();
  client.send(join('1'), ['1', '2', TOPIC, 'ask', { ms: 500 }], ['1', '3', TOPIC, 'ask', {}]);
  await clock.settle();
  client.send(join('4'));
  await clock.settle();
  witness.channelOf(TOPIC).send('hello');
  await clock.advance(1_000);
  assert.deepEqual(client.take(), [
    okReply('1', '1', TOPIC),
    okReply('4', '4', TOPIC),
    closed,
    ['4', null, TOPIC, 'info', {}],
  ]);
  assert.deepEqual(witness.log, []);
});

test('one that traps exits and obeys is waited for; what it pushes comes before its close (2.5)', async () => {
  const { clock, witness, client } = setUp(true);
  client.send(join('1', { trap: true }));
  await clock.settle();
  client.take();
  client.send(join('2'), heartbeat);
  assert.deepEqual(client.take(), []);
  await clock.settle();
  assert.deepEqual(client.take(), [
    okReply('2', '2', TOPIC),
    okReply(null, 'h', 'phoenix'),
    ['1', null, TOPIC, 'exit', {}],
    ['1', null, TOPIC, 'bye', {}],
    closed,
  ]);
  assert.deepEqual(witness.reasons.get(TOPIC), 'normal');
});

test('one that traps exits and ignores them is killed after 5,000 ms, heartbeats wait (30)', async () => {
  const { clock, app, witness, client } = setUp();
  client.send(join('1', { trap: true }));
  await clock.settle();
  client.take();
  client.send(join('2'), heartbeat);
  await clock.advance(4_999);
  assert.deepEqual(client.take(), []);
  await clock.advance(1);
  assert.deepEqual(client.take(), [
    okReply('2', '2', TOPIC),
    okReply(null, 'h', 'phoenix'),
    ['1', null, TOPIC, 'exit', {}],
    closed,
  ]);
  assert.deepEqual([witness.log, app.context.channels], [[], 1]);
});

test('a connection killed in that wait is a DOWN to the old channel too, which ends', async () => {
  const { clock, app, witness, client } = setUp();
  const before = clock.pending;
  client.send(join('1', { trap: true }));
  await clock.settle();
  client.send(join('2'));
  await clock.settle();
  client.transport.signal('kill', null);
  await clock.settle();
  assert.deepEqual([witness.reasons.get(TOPIC), app.context.channels], ['killed', 0]);
  assert.equal(clock.pending, before);
});
