import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from '../base/clock.ts';
import { TimerWheel } from '../base/timer-wheel.ts';
import type { TimedKind, TimeoutCause } from '../base/timeout-causes.ts';
import { Recorder } from '../measure/recorder.ts';
import { Witness } from '../measure/witness.ts';
import type { ClientChannel } from '../wire/client-channel.ts';
import { PHOENIX_JS, type ClientProfile } from '../wire/client-profile.ts';
import { PendingReplies, type PendingReply } from '../wire/pending-reply.ts';
import { PhoenixSocket, type SocketWorld } from '../wire/phoenix-socket.ts';
import { fakeTransport, type FakeLink, type Wire } from '../wire/testing/fake-link.ts';
import { Ledger } from './ledger.ts';
import { OpenTimeouts } from './open-timeouts.ts';
import type { OwnTime } from './stalls.ts';

/** How late we are ourselves, as a test has it. */
class FakeOwnTime implements OwnTime {
  stoodStill = 0;
  isSameTurn = false;
  turns = 0;
  stoodStillUs(): number {
    return this.stoodStill;
  }
  turn(): number {
    return this.turns;
  }
}

type Charged = Partial<Record<TimedKind, Partial<Record<TimeoutCause, number>>>>;

/** One client of a ledger on a clock that stands still, whose server is the test. */
class Scene {
  readonly clock = new ManualClock(1_000_000_000);
  readonly wheel = new TimerWheel(this.clock);
  readonly recorder = new Recorder();
  readonly own = new FakeOwnTime();
  readonly timeouts: OpenTimeouts;
  readonly links: FakeLink[] = [];
  readonly world: SocketWorld;
  readonly socket: PhoenixSocket;

  constructor(profile: Partial<ClientProfile> = {}, most = 1_000) {
    this.timeouts = new OpenTimeouts(this.own, most);
    const observer = new Ledger(this.clock, this.wheel, this.recorder, new Witness(), this.timeouts);
    this.world = {
      clock: this.clock,
      wheel: this.wheel,
      pending: new PendingReplies(this.wheel),
      observer,
      profile: { ...PHOENIX_JS, ...profile },
      transport: fakeTransport((link) => this.links.push(link)),
      draw: () => 0.5,
      endpointOf: () => ({
        endpoint: { host: '127.0.0.1', port: 1, localAddress: null, tls: null },
        upgrade: Buffer.alloc(0),
      }),
    };
    this.socket = new PhoenixSocket(this.world, 0);
  }

  get link(): FakeLink {
    const link = this.links.at(-1);
    assert.ok(link);
    return link;
  }

  open(): this {
    this.socket.connect(this.clock.nowUs());
    this.link.open();
    return this;
  }

  joined(topic = 'room:a'): ClientChannel {
    const channel = this.socket.addChannel(topic, '{}');
    this.link.reply(this.link.last('phx_join'));
    return channel;
  }

  push(channel: ClientChannel, event = 'ping'): PendingReply {
    return channel.push(event, '{}', this.clock.nowUs(), 10_000);
  }

  pass(seconds: number): this {
    this.clock.advanceUs(seconds * 1e6);
    if (!this.own.isSameTurn) this.own.turns += 1;
    return this;
  }

  answer(event: string, status = 'ok', response: unknown = {}): void {
    this.link.reply(this.link.last(event), status, response);
  }

  /** What has been settled since the last call. */
  charged(): Charged {
    const charged: Charged = {};
    for (const { kind, cause, count } of this.timeouts.takeSettled()) {
      const ofKind = (charged[kind] ??= {});
      ofKind[cause] = (ofKind[cause] ?? 0) + count;
    }
    return charged;
  }

  /** All there is, at the end of the run. */
  atEnd(): Charged {
    this.timeouts.settleAll();
    assert.equal(this.timeouts.size, 0);
    return this.charged();
  }
}

/** Nothing but what is said keeps the connection: no heartbeat interferes. */
const MUTE: Partial<ClientProfile> = { heartbeatMs: null };

test('a push of which nothing is heard is kept, and unknown in the end', () => {
  const scene = new Scene(MUTE).open();
  scene.push(scene.joined());
  scene.pass(11);
  assert.equal(scene.timeouts.size, 1);
  assert.deepEqual(scene.charged(), {});
  assert.deepEqual(scene.atEnd(), { push: { unknown: 1 } });
});

test('an answer in time is charged to nothing', () => {
  const scene = new Scene(MUTE).open();
  scene.push(scene.joined());
  scene.answer('ping');
  scene.pass(11);
  assert.deepEqual(scene.atEnd(), {});
  assert.equal(scene.socket.unanswered, null);
});

