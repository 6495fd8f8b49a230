import assert from 'node:assert/strict';
import { after, afterEach, before, mock, suite, test } from 'node:test';
import { LocalServer } from '../testing/local-server.ts';
import { Answers, CLIENT_VERSIONS, OfficialClient } from '../testing/official-client.ts';

const DEFAULT_TIMES = { reconnectAfterMs: undefined, rejoinAfterMs: undefined };

/** A network that answers every attempt with a refusal, and notes when it was made. */
function refusing(attemptsAtMs: number[]): unknown {
  return class Refusing {
    readyState = 0;
    onerror: ((error: unknown) => void) | null = null;
    onclose: ((event: { code: number }) => void) | null = null;

    constructor() {
      attemptsAtMs.push(Date.now());
      queueMicrotask(() => {
        this.readyState = 3;
        this.onerror?.(new Error('refused'));
        this.onclose?.({ code: 1006 });
      });
    }

    close(): void {}
  };
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

// Client and server stand on the same mocked timers; sockets stay real, so what the server says is awaited as an event.
// Mocked once and for all: a timer of an earlier mock that is cancelled later would take another one's place with it.
mock.timers.enable({ apis: ['setTimeout', 'Date'] });

for (const version of CLIENT_VERSIONS) {
  suite(`phoenix.js ${version} and its clock`, () => {
    let server: LocalServer;
    let client: OfficialClient;
    before(async () => {
      server = await LocalServer.start();
    });
    after(async () => {
      let running = true;
      void server.stop().then(() => (running = false));
      for (; running; await turnOfTheLoop()) tick(10);
    });
    afterEach(async () => {
      client.close();
      while (server.app.context.connections.count > 0) await turnOfTheLoop();
    });

    const tick = (ms: number): void => mock.timers.tick(ms);

    async function connect(): Promise<void> {
      client = new OfficialClient(version, server.url, DEFAULT_TIMES);
      await client.connected();
    }

    test('a server that refuses for 21 s is tried at 10, 60, 160 … 4,260 ms, then every 5 s (77)', async () => {
      const attemptsAtMs: number[] = [];
      const transport = refusing(attemptsAtMs);
      client = new OfficialClient(version, 'ws://127.0.0.1:9/socket', { ...DEFAULT_TIMES, transport });
      const startedAtMs = Date.now();
      client.socket.connect();
      for (let atMs = 0; atMs < 21_000; atMs += 10) {
        await Promise.resolve();
        tick(10);
      }
      assert.deepEqual(
        attemptsAtMs.map((atMs) => atMs - startedAtMs),
        [0, 10, 60, 160, 310, 510, 760, 1_260, 2_260, 4_260, 9_260, 14_260, 19_260],
      );
    });

    test('after a phx_error failing joins are retried after 1, 2, 5, 10, 10 s, not a millisecond sooner (78)', async () => {
      await connect();
      let params = {};
      const room = client.socket.channel('room:78', () => params);
      const answers = new Answers(room.join());
      await answers.nth(1);
      params = { reject: true };
      const failed = new Promise((resolve) => void room.onError(resolve));
      room.push('crash');
      await failed;
      let joins = 1;
      for (const waitMs of [1_000, 2_000, 5_000, 10_000, 10_000]) {
        tick(waitMs - 1);
        assert.equal(client.sent('phx_join').length, joins);
        tick(1);
        joins += 1;
        assert.equal(client.sent('phx_join').length, joins);
        assert.deepEqual(await answers.nth(joins), ['error', { reason: 'rejected' }]);
      }
    });

    test('a heartbeat nobody answers ends in close(1000) 30 s later and a new connection (81)', async () => {
      await connect();
      const { wire } = client;
      wire.socket.pause();
      tick(29_999);
      assert.deepEqual(client.sent('heartbeat'), []);
      tick(1);
      assert.equal(client.sent('heartbeat').length, 1);
      tick(29_999);
      assert.equal(wire.closedBy, null);
      tick(1);
      assert.deepEqual(wire.closedBy, { code: 1000, reason: 'heartbeat timeout' });
      // It waits 150, 300, 450 and 600 ms for the close, then takes the first rung of the ladder.
      for (const waitMs of [150, 300, 450, 600]) tick(waitMs);
      assert.equal(client.wires.length, 1);
      const again = client.opened();
      tick(10);
      assert.equal(client.wires.length, 2);
      await again;
    });

    test('a join unanswered for 10 s: phx_leave with its join_ref, rejoin 1 s later, late answer dropped (83)', async () => {
      await connect();
      let delayMs = 10_500;
      const room = client.socket.channel('room:83', () => ({ delay_ms: delayMs }));
      const answers = new Answers(room.join());
      const joinRef = room.joinRef();
      await joinStarted();
      tick(9_999);
      assert.deepEqual(answers.all, []);
      tick(1);
      assert.deepEqual(answers.all, [['timeout', {}]]);
      const leave = client.sent('phx_leave')[0] as unknown[];
      assert.deepEqual([leave[0], leave[2]], [joinRef, 'room:83']);
      delayMs = 0;
      const late = nextFrame();
      tick(500);
      assert.deepEqual(((await late) as unknown[]).slice(0, 4), [joinRef, joinRef, 'room:83', 'phx_reply']);
      tick(499);
      assert.equal(client.sent('phx_join').length, 1);
      tick(1);
      assert.equal(client.sent('phx_join').length, 2);
      assert.deepEqual(await answers.nth(2), ['ok', {}]);
      assert.equal(answers.all.length, 2);
    });

    test('a push before the join is answered: sent with it at 3 s (84)', async () => {
      await connect();
      const room = client.socket.channel('room:84', { delay_ms: 3_000 });
      const joined = new Answers(room.join());
      await joinStarted();
      const answers = new Answers(room.push('ping', { n: 1 }));
      tick(2_999);
      assert.deepEqual(client.sent('ping'), []);
      tick(1);
      await joined.nth(1);
      assert.deepEqual(await answers.nth(1), ['ok', { n: 1 }]);
    });

    test('a push before a join answered at 11 s: timeout at 10 s, never sent (84)', async () => {
      await connect();
      const room = client.socket.channel('room:84b', { delay_ms: 11_000 });
      const joined = new Answers(room.join(20_000));
      await joinStarted();
      const early = new Answers(room.push('ping', { early: true }, 10_000));
      tick(9_999);
      assert.deepEqual(early.all, []);
      tick(1);
      assert.deepEqual(early.all, [['timeout', {}]]);
      tick(1_000);
      assert.deepEqual(await joined.nth(1), ['ok', {}]);
      const later = new Answers(room.push('ping', { later: true }));
      assert.deepEqual(await later.nth(1), ['ok', { later: true }]);
      assert.equal(client.sent('ping').length, 1);
    });

    /** The server has begun this join: its delay stands on the clock. */
    async function joinStarted(): Promise<void> {
      const { runtime } = server.app.context;
      const idle = runtime.processes;
      while (runtime.processes === idle || runtime.scheduler.waiting > 0) await turnOfTheLoop();
    }

    function nextFrame(): Promise<unknown> {
      const { wire } = client;
      return new Promise((resolve) => {
        wire.socket.once('message', () => resolve(wire.received.at(-1)));
      });
    }
  });
}
