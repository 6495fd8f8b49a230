import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { LocalServer } from '../testing/local-server.ts';
import {
  answered,
  Answers,
  CLIENT_VERSIONS,
  heard,
  libraryOf,
  OfficialClient,
} from '../testing/official-client.ts';

/** A WebSocket behind a proxy that does not know it. */
class Blocked {
  readyState = 0;
  onerror: ((error: unknown) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor() {
    queueMicrotask(() => {
      this.readyState = 3;
      this.onerror?.(new Error('blocked'));
      this.onclose?.({ code: 1006 });
    });
  }

  close(): void {}
}

for (const version of CLIENT_VERSIONS) {
  suite(`phoenix.js ${version} over long-poll`, () => {
    const clients: OfficialClient[] = [];
    let server: LocalServer;
    before(async () => {
      server = await LocalServer.start({ longpoll: true, longpollWindowMs: 200, pubsubTimeoutMs: 50 });
    });
    after(async () => {
      for (const client of clients) client.close();
      await server.stop();
    });

    async function connect(options: object = {}): Promise<OfficialClient> {
      const transport = libraryOf(version).LongPoll;
      // A client before 1.8.16 leaves the timer of every request running.
      const client = new OfficialClient(version, server.url, {
        transport,
        longpollerTimeout: 1_000,
        ...options,
      });
      clients.push(client);
      await client.connected();
      return client;
    }

    test('joins, pushes in order, hears broadcasts of others and leaves', async () => {
      const { socket } = await connect({ params: { user_id: 'lp' } });
      const room = socket.channel('room:lp', { after_join: 1 });
      const afterJoin = heard(room, 'after_join');
      assert.deepEqual(await answered(room.join()), ['ok', {}]);
      assert.deepEqual(await afterJoin, { n: 1 });
      const order: unknown[] = [];
      const pushes = Array.from({ length: 5 }, (_, n) =>
        room.push('ping', { n }).receive('ok', () => order.push(n)),
      );
      for (const push of pushes) await answered(push);
      assert.deepEqual(order, [0, 1, 2, 3, 4]);
      const shout = heard(room, 'shout');
      const other = await server.joined('room:lp');
      other.send(['1', '2', 'room:lp', 'shout', { from: 'other' }]);
      assert.deepEqual(await shout, { from: 'other' });
      assert.deepEqual(await answered(room.leave()), ['ok', {}]);
      const again = socket.channel('room:lp');
      assert.deepEqual(await answered(again.join()), ['ok', {}]);
    });

    test('sends bytes up; the session goes on', async () => {
      const { socket } = await connect();
      const room = socket.channel('room:lp-bytes');
      await answered(room.join());
      room.push('noreply', new Uint8Array([0, 255, 10, 13]).buffer, 15);
      assert.deepEqual(await answered(room.push('ping', { n: 1 })), ['ok', { n: 1 }]);
    });

    test('polls on through empty windows', async () => {
      const { socket } = await connect();
      const room = socket.channel('room:lp-empty');
      await answered(room.join());
      const shout = heard(room, 'shout');
      await answered(room.push('task', { ms: 300 }));
      server.app.broadcast('room:lp-empty', 'shout', { late: true });
      assert.deepEqual(await shout, { late: true });
    });

    test('is refused what a WebSocket would be', async () => {
      const { socket } = await connect();
      const refused = socket.channel('private:somebody');
      assert.deepEqual(await answered(refused.join()), ['error', { reason: 'unauthorized' }]);
      refused.leave();
    });

    test('a crashed channel rejoins on the same session', async () => {
      const { socket } = await connect();
      const room = socket.channel('room:lp-crash');
      const answers = new Answers(room.join());
      await answers.nth(1);
      room.push('crash', {}, 15);
      assert.deepEqual(await answers.nth(2), ['ok', {}]);
    });

    test('comes back after a disconnect broadcast with a new session and rejoins', async () => {
      const { socket } = await connect({ params: { user_id: 'lp-gone' } });
      const answers = new Answers(socket.channel('room:lp-gone').join());
      await answers.nth(1);
      server.app.broadcast('user:lp-gone', 'disconnect', {});
      assert.deepEqual(await answers.nth(2), ['ok', {}]);
    });

    test('falls back from a blocked WebSocket', async () => {
      const client = await connect({ transport: Blocked, longPollFallbackMs: 2_500 });
      assert.equal(client.carrier instanceof client.published.LongPoll, true);
      assert.deepEqual(await answered(client.socket.channel('room:fallback').join()), ['ok', {}]);
    });

    test('brings its auth token in a header', async () => {
      const { socket } = await connect({ authToken: 'who goes there?' });
      assert.deepEqual(await answered(socket.channel('room:lp-token').join()), ['ok', {}]);
    });

    test('is heard by a WebSocket client of the same topic', async () => {
      const client = await connect();
      const probe = await server.joined('room:lp-mixed');
      const room = client.socket.channel('room:lp-mixed');
      await answered(room.join());
      await answered(room.push('shout', { n: 3 }));
      await probe.expect([null, null, 'room:lp-mixed', 'shout', { n: 3 }]);
    });
  });
}