test('its late answer charges a push to its handler, and those still in the queue behind it', () => {
  const scene = new Scene(MUTE).open();
  const channel = scene.joined();
  const first = scene.push(channel);
  scene.push(channel);
  const frame = scene.link.sent.find(([, ref]) => ref === String(first.ref));
  scene.pass(12);
  scene.link.reply(frame as Wire);
  assert.deepEqual(scene.charged(), { push: { blocked_handler: 1 } });
  assert.deepEqual(scene.atEnd(), { push: { blocked_handler: 1 } });
});

test('an answer that lay in the socket, or came while we stood still, is on us', () => {
  const scene = new Scene(MUTE).open();
  const channel = scene.joined();
  scene.own.isSameTurn = true;
  scene.push(channel);
  scene.pass(11);
  scene.answer('ping');
  assert.deepEqual(scene.charged(), { push: { generator_late: 1 } });
  scene.own.isSameTurn = false;
  scene.own.stoodStill = 2.5e6;
  scene.push(channel);
  scene.pass(11);
  scene.answer('ping');
  assert.deepEqual(scene.charged(), { push: { generator_late: 1 } });
  scene.own.stoodStill = 2.4e6;
  scene.push(channel);
  scene.pass(11);
  scene.answer('ping');
  assert.deepEqual(scene.charged(), { push: { blocked_handler: 1 } });
});

test('where a later push of the channel was answered no reply is coded, but a late one overrules', () => {
  const scene = new Scene(MUTE).open();
  const channel = scene.joined();
  for (const last of [false, true]) {
    scene.push(channel, 'mute');
    scene.push(channel);
    scene.answer('ping');
    scene.pass(11);
    assert.deepEqual(scene.charged(), {});
    if (last) scene.answer('mute');
  }
  assert.deepEqual(scene.charged(), { push: { blocked_handler: 1 } });
  // That late answer was of the one behind it: it has been passed over all the more.
  assert.deepEqual(scene.atEnd(), { push: { no_reply_coded: 1 } });
});

test('a later push of another channel says nothing', () => {
  const scene = new Scene(MUTE).open();
  const [one, other] = [scene.joined('room:a'), scene.joined('room:b')];
  scene.push(one, 'mute');
  scene.push(other);
  scene.answer('ping');
  scene.pass(11);
  assert.deepEqual(scene.atEnd(), { push: { unknown: 1 } });
});

test('an event that nobody ever answers has no reply coded, where its channel answers others', () => {
  const scene = new Scene(MUTE).open();
  const channel = scene.joined();
  scene.push(channel);
  scene.answer('ping');
  scene.push(channel, 'mute');
  scene.pass(11);
  assert.deepEqual(scene.atEnd(), { push: { no_reply_coded: 1 } });
});

test('an event that was answered once is not one of them', () => {
  const scene = new Scene(MUTE).open();
  const channel = scene.joined();
  scene.push(channel, 'mute');
  scene.answer('mute');
  scene.push(channel);
  scene.answer('ping');
  scene.push(channel, 'mute');
  scene.pass(11);
  assert.deepEqual(scene.atEnd(), { push: { unknown: 1 } });
});

test('a join that is answered late was slow, and so was what it held on its connection', () => {
  const scene = new Scene({ ...MUTE, rejoinMs: null }).open();
  const channel = scene.joined('room:a');
  scene.socket.addChannel('room:slow', '{}');
  scene.push(channel);
  scene.pass(11);
  assert.equal(scene.timeouts.size, 2);
  scene.answer('phx_join');
  assert.deepEqual(scene.charged(), { join: { slow_join: 1 }, push: { slow_join: 1 } });
});

test('what was sent before the join was not held by it', () => {
  const scene = new Scene({ ...MUTE, rejoinMs: null }).open();
  const channel = scene.joined('room:a');
  scene.push(channel);
  scene.socket.addChannel('room:slow', '{}');
  scene.pass(11);
  scene.answer('phx_join');
  assert.deepEqual(scene.charged(), { join: { slow_join: 1 } });
  assert.deepEqual(scene.atEnd(), { push: { unknown: 1 } });
});

test('a push with a short timeout is charged to a join that is answered in time for itself', () => {
  const scene = new Scene(MUTE).open();
  const channel = scene.joined('room:a');
  scene.socket.addChannel('room:slow', '{}');
  channel.push('ping', '{}', scene.clock.nowUs(), 1_000);
  scene.pass(2);
  scene.answer('phx_join');
  assert.deepEqual(scene.charged(), { push: { slow_join: 1 } });
});

