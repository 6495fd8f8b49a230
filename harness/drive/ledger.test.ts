import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { TimerWheel, WheelTimer } from '../base/timer-wheel.ts';
import { Recorder } from '../measure/recorder.ts';
import { Witness } from '../measure/witness.ts';
import { PendingReplies } from '../wire/pending-reply.ts';
import { PhoenixSocket, type SocketWorld } from '../wire/phoenix-socket.ts';
import { Ledger } from './ledger.ts';

function setUp() {
  const clock = new ManualClock(1_000_000);
  const wheel = new TimerWheel(clock);
  const recorder = new Recorder();
  const witness = new Witness();
  const ledger = new Ledger(clock, wheel, recorder, witness);
  const world: SocketWorld = {
    clock,
    wheel,
    pending: new PendingReplies(wheel),
    observer: ledger,
    timers: { pushTimeoutMs: 10_000, connectTimeoutMs: 10_000, heartbeatMs: null },
    endpointOf: () => {
      throw new Error('no client of this test connects');
    },
  };
  const joined = (index: number, topic: string) => {
    const socket = new PhoenixSocket(world, index);
    const channel = socket.addChannel(topic, '{}');
    ledger.channelJoined(channel, true, clock.nowUs());
    return { socket, channel };
  };
  /** A frame as it lies in the shared read buffer: with other bytes on both sides. */
  const arrive = (socket: PhoenixSocket, text: string): boolean => {
    const buffer = Buffer.from(`xx${text}yy`);
    return ledger.intake(socket, buffer, 2, buffer.length - 2);
  };
  return { clock, wheel, recorder, witness, ledger, joined, arrive };
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
  const { clock, recorder, ledger, joined, arrive } = setUp();
  const { socket, channel } = joined(0, 'lobby');
  const seen: unknown[] = [];
  channel.handlers = new Map([['shout', (payload) => seen.push(payload)]]);
  clock.advanceUs(1_000);
  const dueUs = clock.nowUs();
  assert.equal(arrive(socket, shout(0, dueUs)), false);
  ledger.eventArrived(channel, 'shout', { fd: [3, 0, dueUs], body: 'hi' });
  assert.equal(recorder.counters.deliveries, 1);
  assert.equal(seen.length, 1);
});

test('a stamp of nonsense is no broadcast of ours', () => {
  const { recorder, ledger, joined } = setUp();
  const { channel } = joined(0, 'lobby');
  for (const fd of [null, 'x', [1, 2], [1.5, 0, 3], ['1', 0, 3], [1, 0, '3'], {}]) {
    ledger.eventArrived(channel, 'shout', { fd });
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
