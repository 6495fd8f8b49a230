import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { TimerWheel, WheelTimer } from '../base/timer-wheel.ts';
import { Recorder } from '../measure/recorder.ts';
import { Witness } from '../measure/witness.ts';
import { PHOENIX_JS } from '../wire/client-profile.ts';
import { PendingReplies } from '../wire/pending-reply.ts';
import { PhoenixSocket, type SocketWorld } from '../wire/phoenix-socket.ts';
import { fakeTransport, type FakeLink } from '../wire/testing/fake-link.ts';
import { Ledger } from './ledger.ts';

function setUp() {
  const clock = new ManualClock(1_000_000);
  const wheel = new TimerWheel(clock);
  const recorder = new Recorder();
  const witness = new Witness();
  const ledger = new Ledger(clock, wheel, recorder, witness);
  const links: FakeLink[] = [];
  const world: SocketWorld = {
    clock,
    wheel,
    pending: new PendingReplies(wheel),
    observer: ledger,
    profile: PHOENIX_JS,
    transport: fakeTransport((link) => links.push(link)),
    draw: () => 0,
    endpointOf: () => ({
      endpoint: { host: '127.0.0.1', port: 1, localAddress: null, tls: null },
      upgrade: Buffer.alloc(0),
    }),
  };
  const joined = (index: number, topic: string) => {
    const socket = new PhoenixSocket(world, index);
    socket.connect(clock.nowUs());
    const link = links.at(-1);
    assert.ok(link);
    link.open();
    const channel = socket.addChannel(topic, '{}');
    link.reply(link.last('phx_join'));
    return { socket, channel, link };
  };
  /** A frame as it lies in the shared read buffer: with other bytes on both sides. */
  const arrive = (socket: PhoenixSocket, text: string): boolean => {
    const buffer = Buffer.from(`xx${text}yy`);
    return ledger.intake(socket, buffer, 2, buffer.length - 2, clock.nowUs());
  };
  return { clock, wheel, recorder, witness, ledger, joined, arrive, links };
}

const shout = (sequence: number, dueUs: number, topic = 'lobby'): string =>
  JSON.stringify([null, null, topic, 'shout', { fd: [3, sequence, dueUs], body: 'hi' }]);

test('the same broadcast at many clients is decoded once and counted at each', () => {
  const { clock, recorder, witness, joined, arrive } = setUp();
  const clients = Array.from({ length: 5 }, (_, index) => joined(index, 'lobby'));
  clock.advanceUs(500_000);
  const dueUs = clock.nowUs();
  clock.advanceUs(2_000);
  for (const { socket } of clients) assert.equal(arrive(socket, shout(0, dueUs)), true);
  const [tally] = witness.takeChanged();
  assert.deepEqual([tally?.sure, tally?.sureReceived, tally?.duplicate], [5, 5, 0]);
  assert.equal(recorder.counters.deliveries, 5);
  assert.equal(recorder.trend('broadcast_latency').count, 5);
  assert.equal(recorder.trend('broadcast_latency').percentile(50), 2_000);
});

test('a client that gets the same bytes twice is a duplicate, not a delivery', () => {
  const { clock, recorder, joined, arrive } = setUp();
  const { socket } = joined(0, 'lobby');
  clock.advanceUs(1_000);
  const frame = shout(7, clock.nowUs());
  arrive(socket, frame);
  arrive(socket, frame);
  assert.deepEqual([recorder.counters.deliveries, recorder.counters.delivery_duplicates], [1, 1]);
});

test('bytes of the same length with another sequence are another broadcast', () => {
  const { clock, recorder, witness, joined, arrive } = setUp();
  const { socket } = joined(0, 'lobby');
  clock.advanceUs(1_000);
  const dueUs = clock.nowUs();
  arrive(socket, shout(1, dueUs));
  arrive(socket, shout(2, dueUs));
  assert.equal(recorder.counters.deliveries, 2);
  assert.deepEqual(
    witness.takeChanged().map((tally) => tally.sequence),
    [1, 2],
  );
});

test('frames without a stamp, replies and pushes are left to the client', () => {
  const { joined, arrive } = setUp();
  const { socket } = joined(0, 'lobby');
  assert.equal(arrive(socket, '[null,null,"lobby","shout",{"body":"hi"}]'), false);
  assert.equal(arrive(socket, '["1","2","lobby","phx_reply",{"status":"ok","response":{}}]'), false);
  assert.equal(arrive(socket, '["1",null,"lobby","shout",{"fd":[3,0,5]}]'), false);
  assert.equal(arrive(socket, '[null,null,"lobby"'), false);
});