test('a heartbeat that dies behind joins is charged to them once one of its connection was late', () => {
  const scene = new Scene({ pushTimeoutMs: 2_000, heartbeatMs: 5_000, heartbeatTimeoutMs: 5_000 }).open();
  scene.socket.addChannel('room:slow', '{}');
  scene.pass(4);
  scene.link.reply(scene.link.sent.find(([, , , event]) => event === 'phx_join') as Wire);
  scene.pass(7);
  assert.equal(scene.link.isClosed, true);
  const { heartbeat, join } = scene.charged();
  assert.deepEqual(heartbeat, { slow_join: 1 });
  assert.ok((join?.slow_join ?? 0) >= 1);
});

test('silence until the heartbeat gives up is a half-open link, for all that waited on it', () => {
  const scene = new Scene({
    heartbeatMs: 15_000,
    heartbeatTimeoutMs: 15_000,
    connectTimeoutMs: 4_000,
  }).open();
  const channel = scene.joined();
  scene.pass(1);
  scene.push(channel);
  scene.push(channel);
  scene.pass(30);
  assert.deepEqual(scene.charged(), { push: { half_open: 2 }, heartbeat: { half_open: 1 } });
  // And so are the connects that come to nothing behind it, until one does not.
  scene.pass(5);
  assert.deepEqual(scene.charged(), {});
  scene.link.open();
  assert.ok((scene.charged().connect?.half_open ?? 0) >= 1);
  assert.equal(scene.socket.unanswered, null);
});

test('a byte on the way, and it is no half-open link', () => {
  const scene = new Scene({ heartbeatMs: 15_000, heartbeatTimeoutMs: 15_000 }).open();
  const channel = scene.joined();
  scene.pass(1);
  scene.push(channel);
  scene.pass(1);
  scene.link.say(null, null, 'room:a', 'news', {});
  scene.pass(30);
  assert.deepEqual(scene.charged(), { push: { unknown: 1 }, heartbeat: { half_open: 1 } });
});

test('a connection that comes back after a standstill charges no handler', () => {
  const scene = new Scene({ heartbeatMs: 5_000, heartbeatTimeoutMs: 30_000 }).open();
  const channel = scene.joined();
  scene.push(channel);
  scene.pass(12);
  scene.answer('ping');
  scene.answer('heartbeat');
  assert.deepEqual(scene.charged(), { push: { unknown: 1 } });
  // The other way round: the heartbeat was before it.
  scene.pass(5);
  scene.push(channel);
  scene.pass(12);
  scene.answer('heartbeat');
  scene.answer('ping');
  assert.deepEqual(scene.charged(), { push: { unknown: 1 } });
});

test('a heartbeat that is answered meanwhile leaves the late push to its handler', () => {
  const scene = new Scene({ heartbeatMs: 5_000 }).open();
  const channel = scene.joined();
  scene.push(channel);
  scene.pass(5);
  scene.answer('heartbeat');
  scene.pass(5.5);
  scene.answer('heartbeat');
  scene.pass(1);
  scene.answer('ping');
  assert.deepEqual(scene.charged(), { push: { blocked_handler: 1 } });
});

/** Heartbeats every 5 s, and patience until the connection breaks by itself. */
const PATIENT: Partial<ClientProfile> = {
  heartbeatMs: 5_000,
  heartbeatTimeoutMs: 60_000,
  connectTimeoutMs: 1_000,
};

test('a connection that breaks after heartbeats waited had lost its node; connects that are refused say so as well', () => {
  const scene = new Scene(PATIENT).open();
  scene.push(scene.joined());
  scene.pass(11);
  scene.link.reset('ECONNRESET');
  assert.deepEqual(scene.charged(), { push: { node_gone: 1 } });
  scene.pass(2);
  assert.deepEqual(scene.charged(), {});
  scene.link.refuse('ECONNREFUSED');
  assert.ok((scene.charged().connect?.node_gone ?? 0) >= 1);
});

test('a connection that breaks without a heartbeat that waited says nothing: a channel may have been busy before', () => {
  const none = new Scene(MUTE).open();
  none.push(none.joined());
  none.pass(11);
  none.link.reset('ECONNRESET');
  assert.deepEqual(none.charged(), { push: { unknown: 1 } });
  const answered = new Scene(PATIENT).open();
  answered.push(answered.joined());
  answered.pass(9);
  answered.answer('heartbeat');
  answered.pass(2);
  answered.link.reset('ECONNRESET');
  assert.deepEqual(answered.charged(), { push: { unknown: 1 } });
  const justSent = new Scene({ ...PATIENT, heartbeatMs: 30_000 }).open();
  justSent.push(justSent.joined());
  justSent.pass(31);
  justSent.link.reset('ECONNRESET');
  assert.deepEqual(justSent.charged(), { push: { unknown: 1 } });
});

