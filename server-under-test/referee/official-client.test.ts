import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { LocalServer } from '../testing/local-server.ts';
import { answered, Answers, CLIENT_VERSIONS, heard, OfficialClient } from '../testing/official-client.ts';

const bytesOf = (buffer: unknown): number[] => [...new Uint8Array(buffer as ArrayBuffer)];
const V1 = {
  vsn: '1.0.0',
  encode: (message: unknown, done: (text: string) => void) => done(JSON.stringify(message)),
  decode: (text: string, done: (message: unknown) => void) => done(JSON.parse(text)),
};

for (const version of CLIENT_VERSIONS) {
  suite(`phoenix.js ${version}`, () => {
    const clients: OfficialClient[] = [];
    let server: LocalServer;
    before(async () => {
      server = await LocalServer.start();
    });
    after(async () => {
      for (const client of clients) client.close();
      await server.stop();
    });

    async function connect(params: object = {}, options: object = {}, to = server): Promise<OfficialClient> {
      const client = new OfficialClient(version, to.url, { params, ...options });
      clients.push(client);
      await client.connected();
      return client;
    }

    test('keeps the documented tables when told nothing, reconnects and rejoins by them', () => {
      const { socket } = new OfficialClient(version, 'ws://127.0.0.1:9/socket', {
        reconnectAfterMs: undefined,
        rejoinAfterMs: undefined,
      });
      const tries = Array.from({ length: 11 }, (_, index) => index + 1);
      assert.deepEqual(
        tries.map((count) => socket.reconnectAfterMs(count)),
        [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000, 5_000],
      );
      assert.deepEqual(
        tries.slice(0, 5).map((count) => socket.rejoinAfterMs(count)),
        [1_000, 2_000, 5_000, 10_000, 10_000],
      );
    });

    test('joins, hears after_join, is refused with the reason', async () => {
      const { socket } = await connect({ user_id: 'u1' });
      const room = socket.channel('room:join', { after_join: 4 });
      const afterJoin = heard(room, 'after_join');
      assert.deepEqual(await answered(room.join()), ['ok', {}]);
      assert.deepEqual(await afterJoin, { n: 4 });
      const other = socket.channel('private:u2');
      assert.deepEqual(await answered(other.join()), ['error', { reason: 'unauthorized' }]);
      other.leave();
      const none = socket.channel('nothing:here');
      assert.deepEqual(await answered(none.join()), ['error', { reason: 'unmatched topic' }]);
      none.leave();
      const own = socket.channel('private:u1');
      assert.deepEqual(await answered(own.join()), ['ok', {}]);
    });

    test('a push is answered ok, error, or times out when handle_in does not reply', async () => {
      const { socket } = await connect();
      const room = socket.channel('room:push');
      await answered(room.join());
      assert.deepEqual(await answered(room.push('ping', { a: [1, 'ü'] })), ['ok', { a: [1, 'ü'] }]);
      const failing = { status: 'error', response: { reason: 'full' } };
      assert.deepEqual(await answered(room.push('status', failing)), ['error', { reason: 'full' }]);
      assert.deepEqual(await answered(room.push('noreply', {}, 15)), ['timeout', {}]);
    });

    test('hears its own broadcasts, plain and intercepted', async () => {
      const { socket } = await connect({ user_id: 'u7' });
      const room = socket.channel('room:broadcast');
      await answered(room.join());
      const plain = heard(room, 'shout');
      const intercepted = heard(room, 'ishout');
      assert.deepEqual(await answered(room.push('shout', { n: 1 })), ['ok', {}]);
      assert.deepEqual(await plain, { n: 1 });
      assert.deepEqual(await answered(room.push('ishout', { n: 2 })), ['ok', {}]);
      assert.deepEqual(await intercepted, { n: 2, to: 'u7' });
    });

    test('sends bytes, gets them back as push, broadcast and reply', async () => {
      const { socket } = await connect();
      const room = socket.channel('room:bytes');
      await answered(room.join());
      const heardBytes: number[][] = [];
      const both = new Promise<void>((resolve) => {
        room.on('bin', (payload) => {
          if (heardBytes.push(bytesOf(payload)) === 2) resolve();
        });
      });
      const [status, response] = await answered(room.push('bin', new Uint8Array([1, 2]).buffer));
      assert.deepEqual([status, bytesOf(response)], ['ok', [1, 2, 33]]);
      await both;
      assert.deepEqual(heardBytes, [
        [1, 2],
        [1, 2],
      ]);
    });

    test('leave is ok at once, phx_leave goes out, later frames of the topic are ignored (85)', async () => {
      const client = await connect();
      const room = client.socket.channel('room:leave');
      await answered(room.join());
      const shouts: unknown[] = [];
      room.on('shout', (payload) => shouts.push(payload));
      room.push('shout', { late: true }, 15);
      const left: string[] = [];
      room.leave().receive('ok', () => left.push('ok'));
      assert.deepEqual(left, ['ok']);
      assert.equal(client.socket.channels.includes(room), false);
      assert.deepEqual(client.sent('phx_leave').length, 1);
      const arrived = (): unknown[] =>
        client.wire.received
          .filter((frame): frame is unknown[] => Array.isArray(frame) && frame[2] === 'room:leave')
          .map((frame) => frame[3]);
      // Two channels answer in any order: the other one is asked until the last word of this one is here.
      const other = client.socket.channel('room:leave-witness');
      await answered(other.join());
      while (!arrived().includes('phx_close')) await answered(other.push('ping'));
      assert.deepEqual(arrived(), ['phx_reply', 'shout', 'phx_reply', 'phx_reply', 'phx_close']);
      assert.deepEqual(shouts, []);
    });

    test('a crashed channel rejoins by the ladder from its first rung and starts over after an ok (78)', async () => {
      const client = await connect();
      const room = client.socket.channel('room:crash');
      const answers = new Answers(room.join());
      await answers.nth(1);
      const reasons: unknown[] = [];
      room.onError((reason) => reasons.push(reason));
      for (const life of [2, 3]) {
        room.push('crash', {}, 15);
        assert.deepEqual(await answers.nth(life), ['ok', {}]);
      }
      assert.deepEqual(reasons, [{ reason: 'channel_crash' }, { reason: 'channel_crash' }]);
      assert.deepEqual(client.rejoins, [1, 1]);
      assert.equal(client.wires.length, 1);
    });

    test('a refused join is retried for ever, rung by rung', async () => {
      const client = await connect();
      const room = client.socket.channel('room:refused', { reject: true });
      const answers = new Answers(room.join());
      assert.deepEqual(await answers.nth(4), ['error', { reason: 'rejected' }]);
      assert.deepEqual(client.rejoins.slice(0, 3), [1, 2, 3]);
      room.leave();
    });

    test('phx_close removes the channel and nobody rejoins (79)', async () => {
      const client = await connect();
      const room = client.socket.channel('room:stop');
      await answered(room.join());
      const closed = new Promise((resolve) => room.onClose(resolve));
      room.push('stop', { reason: 'normal' }, 15);
      await closed;
      assert.deepEqual([room.state, client.socket.channels.length, client.rejoins], ['closed', 0, []]);
    });

    test('a second channel object for a topic makes the first leave, the server has one of them', async () => {
      const client = await connect();
      const first = client.socket.channel('room:twice');
      await answered(first.join());
      const second = client.socket.channel('room:twice');
      assert.deepEqual(await answered(second.join()), ['ok', {}]);
      assert.deepEqual([first.state, second.state], ['closed', 'joined']);
      assert.deepEqual(await answered(second.push('ping', { n: 2 })), ['ok', { n: 2 }]);
      assert.equal(server.app.context.pubsub.subscriptionsOf('room:twice').length, 1);
    });

    test('a message with an old join_ref is dropped, a broadcast with null delivered (87)', async () => {
      const client = await connect();
      const room = client.socket.channel('room:old');
      const answers = new Answers(room.join());
      await answers.nth(1);
      const late = new Answers(room.push('task', { ms: 150 }, 400));
      room.push('crash', {}, 15);
      await answers.nth(2);
      const shout = heard(room, 'shout');
      server.app.broadcast('room:old', 'shout', { from: 'outside' });
      assert.deepEqual(await shout, { from: 'outside' });
      // The task's answer carries the first life's join_ref: it arrives and reaches nobody.
      while ((await answered(room.push('ping')))[0] === 'ok') {
        if (client.wire.received.some((frame) => JSON.stringify(frame).includes('"ms":150'))) break;
      }
      assert.deepEqual(late.all, []);
    });

    test('a push before the join is answered waits for it and goes out with a new ref (84)', async () => {
      const client = await connect();
      const room = client.socket.channel('room:buffered', { delay_ms: 30 });
      const joined = answered(room.join());
      const answer = answered(room.push('ping', { early: true }));
      assert.deepEqual(client.sent('ping'), []);
      assert.deepEqual(
        [await joined, await answer],
        [
          ['ok', {}],
          ['ok', { early: true }],
        ],
      );
    });

    test('joins buffered by a slow connect: before 1.8.16 outdated ones are flushed too', async () => {
      const client = new OfficialClient(version, server.url, { rejoinAfterMs: () => 5 });
      clients.push(client);
      const room = client.socket.channel('room:outdated');
      client.socket.connect();
      const answers = new Answers(room.join());
      // A stumble while connecting errors the channel: its phx_join in the buffer is outdated from here on.
      client.wire.socket.emit('error', new Error('a stumble while connecting'));
      await client.opened();
      assert.deepEqual(await answers.nth(1), ['ok', {}]);
      assert.equal(client.sent('phx_join').length, version === '1.8.12' ? 2 : 1);
    });

    test('speaks V1 through its encode and decode options', async () => {
      const client = await connect({}, V1);
      const room = client.socket.channel('room:v1');
      const heardShout = heard(room, 'shout');
      assert.deepEqual(await answered(room.join()), ['ok', {}]);
      assert.deepEqual(await answered(room.push('ping', { n: 1 })), ['ok', { n: 1 }]);
      room.push('shout', { v: 1 });
      assert.deepEqual(await heardShout, { v: 1 });
      assert.equal(
        client.wire.received.every((frame) => !Array.isArray(frame)),
        true,
      );
    });

    test('comes back after a disconnect broadcast (1001) and rejoins in the same breath (82)', async () => {
      const client = await connect({ user_id: 'gone' });
      const room = client.socket.channel('room:1001');
      const answers = new Answers(room.join());
      await answers.nth(1);
      const closed = client.closed();
      server.app.broadcast('user:gone', 'disconnect', {});
      assert.equal(await closed, 1001);
      assert.deepEqual(await answers.nth(2), ['ok', {}]);
      assert.deepEqual([client.reconnects, client.rejoins], [[1], []]);
    });

    test('comes back after a drain (1012) (82)', async () => {
      const own = await LocalServer.start();
      try {
        const client = await connect({}, {}, own);
        const answers = new Answers(client.socket.channel('room:1012').join());
        await answers.nth(1);
        const closed = client.closed();
        await own.app.drain();
        assert.equal(await closed, 1012);
        assert.deepEqual(await answers.nth(2), ['ok', {}]);
        client.close();
      } finally {
        await own.stop();
      }
    });

    test("a server's 1000 ends the client before 1.8.16 for good, later ones try again (82)", async () => {
      const own = await LocalServer.start();
      const client = await connect({}, {}, own);
      const closed = client.closed();
      await own.stop();
      assert.equal(await closed, 1000);
      assert.equal(client.reconnects.length > 0, version === '1.8.16');
    });

    test('brings its auth token as a subprotocol, which the server answers', async () => {
      const { socket } = await connect({}, { authToken: 'open sesame' });
      assert.deepEqual(await answered(socket.channel('room:token').join()), ['ok', {}]);
    });

    test("comes back after Bandit's idle timeout (1002)", async () => {
      const own = await LocalServer.start({ idleTimeoutMs: 40 });
      try {
        const client = await connect({}, {}, own);
        const again = client.opened();
        assert.equal(await client.closed(), 1002);
        await again;
        client.close();
      } finally {
        await own.stop();
      }
    });

    test("after Cowboy's idle timeout (1000) only 1.8.16 comes back", async () => {
      const own = await LocalServer.start({ idleTimeoutMs: 40, server: 'cowboy' });
      try {
        const client = await connect({}, {}, own);
        const again = client.opened();
        assert.equal(await client.closed(), 1000);
        assert.equal(client.reconnects.length, version === '1.8.12' ? 0 : 1);
        if (version === '1.8.16') await again;
        client.close();
      } finally {
        await own.stop();
      }
    });

    test('comes back after a TCP reset and rejoins', async () => {
      const client = await connect();
      const answers = new Answers(client.socket.channel('room:reset').join());
      await answers.nth(1);
      const closed = client.closed();
      (client.wire.socket as unknown as { _socket: { resetAndDestroy(): void } })._socket.resetAndDestroy();
      assert.equal(await closed, 1006);
      assert.deepEqual(await answers.nth(2), ['ok', {}]);
      assert.equal(client.wires.length, 2);
    });

    test('a malformed frame costs the connection (1011) and the client comes back', async () => {
      const client = await connect();
      const answers = new Answers(client.socket.channel('room:1011').join());
      await answers.nth(1);
      const closed = client.closed();
      client.wire.socket.send('"no array"');
      assert.equal(await closed, 1011);
      assert.deepEqual(await answers.nth(2), ['ok', {}]);
    });
  });
}