test('a handler of the scenario sees the payload of a witnessed broadcast, which is counted once', () => {
  const { clock, recorder, joined } = setUp();
  const { channel, link } = joined(0, 'lobby');
  const seen: unknown[] = [];
  channel.on('shout', (payload) => seen.push(payload));
  clock.advanceUs(1_000);
  link.sayText(shout(0, clock.nowUs()));
  assert.equal(recorder.counters.deliveries, 1);
  assert.equal(seen.length, 1);
});

test('a broadcast that comes with the answer its publisher awaits is counted, and kept for its script', async () => {
  const { clock, recorder, joined } = setUp();
  const { channel, link } = joined(0, 'lobby');
  const other = joined(1, 'lobby');
  clock.advanceUs(1_000);
  const text = shout(0, clock.nowUs());
  other.link.sayText(text);
  const answered = new Promise((resolve) => {
    channel.push('shout', '{}', clock.nowUs(), 10_000).settle = resolve;
  });
  // One read: the known frame must not take the short way past the script.
  link.sayText(text);
  link.reply(link.last('shout'));
  await answered;
  const told: unknown[] = [];
  channel.next('shout', 1_000, ({ status }) => told.push(status));
  assert.deepEqual(told, ['ok']);
  assert.equal(recorder.counters.deliveries, 2);
});

test('who disconnects on purpose is no drop and misses nothing, and is counted again when back', () => {
  const { clock, recorder, witness, joined, links } = setUp();
  const { socket, channel, link } = joined(0, 'lobby');
  const other = joined(1, 'lobby');
  clock.advanceUs(1_000);
  socket.disconnect();
  clock.advanceUs(1_000);
  other.link.sayText(shout(0, clock.nowUs()));
  assert.equal(witness.takeChanged()[0]?.sure, 1);
  socket.connect(clock.nowUs());
  links.at(-1)?.open();
  links.at(-1)?.reply(links.at(-1)?.last('phx_join') ?? link.last('phx_join'));
  assert.equal(channel.slot >= 0, true);
  clock.advanceUs(1_000);
  other.link.sayText(shout(1, clock.nowUs()));
  assert.equal(witness.takeChanged()[0]?.sure, 2);
  assert.equal(recorder.counters.drops, 0);
});

test('the books of a push that was buffered and never went out balance', () => {
  const { clock, recorder, joined } = setUp();
  const { socket, link } = joined(0, 'lobby');
  const channel = socket.addChannel('room', '{}');
  channel.push('ping', '{}', clock.nowUs(), 10_000);
  clock.advanceUs(10_000_000);
  const { push_sent, push_dropped, push_timeout, join_planned, join_sent } = recorder.counters;
  assert.deepEqual([push_sent, push_dropped, push_timeout], [0, 1, 0]);
  assert.deepEqual([join_planned, join_sent], [2, 2]);
  link.drop(1006);
  const offline = socket.addChannel('later', '{}');
  offline.leave();
  const { join_planned: planned, join_sent: sent, join_dropped: dropped } = recorder.counters;
  assert.deepEqual([planned, sent, dropped], [3, 2, 1]);
  assert.equal(recorder.trend('send_lateness').count, 0);
});

test('outcomes are measured under the tags of what was sent', () => {
  const { clock, recorder, joined } = setUp();
  const { socket, channel, link } = joined(0, 'lobby');
  socket.tags = ['kind:search'];
  channel.push('find', '{}', clock.nowUs(), 10_000);
  socket.tags = null;
  channel.push('ping', '{}', clock.nowUs(), 10_000);
  clock.advanceUs(2_000);
  link.reply(link.last('find'));
  link.reply(link.last('ping'));
  assert.equal(recorder.trend('push_duration').count, 2);
  assert.equal(recorder.tagged('push_duration', 'kind:search').count, 1);
  assert.equal(recorder.tagged('push_service_duration', 'kind:search').max, 2_000);
  assert.equal(recorder.takeDelta(0).own.counters.get('push_ok{kind:search}'), 1);
});

test('a stamp of nonsense is no broadcast of ours', () => {
  const { recorder, ledger, joined } = setUp();
  const { channel } = joined(0, 'lobby');
  for (const fd of [null, 'x', [1, 2], [1.5, 0, 3], ['1', 0, 3], [1, 0, '3'], {}]) {
    ledger.eventArrived(channel, 'shout', { fd }, 0);
  }
  assert.equal(recorder.counters.deliveries, 0);
});

test('a flood of frames lets a send that falls due through', () => {
  const { clock, wheel, joined, arrive } = setUp();
  const { socket } = joined(0, 'lobby');
  let firedUs = 0;
  class Send extends WheelTimer {
    expire(nowUs: number): void {
      firedUs = nowUs;
    }
  }
  wheel.arm(new Send(), clock.nowUs() + 1_000);
  // Time passes inside one turn of the event loop: no alarm can fire, only the intake looks.
  clock.nowUs = () => 1_001_500;
  arrive(socket, shout(0, 1_000_000));
  assert.equal(firedUs, 1_001_500);
});