test('a heartbeat before a join tells a node that was gone from a join that was slow', () => {
  for (const isBefore of [true, false]) {
    const scene = new Scene({ ...PATIENT, rejoinMs: null }).open();
    const channel = scene.joined();
    scene.pass(isBefore ? 6 : 4);
    scene.socket.addChannel('room:late', '{}').push('ping', '{}', scene.clock.nowUs(), 10_000);
    scene.push(channel);
    scene.pass(11);
    scene.link.reset('ECONNRESET');
    const cause = isBefore ? 'node_gone' : 'unknown';
    // The push that waited for the join is settled by the next connection.
    assert.deepEqual(scene.charged(), { join: { [cause]: 1 }, push: { [cause]: 1 } }, cause);
    scene.pass(0.5);
    scene.link.open();
    assert.deepEqual(scene.charged(), { push: { [cause]: 1 } }, cause);
  }
});

test('what waits to be sent while nobody is there is charged to that, when the next attempt succeeds as well', () => {
  const scene = new Scene({ ...PATIENT, reconnectMs: [100, 60_000], rejoinMs: null }).open();
  const channel = scene.joined();
  scene.link.reset('ECONNRESET');
  scene.pass(0.2);
  scene.link.refuse('ECONNREFUSED');
  scene.push(channel);
  scene.socket.addChannel('room:b', '{}');
  scene.pass(11);
  assert.deepEqual(scene.charged(), {});
  scene.pass(49.5);
  scene.link.open();
  assert.deepEqual(scene.charged(), { join: { node_gone: 1 }, push: { node_gone: 1 } });
  assert.equal(scene.socket.unanswered, null);
  // Once one is there the next timeout is another matter.
  scene.push(channel);
  scene.pass(11);
  assert.deepEqual(scene.atEnd(), { push: { unknown: 1 } });
});

test('one that went out before nobody was there gets nothing of it', () => {
  const scene = new Scene({ ...MUTE, reconnectMs: [100] }).open();
  scene.push(scene.joined());
  scene.pass(11);
  scene.link.drop(1012);
  scene.pass(0.2);
  scene.link.refuse('ECONNREFUSED');
  assert.deepEqual(scene.charged(), { push: { unknown: 1 } });
});

test('a push that waits for a topic beyond the cap is charged to the cap, before or after the refusal', () => {
  const scene = new Scene({ ...MUTE, rejoinMs: null }).open();
  const channel = scene.socket.addChannel('room:101', '{}');
  channel.push('early', '{}', scene.clock.nowUs(), 1_000);
  scene.pass(2);
  assert.deepEqual(scene.charged(), {});
  scene.answer('phx_join', 'error', { reason: 'too many channels joined' });
  assert.deepEqual(scene.charged(), { push: { channel_cap: 1 } });
  channel.push('later', '{}', scene.clock.nowUs(), 1_000);
  scene.pass(2);
  assert.deepEqual(scene.charged(), { push: { channel_cap: 1 } });
  assert.equal(scene.recorder.counters.push_unsent, 2);
});

test('a push that waits for a join that is refused otherwise is charged to nobody', () => {
  const scene = new Scene({ ...MUTE, rejoinMs: null }).open();
  const channel = scene.socket.addChannel('room:1', '{}');
  scene.answer('phx_join', 'error', { reason: 'unauthorized' });
  channel.push('later', '{}', scene.clock.nowUs(), 1_000);
  scene.pass(2);
  assert.deepEqual(scene.atEnd(), { push: { unknown: 1 } });
});

test('a forged join_ref is remembered until its push times out', () => {
  const scene = new Scene(MUTE).open();
  const channel = scene.joined();
  scene.timeouts.forged(scene.world.pending.peekRef());
  scene.push(channel);
  scene.push(channel);
  scene.answer('ping');
  scene.pass(11);
  assert.deepEqual(scene.atEnd(), { push: { stale_join_ref: 1 } });
});

test('a crash ends what was pushed before it; what it answers after is another join', () => {
  const scene = new Scene({ ...MUTE, rejoinMs: [1_000] }).open();
  const channel = scene.joined();
  scene.push(channel, 'mute');
  scene.pass(11);
  scene.link.say(String(channel.joinRef), String(channel.joinRef), 'room:a', 'phx_error', {});
  assert.deepEqual(scene.charged(), { push: { unknown: 1 } });
  assert.equal(scene.timeouts.size, 0);
});

