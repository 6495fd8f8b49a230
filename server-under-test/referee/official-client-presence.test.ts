import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { LocalServer } from '../testing/local-server.ts';
import { answered, CLIENT_VERSIONS, OfficialClient } from '../testing/official-client.ts';
import { PresenceWatcher } from '../testing/presence-watcher.ts';

for (const version of CLIENT_VERSIONS) {
  suite(`phoenix.js ${version} and presence`, () => {
    const clients: OfficialClient[] = [];
    let server: LocalServer;
    before(async () => {
      server = await LocalServer.start();
    });
    after(async () => {
      for (const client of clients) client.close();
      await server.stop();
    });

    /** One tab of a user, joined and seeing itself. */
    async function enter(topic: string, user: string, tab: number): Promise<PresenceWatcher> {
      const client = new OfficialClient(version, server.url, { params: { user_id: user } });
      clients.push(client);
      await client.connected();
      const watcher = new PresenceWatcher(client, topic, { meta: { tab } });
      assert.deepEqual(await answered(watcher.channel.join()), ['ok', {}]);
      return watcher;
    }

    test('sees itself once, though its own diff came before the state (60)', async () => {
      const ann = await enter('presence:self', 'ann', 1);
      await ann.sees({ ann: [1] });
      // The client applies the queued diff after the state: onJoin fires for both, the list counts the ref once.
      assert.deepEqual(ann.told, ['+ann', '+ann']);
      assert.match(ann.metasOf('ann')[0]?.phx_ref ?? '', /^[\w-]{16}$/);
    });

    test('two tabs of one user are one key with two metas; it stays until the last is gone (61)', async () => {
      const watcher = await enter('presence:tabs', 'watcher', 0);
      const first = await enter('presence:tabs', 'ann', 1);
      const second = await enter('presence:tabs', 'ann', 2);
      await watcher.sees({ watcher: [0], ann: [1, 2] });
      first.channel.leave();
      await watcher.sees({ watcher: [0], ann: [2] });
      second.client.close();
      await watcher.sees({ watcher: [0] });
      assert.deepEqual(watcher.told, ['+watcher', '+watcher', '+ann', '+ann', '-ann', '-ann']);
    });

    test('a late comer gets the list, the others hear of it', async () => {
      const ann = await enter('presence:late', 'ann', 1);
      const bob = await enter('presence:late', 'bob', 2);
      await bob.sees({ ann: [1], bob: [2] });
      await ann.sees({ ann: [1], bob: [2] });
    });

    test('an update replaces the meta and remembers the former ref', async () => {
      const ann = await enter('presence:update', 'ann', 1);
      const bob = await enter('presence:update', 'bob', 2);
      await bob.sees({ ann: [1], bob: [2] });
      const former = bob.metasOf('ann')[0]?.phx_ref;
      assert.deepEqual(await answered(ann.channel.push('update_presence', { meta: { tab: 9 } })), ['ok', {}]);
      await bob.sees({ ann: [9], bob: [2] });
      const [meta] = bob.metasOf('ann');
      assert.equal(meta?.phx_ref_prev, former);
      assert.notEqual(meta?.phx_ref, former);
    });

    test('after a reconnect the new state settles what was missed', async () => {
      const ann = await enter('presence:again', 'ann', 1);
      const bob = await enter('presence:again', 'bob', 2);
      await ann.sees({ ann: [1], bob: [2] });
      server.app.broadcast('user:ann', 'disconnect', {});
      bob.channel.leave();
      await ann.sees({ ann: [1] });
      assert.equal(ann.client.wires.length, 2);
    });

    test('a user called __proto__ is a user (6.3)', async () => {
      const odd = await enter('presence:proto', '__proto__', 1);
      await odd.sees(JSON.parse('{"__proto__":[1]}') as Record<string, unknown[]>);
    });
  });
}
