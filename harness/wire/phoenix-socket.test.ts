import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { after, afterEach, before, suite, test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { ManualClock } from '../base/clock.ts';
import { TimerWheel } from '../base/timer-wheel.ts';
import type { ClientChannel } from './client-channel.ts';
import type { CloseCause } from './connection.ts';
import { PendingReplies, type PendingReply } from './pending-reply.ts';
import { PhoenixSocket, type SocketWorld } from './phoenix-socket.ts';
import type { SocketObserver } from './socket-observer.ts';

type Wire = [string | null, string | null, string, string, unknown];

const MS = 1_000;
const GUARD = { timeout: 20_000 };

/** Things that happen one after the other, and the wait for the next of a kind. */
class Happenings<T> {
  readonly all: T[] = [];
  #taken = 0;
  #wake: (() => void)[] = [];

  add(one: T): void {
    this.all.push(one);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** The next one not yet taken that fits; those before it count as taken too. */
  async next(fits: (one: T) => boolean = () => true): Promise<T> {
    for (;;) {
      while (this.#taken < this.all.length) {
        const one = this.all[this.#taken++]!;
        if (fits(one)) return one;
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** How many fit so far. */
  count(fits: (one: T) => boolean): number {
    return this.all.filter(fits).length;
  }
}

/** Writes down what a socket tells its observer. */
class Log extends Happenings<string> implements SocketObserver {
  readonly ends: { pending: PendingReply; status: string; nowUs: number }[] = [];
  readonly recoveries: [number, number][] = [];
  connectStarted(): void {
    this.add('connecting');
  }
  connected(): void {
    this.add('connected');
  }
  connectEnded(how: 'error' | 'timeout', cause: CloseCause): void {
    this.add(`connect ${how}: ${cause.detail}`);
  }
  sent(pending: PendingReply): void {
    this.add(`sent ${pending.kind}`);
  }
  ended(pending: PendingReply, status: string, nowUs: number): void {
    this.ends.push({ pending, status, nowUs });
    this.add(`${pending.kind} ${status}`);
  }
  lateReply(): void {
    this.add('late reply');
  }
  channelJoined(channel: ClientChannel, first: boolean): void {
    this.add(`${first ? 'joined' : 'rejoined'} ${channel.topic}`);
  }
  channelGone(channel: ClientChannel): void {
    this.add(`gone ${channel.topic}`);
  }
  channelCrashed(channel: ClientChannel): void {
    this.add(`crashed ${channel.topic}`);
  }
  channelRejoins(channel: ClientChannel): void {
    this.add(`rejoins ${channel.topic}`);
  }
  disconnected(_socket: PhoenixSocket, cause: CloseCause): void {
    this.add(`disconnected ${cause.code}`);
  }
  recovered(_socket: PhoenixSocket, lostAtUs: number, nowUs: number): void {
    this.recoveries.push([lostAtUs, nowUs]);
    this.add('recovered');
  }
  intake(): boolean {
    return false;
  }
  eventArrived(channel: ClientChannel, event: string, payload: unknown): void {
    this.add(`${channel.topic} ${event} ${JSON.stringify(payload)}`);
  }
  until(text: string): Promise<string> {
    return this.next((one) => one === text);
  }
  countOf(text: string): number {
    return this.count((one) => one === text);
  }
}

let server: WebSocketServer;
let refusing = false;
/** Connections the server has taken, and the messages it got, in order. */
let peers = new Happenings<WebSocket>();
let inbox = new Happenings<Wire>();
const clients: PhoenixSocket[] = [];

type Setup = {
  clock: ManualClock;
  wheel: TimerWheel;
  log: Log;
  world: SocketWorld;
  socket: PhoenixSocket;
};

function setUp(
  timers: Partial<SocketWorld['timers']> = {},
  port = (server.address() as AddressInfo).port,
): Setup {
  const clock = new ManualClock(1_000_000_000);
  const wheel = new TimerWheel(clock);
  const log = new Log();
  const world: SocketWorld = {
    clock,
    wheel,
    pending: new PendingReplies(wheel),
    observer: log,
    timers: { pushTimeoutMs: 10_000, connectTimeoutMs: 10_000, heartbeatMs: null, ...timers },
    endpointOf: () => ({
      endpoint: { host: '127.0.0.1', port, localAddress: null },
      host: `127.0.0.1:${port}`,
      path: '/socket/websocket?vsn=2.0.0',
    }),
  };
  const socket = new PhoenixSocket(world, 0);
  clients.push(socket);
  return { clock, wheel, log, world, socket };
}

/** A socket that is open, with the server's end of it. */
async function connected(timers: Partial<SocketWorld['timers']> = {}): Promise<Setup & { peer: WebSocket }> {
  const setup = setUp(timers);
  setup.socket.connect(setup.clock.nowUs());
  const peer = await peers.next();
  await setup.log.until('connected');
  return { ...setup, peer };
}

/** … and has joined the topic, the server answering as Phoenix does. */
async function joined(
  topic = 'room:a',
  timers: Partial<SocketWorld['timers']> = {},
): Promise<Setup & { peer: WebSocket; channel: ClientChannel; joinRef: string }> {
  const setup = await connected(timers);
  const channel = setup.socket.addChannel(topic, '{}');
  const join = await nextMessage('phx_join');
  reply(setup.peer, join);
  await setup.log.until(`joined ${topic}`);
  return { ...setup, channel, joinRef: join[0]! };
}

function nextMessage(event: string): Promise<Wire> {
  return inbox.next((message) => message[3] === event);
}

function say(peer: WebSocket, ...message: Wire): void {
  peer.send(JSON.stringify(message));
}

function reply(peer: WebSocket, [joinRef, ref, topic]: Wire, status = 'ok', response: unknown = {}): void {
  say(peer, joinRef, ref, topic, 'phx_reply', { status, response });
}

function push(setup: Setup, channel: ClientChannel, event = 'ping', payloadJson = '{}'): PendingReply {
  const dueUs = setup.clock.nowUs();
  return setup.socket.request('push', channel, channel.topic, event, payloadJson, dueUs, 10_000);
}

suite('a client as phoenix.js behaves', GUARD, () => {
  before(async () => {
    server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      verifyClient: (_info, answer: (ok: boolean, code?: number) => void) => answer(!refusing, 403),
    });
    server.on('connection', (peer) => {
      peer.on('error', () => {});
      peer.on('message', (data) => inbox.add(JSON.parse((data as Buffer).toString('utf8')) as Wire));
      peers.add(peer);
    });
    await new Promise((resolve) => server.once('listening', resolve));
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.stop();
    for (const peer of server.clients) peer.terminate();
    refusing = false;
    peers = new Happenings();
    inbox = new Happenings();
  });

  after(() => server.close());

  suite('joining', () => {
    test('sends what was added before the connection was open, in order, when it opens', async () => {
      const setup = setUp();
      setup.socket.addChannel('room:a', '{"x":1}');
      setup.socket.addChannel('lobby', '{}');
      setup.socket.connect(setup.clock.nowUs());
      assert.deepEqual(await inbox.next(), ['1', '1', 'room:a', 'phx_join', { x: 1 }]);
      assert.deepEqual(await inbox.next(), ['2', '2', 'lobby', 'phx_join', {}]);
    });

    test('an accepted join is a first one once, and calls back once', async () => {
      const setup = await connected();
      const channel = setup.socket.addChannel('room:a', '{}');
      let called = 0;
      channel.onFirstJoin = () => (called += 1);
      reply(setup.peer, await nextMessage('phx_join'));
      await setup.log.until('joined room:a');
      setup.socket.joinChannel(channel, setup.clock.nowUs());
      assert.equal(setup.log.countOf('rejoins room:a'), 1);
      reply(setup.peer, await nextMessage('phx_join'));
      await setup.log.until('rejoined room:a');
      assert.equal(called, 1);
      assert.equal(channel.state, 'joined');
    });

    test('a refused join is tried again for ever, by the ladder', async () => {
      const { clock, log, socket, peer } = await connected();
      const channel = socket.addChannel('room:a', '{}');
      for (const waitMs of [1_000, 2_000, 5_000, 10_000, 10_000]) {
        reply(peer, await nextMessage('phx_join'), 'error', { reason: 'rejected' });
        await log.until('join error');
        assert.equal(channel.state, 'errored');
        clock.advanceUs((waitMs - 1) * MS);
        assert.equal(channel.state, 'errored', `nothing before ${waitMs} ms`);
        clock.advanceUs(MS);
        assert.equal(channel.state, 'joining', `again after ${waitMs} ms`);
      }
      reply(peer, await nextMessage('phx_join'));
      await log.until('joined room:a');
      assert.equal(channel.tries, 0);
    });

    test('an unanswered join is left with its own join_ref, and tried again after a second', async () => {
      const { clock, log, socket, peer } = await connected();
      const channel = socket.addChannel('room:a', '{}');
      const first = await nextMessage('phx_join');
      clock.advanceUs(9_999 * MS);
      assert.equal(channel.state, 'joining');
      clock.advanceUs(MS);
      await log.until('join timeout');
      assert.equal(channel.state, 'errored');
      const leave = await nextMessage('phx_leave');
      assert.equal(leave[0], first[0]);
      clock.advanceUs(1_000 * MS);
      const second = await nextMessage('phx_join');
      assert.notEqual(second[0], first[0]);
      // The first answer comes after all: it is late, and joins nothing.
      reply(peer, first);
      await log.until('late reply');
      assert.equal(channel.state, 'joining');
      reply(peer, second);
      await log.until('joined room:a');
    });

    test('what a channel of an abandoned join says is outdated', async () => {
      const { log, socket, peer, channel, joinRef, clock } = await joined();
      socket.joinChannel(channel, clock.nowUs());
      const again = await nextMessage('phx_join');
      // The server ends the old channel first (2.5).
      say(peer, joinRef, joinRef, 'room:a', 'phx_close', {});
      say(peer, joinRef, null, 'room:a', 'news', { old: true });
      reply(peer, again);
      say(peer, again[0], null, 'room:a', 'news', { old: false });
      await log.until('room:a news {"old":false}');
      assert.equal(log.countOf('room:a news {"old":true}'), 0);
      assert.equal(log.countOf('gone room:a'), 0);
      assert.equal(channel.state, 'joined');
    });
  });

  suite('messages of a topic', () => {
    test('a broadcast carries no join_ref and always passes, as does an empty one', async () => {
      const { log, peer } = await joined();
      say(peer, null, null, 'room:a', 'shout', { n: 1 });
      say(peer, '', null, 'room:a', 'shout', { n: 2 });
      assert.equal(await log.next((one) => one.startsWith('room:a')), 'room:a shout {"n":1}');
      assert.equal(await log.next((one) => one.startsWith('room:a')), 'room:a shout {"n":2}');
    });

    test('those of topics it has not joined, and what is no message, do nothing', async () => {
      const { log, peer } = await joined();
      say(peer, null, null, 'room:b', 'shout', {});
      peer.send('{"no":"message"}');
      peer.send('[');
      say(peer, null, null, 'room:a', 'shout', {});
      await log.until('room:a shout {}');
      assert.equal(
        log.count((one) => one.startsWith('room:b')),
        0,
      );
    });

    test('a join_ref nobody here has given is outdated, not a broadcast', async () => {
      const { log, peer, channel } = await joined();
      for (const strange of ['abc', '999', '1.5']) {
        say(peer, strange, null, 'room:a', 'shout', { strange });
        say(peer, strange, strange, 'room:a', 'phx_error', {});
      }
      say(peer, null, null, 'room:a', 'shout', {});
      await log.until('room:a shout {}');
      assert.equal(channel.state, 'joined');
      assert.equal(
        log.count((one) => one.includes('strange')),
        0,
      );
    });
  });

  suite('the end of a channel', () => {
    test('a leave is done at once: phx_leave goes out, nothing that follows is heard', async () => {
      const { log, socket, peer, channel, joinRef } = await joined();
      socket.leaveChannel(channel);
      assert.equal(channel.state, 'closed');
      assert.equal(log.countOf('gone room:a'), 1);
      assert.deepEqual(socket.channels, []);
      const leave = await nextMessage('phx_leave');
      assert.equal(leave[0], joinRef);
      say(peer, null, null, 'room:a', 'shout', {});
      const other = socket.addChannel('room:b', '{}');
      reply(peer, await nextMessage('phx_join'));
      await log.until('joined room:b');
      assert.equal(log.countOf('room:a shout {}'), 0);
      assert.equal(other.state, 'joined');
    });

    test('the answer to a leave is no late reply', async () => {
      const { log, socket, peer, channel, joinRef } = await joined();
      socket.leaveChannel(channel);
      const leave = await nextMessage('phx_leave');
      reply(peer, leave);
      say(peer, joinRef, joinRef, 'room:a', 'phx_close', {});
      socket.addChannel('room:b', '{}');
      reply(peer, await nextMessage('phx_join'));
      await log.until('joined room:b');
      assert.equal(log.countOf('late reply'), 0);
    });

    test('phx_close ends it for good', async () => {
      const { clock, log, socket, peer, channel, joinRef } = await joined();
      say(peer, joinRef, joinRef, 'room:a', 'phx_close', {});
      await log.until('gone room:a');
      assert.equal(channel.state, 'closed');
      assert.deepEqual(socket.channels, []);
      clock.advanceUs(60_000 * MS);
      assert.equal(log.countOf('sent join'), 1);
    });

    test('phx_error loses its pushes, not those of others, and rejoins after a second', async () => {
      const setup = await joined();
      const { clock, log, socket, peer, channel, joinRef } = setup;
      const other = socket.addChannel('room:b', '{}');
      reply(peer, await nextMessage('phx_join'));
      await log.until('joined room:b');
      const mine = push(setup, channel);
      const theirs = push(setup, other);
      say(peer, joinRef, joinRef, 'room:a', 'phx_error', { reason: 'channel_crash' });
      await log.until('crashed room:a');
      assert.deepEqual(
        log.ends.slice(-1).map(({ pending, status }) => [pending.ref, status]),
        [[mine.ref, 'lost']],
      );
      assert.equal(setup.world.pending.take(theirs.ref), theirs);
      assert.deepEqual([channel.state, other.state], ['errored', 'joined']);
      clock.advanceUs(999 * MS);
      assert.equal(channel.state, 'errored');
      clock.advanceUs(MS);
      const again = await nextMessage('phx_join');
      assert.equal(again[2], 'room:a');
      reply(peer, again);
      await log.until('rejoined room:a');
    });

    test('a crash while it joins takes the join with it', async () => {
      const { clock, log, socket, peer } = await connected();
      const channel = socket.addChannel('room:a', '{}');
      const join = await nextMessage('phx_join');
      say(peer, join[0], join[0], 'room:a', 'phx_error', {});
      await log.until('join lost');
      clock.advanceUs(1_000 * MS);
      assert.equal(channel.state, 'joining');
      reply(peer, await nextMessage('phx_join'));
      await log.until('joined room:a');
    });
  });

  suite('replies', () => {
    test('settle the push they answer, whatever their order', async () => {
      const setup = await joined();
      const first = push(setup, setup.channel, 'ping', '{"n":1}');
      const second = push(setup, setup.channel, 'ping', '{"n":2}');
      const settled: unknown[] = [];
      first.settle = (...how) => settled.push(['first', ...how]);
      second.settle = (...how) => settled.push(['second', ...how]);
      const [one, two] = [await nextMessage('ping'), await nextMessage('ping')];
      reply(setup.peer, two, 'error', { reason: 'no' });
      reply(setup.peer, one, 'ok', [1, null]);
      await setup.log.until('push ok');
      assert.deepEqual(settled, [
        ['second', 'error', { reason: 'no' }],
        ['first', 'ok', [1, null]],
      ]);
    });

    test('a push times out 10 s after it was due; its answer is late then', async () => {
      const setup = await joined();
      const { clock, log, socket, channel } = setup;
      const settled: unknown[] = [];
      const dueUs = clock.nowUs() - 4_000 * MS;
      const pending = socket.request('push', channel, 'room:a', 'ping', '{}', dueUs, 10_000);
      pending.settle = (...how) => settled.push(how);
      const sent = await nextMessage('ping');
      clock.advanceUs(5_999 * MS);
      assert.deepEqual(settled, []);
      clock.advanceUs(MS);
      assert.deepEqual(settled, [['timeout', null]]);
      reply(setup.peer, sent);
      await log.until('late reply');
      assert.deepEqual(settled.length, 1);
      assert.equal(channel.state, 'joined');
    });

    test('a second reply to one ref is late, and settles nothing', async () => {
      const setup = await joined();
      const pending = push(setup, setup.channel);
      let settled = 0;
      pending.settle = () => (settled += 1);
      const message = await nextMessage('ping');
      reply(setup.peer, message, 'ok', { n: 1 });
      reply(setup.peer, message, 'ok', { n: 2 });
      await setup.log.until('late reply');
      assert.equal(settled, 1);
    });

    test('a reply without a status or a body is an error, not a crash', async () => {
      const setup = await joined();
      for (const body of [null, 'text', 7, {}, { status: 1 }]) {
        push(setup, setup.channel);
        const [joinRef, ref, topic] = await nextMessage('ping');
        say(setup.peer, joinRef, ref, topic, 'phx_reply', body);
        await setup.log.until('push error');
      }
    });

    test('all that wait are lost with the connection', async () => {
      const setup = await joined('room:a', { heartbeatMs: 30_000 });
      const { clock, log, world } = setup;
      const settled: string[] = [];
      clock.advanceUs(25_000 * MS);
      push(setup, setup.channel).settle = (status) => settled.push(status);
      clock.advanceUs(5_000 * MS);
      await nextMessage('heartbeat');
      setup.peer.terminate();
      await log.until('disconnected 1006');
      assert.deepEqual(settled, ['lost']);
      assert.deepEqual(
        log.ends
          .slice(-2)
          .map(({ pending, status }) => `${pending.kind} ${status}`)
          .toSorted(),
        ['heartbeat lost', 'push lost'],
      );
      assert.equal(world.pending.size, 0);
      assert.equal(setup.socket.firstPending, null);
    });
  });

  suite('reconnecting', () => {
    test('climbs the ladder while it is refused, and starts over once it was open', async () => {
      const { clock, log, peer } = await connected();
      refusing = true;
      peer.terminate();
      await log.until('disconnected 1006');
      for (const waitMs of [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000, 5_000]) {
        const before = log.countOf('connecting');
        clock.advanceUs((waitMs - 1) * MS);
        assert.equal(log.countOf('connecting'), before, `nothing before ${waitMs} ms`);
        clock.advanceUs(MS);
        assert.equal(log.countOf('connecting'), before + 1, `again after ${waitMs} ms`);
        await log.until('connect error: HTTP 403');
      }
      refusing = false;
      clock.advanceUs(5_000 * MS);
      const next = await peers.next();
      await log.until('connected');
      next.terminate();
      await log.until('disconnected 1006');
      const before = log.countOf('connecting');
      clock.advanceUs(10 * MS);
      assert.equal(log.countOf('connecting'), before + 1);
    });

    for (const code of [1_000, 1_001, 1_011, 1_012]) {
      test(`a close with ${code} by the server is followed by a reconnect (1.10, as 1.8.16 does)`, async () => {
        const { clock, log, peer } = await connected();
        peer.close(code);
        await log.until(`disconnected ${code}`);
        clock.advanceUs(10 * MS);
        await peers.next();
        await log.until('connected');
      });
    }

    test('rejoins every topic in the tick it opens, and is recovered when all are joined', async () => {
      const { clock, log, socket, peer } = await joined();
      socket.addChannel('lobby', '{}');
      reply(peer, await nextMessage('phx_join'));
      await log.until('joined lobby');
      const lostAtUs = clock.nowUs();
      peer.terminate();
      await log.until('disconnected 1006');
      assert.deepEqual(
        socket.channels.map((c) => c.state),
        ['errored', 'errored'],
      );
      clock.advanceUs(10 * MS);
      const next = await peers.next();
      await log.until('connected');
      assert.deepEqual(
        socket.channels.map((c) => c.state),
        ['joining', 'joining'],
      );
      const [a, b] = [await nextMessage('phx_join'), await nextMessage('phx_join')];
      assert.deepEqual([a[2], b[2]], ['room:a', 'lobby']);
      reply(next, a);
      await log.until('rejoined room:a');
      assert.deepEqual(log.recoveries, []);
      clock.advanceUs(70 * MS);
      reply(next, b);
      await log.until('recovered');
      assert.deepEqual(log.recoveries, [[lostAtUs, clock.nowUs()]]);
    });

    test('a pending rejoin does not fire while the connection is gone, nor twice after it is back', async () => {
      const { clock, log, socket, peer, channel, joinRef } = await joined();
      say(peer, joinRef, joinRef, 'room:a', 'phx_error', {});
      await log.until('crashed room:a');
      refusing = true;
      peer.terminate();
      await log.until('disconnected 1006');
      clock.advanceUs(10 * MS);
      await log.until('connect error: HTTP 403');
      refusing = false;
      clock.advanceUs(50 * MS);
      const next = await peers.next();
      await log.until('connected');
      reply(next, await nextMessage('phx_join'));
      await log.until('rejoined room:a');
      clock.advanceUs(5_000 * MS);
      assert.equal(channel.state, 'joined');
      assert.equal(socket.world.pending.count('join'), 0);
    });

    test('a server that never answers the upgrade is given up in time, and tried again', async () => {
      const silent = createServer((stranger) => stranger.on('error', () => {}));
      const port = await new Promise<number>((resolve) =>
        silent.listen(0, '127.0.0.1', () => resolve((silent.address() as AddressInfo).port)),
      );
      try {
        const { clock, log, socket } = setUp({ connectTimeoutMs: 10_000 }, port);
        const arrived = new Promise((resolve) => silent.once('connection', resolve));
        socket.connect(clock.nowUs());
        await arrived;
        clock.advanceUs(9_999 * MS);
        assert.deepEqual(log.all, ['connecting']);
        clock.advanceUs(MS);
        assert.deepEqual(log.all, ['connecting', 'connect timeout: no answer in time']);
        clock.advanceUs(10 * MS);
        assert.equal(log.countOf('connecting'), 2);
        socket.stop();
      } finally {
        silent.close();
      }
    });

    test('after a stop nothing is ever sent or armed again', async () => {
      const setup = await joined('room:a', { heartbeatMs: 30_000 });
      const { clock, log, wheel, socket, world } = setup;
      push(setup, setup.channel);
      socket.stop();
      assert.equal(socket.isOpen, false);
      assert.equal(wheel.size, 0);
      assert.equal(world.pending.size, 0);
      const before = log.all.length;
      clock.advanceUs(120_000 * MS);
      assert.equal(log.all.length, before);
    });
  });

  suite('heartbeats', () => {
    test('the first is due 30 s after the open, the next 30 s after the reply', async () => {
      const { clock, log, peer } = await connected({ heartbeatMs: 30_000 });
      clock.advanceUs(29_999 * MS);
      assert.equal(log.countOf('sent heartbeat'), 0);
      clock.advanceUs(MS);
      const beat = await nextMessage('heartbeat');
      assert.deepEqual([beat[0], beat[2], beat[4]], [null, 'phoenix', {}]);
      clock.advanceUs(7_000 * MS);
      reply(peer, beat);
      await log.until('heartbeat ok');
      clock.advanceUs(29_999 * MS);
      assert.equal(log.countOf('sent heartbeat'), 1);
      clock.advanceUs(MS);
      assert.equal(log.countOf('sent heartbeat'), 2);
    });

    test('one that is not answered for 30 s closes with 1000 and reconnects after 10 ms', async () => {
      const { clock, log, peer } = await connected({ heartbeatMs: 30_000 });
      const heard = new Promise<number>((resolve) => peer.once('close', resolve));
      clock.advanceUs(30_000 * MS);
      await nextMessage('heartbeat');
      clock.advanceUs(29_999 * MS);
      assert.equal(log.countOf('heartbeat timeout'), 0);
      clock.advanceUs(MS);
      assert.equal(log.countOf('heartbeat timeout'), 1);
      assert.equal(log.countOf('disconnected 1000'), 1);
      assert.equal(await heard, 1_000);
      clock.advanceUs(10 * MS);
      await peers.next();
      await log.until('connected');
    });

    test('none are sent when the scenario wants none', async () => {
      const { clock, log } = await connected({ heartbeatMs: null });
      clock.advanceUs(600_000 * MS);
      assert.equal(log.countOf('sent heartbeat'), 0);
    });
  });
});