test('a client that goes away takes its timeouts with it', () => {
  const scene = new Scene(MUTE).open();
  scene.push(scene.joined());
  scene.pass(11);
  scene.socket.disconnect();
  assert.deepEqual(scene.charged(), { push: { unknown: 1 } });
  assert.equal(scene.socket.unanswered, null);
});

test('beyond the most that are kept the oldest is settled with what is known', () => {
  const scene = new Scene(MUTE, 2).open();
  const channel = scene.joined();
  for (const event of ['one', 'two', 'three']) {
    scene.push(channel, event);
    scene.pass(1);
  }
  scene.pass(11);
  assert.equal(scene.timeouts.size, 2);
  assert.deepEqual(scene.charged(), { push: { unknown: 1 } });
  scene.answer('three');
  assert.deepEqual(scene.atEnd().push?.blocked_handler, 1);
});

test('a timeout counts in the second in which it was, whenever it is settled', () => {
  const scene = new Scene(MUTE).open();
  const channel = scene.joined();
  scene.push(channel);
  scene.timeouts.window = 10;
  scene.pass(11);
  scene.timeouts.window = 14;
  scene.answer('ping');
  assert.deepEqual(scene.timeouts.takeSettled(), [
    { window: 10, kind: 'push', cause: 'blocked_handler', count: 1 },
  ]);
});

type Act = (scene: Scene, channels: ClientChannel[], which: number) => void;

/** What can happen to a client, one thing at a time. */
const ACTS: Readonly<Record<string, Act>> = {
  push: (scene, channels, which) => {
    const channel = channels[which % channels.length];
    if (channel && channel.state !== 'closed' && channel.state !== 'new')
      scene.push(channel, `e${which % 3}`);
  },
  pass: (scene, _channels, which) => void scene.pass(which),
  answer: (scene, _channels, which) => {
    const { sent } = scene.link;
    const message = sent[which % Math.max(1, sent.length)];
    if (message && !scene.link.isClosed) scene.link.reply(message, which % 5 === 0 ? 'error' : 'ok', {});
  },
  cap: (scene) => {
    const join = scene.link.sent.findLast(([, , , event]) => event === 'phx_join');
    if (join && !scene.link.isClosed) scene.link.reply(join, 'error', { reason: 'too many channels joined' });
  },
  crash: (scene, channels, which) => {
    const channel = channels[which % channels.length];
    if (channel && scene.link.isOpen)
      scene.link.say(String(channel.joinRef), String(channel.joinRef), channel.topic, 'phx_error', {});
  },
  drop: (scene, _channels, which) => {
    if (scene.link.isOpen) scene.link.reset(which % 2 === 0 ? 'ECONNRESET' : 'reset by a fault');
  },
  refuse: (scene) => {
    if (!scene.link.isOpen && !scene.link.isClosed) scene.link.refuse('ECONNREFUSED');
  },
  open: (scene) => {
    if (!scene.link.isOpen && !scene.link.isClosed) scene.link.open();
  },
  join: (scene, channels, which) => {
    if (channels.length < 4) channels.push(scene.socket.addChannel(`room:${which}`, '{}'));
  },
  leave: (_scene, channels, which) => channels[which % channels.length]?.leave(),
  disconnect: (scene) => scene.socket.disconnect(),
  connect: (scene) => scene.socket.connect(scene.clock.nowUs()),
};

test('whatever happens, each timeout is charged to exactly one cause', () => {
  const step = fc.tuple(fc.constantFrom(...Object.keys(ACTS)), fc.nat(20));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(3, 1_000), (steps, most) => {
      const scene = new Scene(
        { heartbeatMs: 9_000, heartbeatTimeoutMs: 7_000, connectTimeoutMs: 3_000 },
        most,
      );
      scene.open();
      const channels: ClientChannel[] = [];
      for (const [name, which] of steps) ACTS[name]?.(scene, channels, which);
      const { counters } = scene.recorder;
      const charged = scene.atEnd();
      for (const kind of ['connect', 'join', 'push', 'heartbeat'] as const) {
        const unsent = kind === 'join' || kind === 'push' ? counters[`${kind}_unsent`] : 0;
        const sum = Object.values(charged[kind] ?? {}).reduce((a, b) => a + b, 0);
        assert.equal(sum, counters[`${kind}_timeout`] + unsent, kind);
      }
      scene.wheel.stop();
    }),
    { numRuns: 300 },
  );
});
