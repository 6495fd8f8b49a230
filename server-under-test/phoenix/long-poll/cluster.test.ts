import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { MeshNodes } from '../../pubsub/testing/mesh-nodes.ts';
import { LocalServer } from '../../testing/local-server.ts';
import { okReply } from '../../testing/probe.ts';
import { Witness } from '../testing/witness.ts';
import { PollClient } from './testing/poll-client.ts';

interface Cluster {
  readonly first: LocalServer;
  readonly second: LocalServer;
  readonly witness: Witness;
}

/** Two nodes that share the key they sign with. */
async function cluster(t: TestContext): Promise<Cluster> {
  const paths = new MeshNodes();
  const witness = new Witness();
  const config = {
    longpoll: true,
    longpollWindowMs: 300,
    pubsubTimeoutMs: 100,
    secretKeyBase: 's'.repeat(64),
  };
  const [first, second] = [0, 1].map((node) => new LocalServer(config, [witness.route], node)) as [
    LocalServer,
    LocalServer,
  ];
  t.after(async () => {
    await Promise.all([first.stop(), second.stop()]);
    paths.stop();
  });
  await first.app.mesh.listen(paths.pathOf(0));
  await second.app.mesh.connect(paths.pathOf(0));
  await Promise.all([first, second].map(({ app }) => app.mesh.whenComplete(1)));
  for (const server of [first, second]) server.port = await server.app.listen(0);
  return { first, second, witness };
}

/** The same session asked through another node. */
function through(server: LocalServer, poller: PollClient): PollClient {
  const other = new PollClient(server.url);
  other.token = poller.token;
  return other;
}

test('posts and polls of one session may come in at any node', async (t) => {
  const { first, second } = await cluster(t);
  const here = await new PollClient(first.url).open();
  const there = through(second, here);
  await there.join('1', 'room:far');
  assert.equal(first.app.context.channels, 1);
  await here.post(['1', '2', 'room:far', 'ping', { text: 'é"' }]);
  assert.deepEqual(await there.take(1), [okReply('1', '2', 'room:far', { text: 'é"' })]);
  const push = Buffer.from('\u0000\u0001\u0001\u0008\u000719room:farnoreply\u00ff', 'latin1').toString(
    'base64',
  );
  await there.post(push, ['1', '3', 'room:far', 'ping', {}]);
  assert.deepEqual(await here.take(1), [okReply('1', '3', 'room:far')]);
});

test('a poll that waits at another node is woken; an empty one says 204', async (t) => {
  const { first, second } = await cluster(t);
  const here = await new PollClient(first.url).open();
  const there = through(second, here);
  await there.join('1', 'room:wake');
  assert.equal((await there.get()).status, 204);
  const polled = there.take(1);
  second.app.broadcast('room:wake', 'news', {});
  assert.deepEqual(await polled, [[null, null, 'room:wake', 'news', {}]]);
});

test('bytes that are no UTF-8 cost a batch its 500 at another node as well', async (t) => {
  const { first, second } = await cluster(t);
  const there = through(second, await new PollClient(first.url).open());
  await there.join('1', 'room:far');
  const push = Buffer.from('\u0000\u0001\u0001\u0008\u000319room:farbin\u00ff', 'latin1').toString('base64');
  await there.post(push, ['1', '3', 'room:far', 'noreply', {}]);
  assert.equal((await there.request('GET')).status, 500);
});

test('a session on a node that is out of reach is gone', async (t) => {
  const { first, second } = await cluster(t);
  const there = through(second, await new PollClient(first.url).open());
  second.app.mesh.cut(0);
  assert.deepEqual(await there.post([null, '1', 'phoenix', 'heartbeat', {}]), { status: 410 });
  second.app.mesh.heal(0);
  await second.app.mesh.whenComplete(1);
  assert.deepEqual(await there.post([null, '1', 'phoenix', 'heartbeat', {}]), { status: 200 });
});

test('an exception ends the session of another node, and its channels with it', async (t) => {
  const { first, second, witness } = await cluster(t);
  const there = through(second, await new PollClient(first.url).open());
  await there.join('1', 'witness:x');
  assert.deepEqual(await there.post('{nope'), { status: 408 });
  assert.deepEqual(Object.keys((await witness.reasonOf('witness:x')) as object), ['exception']);
  assert.deepEqual(await there.post([null, '1', 'phoenix', 'heartbeat', {}]), { status: 410 });
});
