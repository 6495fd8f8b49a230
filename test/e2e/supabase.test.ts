// Supabase Realtime, imitated: the old wire, the key in the URL, tokens as events, broadcasts wrapped in broadcasts.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { FakePhoenix, type FakePeer } from './fake-phoenix.ts';
import { cleanUp, GUARD, newFolder, readSummary, run, scenarioFile } from './program.ts';

const PATH = '/realtime/v1/websocket';
const CLIENTS = 12;

/** As supabase-js joins, refreshes its token and sends a broadcast that is acknowledged. */
const cursors = `
import { scenario } from 'firedrill';
const config = { broadcast: { ack: true, self: false }, presence: { key: '' }, postgres_changes: [], private: false };
export default scenario({
  about: 'cursors over Supabase Realtime',
  load: { clients: ${CLIENTS}, ramp: '200ms', hold: '1300ms' },
  metrics: { cursors: 'counter', ready: 'counter' },
  async client(user) {
    const room = await user.join('realtime:cursors', { config, access_token: 'first-jwt' }, {
      system: () => user.count('ready'),
      broadcast: () => user.count('cursors'),
    });
    room.cast('access_token', { access_token: 'second-jwt' });
    const move = { type: 'broadcast', event: 'cursor', payload: { x: user.index } };
    if (user.index === 0) await user.every('500ms', () => room.push('broadcast', move), { phase: '400ms' });
  },
});
`;

suite('a target that is Supabase Realtime', GUARD, () => {
  let realtime: FakePhoenix;
  let joined: FakePeer[] = [];
  let relayed = 0;

  before(async () => {
    realtime = await FakePhoenix.listen(PATH, {
      refuse: (_request, { searchParams }) =>
        searchParams.get('apikey') === 'anon-k3y' && searchParams.get('vsn') === '1.0.0' ? null : 403,
      onJoin(frame, peer) {
        joined.push(peer);
        peer.reply(frame, { postgres_changes: [] });
        const { topic } = frame;
        peer.push(topic, 'system', {
          status: 'ok',
          channel: 'cursors',
          message: 'Subscribed',
          extension: 'x',
        });
      },
      onFrame(frame, sender) {
        if (frame.event !== 'broadcast') return;
        for (const peer of joined) {
          if (peer === sender) continue;
          peer.push(frame.topic, 'broadcast', frame.payload);
          relayed += 1;
        }
        sender.reply(frame);
      },
    });
  });
  after(async () => {
    cleanUp();
    await realtime.close();
  });

  test('is loaded by the URL supabase-js would open, without a control port', async () => {
    const folder = join(newFolder(), 'run');
    const target = `ws://127.0.0.1:${realtime.port}${PATH}?apikey=anon-k3y&vsn=1.0.0`;
    const file = scenarioFile(cursors);
    const { code, stdout, stderr } = await run('run', file, '--target', target, '--out', folder);
    const summary = readSummary(folder);
    assert.equal(code, summary.exitCode, stderr);
    assert.deepEqual([summary.clients.joined, summary.books], [CLIENTS, { balanced: true, problems: [] }]);
    assert.match(stderr, /opened in .*vsn 1\.0\.0; heartbeat answered/);
    const count = (name: string): number => (summary.metrics[name] as { count: number }).count;
    assert.equal(count('ready'), CLIENTS);
    assert.ok(relayed >= CLIENTS - 1, `${relayed} broadcasts were relayed`);
    assert.equal(count('cursors'), relayed);
    assert.equal(summary.operations.push.sent, summary.operations.push.ok);
    // The refreshed token is an event nobody answers: it is sent, and not counted as a push that timed out.
    const tokens = realtime.frames.filter(({ event }) => event === 'access_token');
    assert.equal(tokens.length, CLIENTS);
    assert.deepEqual(tokens[0]?.payload, { access_token: 'second-jwt' });
    for (const text of [stdout, stderr]) assert.doesNotMatch(text, /anon-k3y|-jwt/);
    assert.equal(summary.server, null);
  });

  test('the version as a flag and the key as a parameter lead to the same place', async () => {
    joined = [];
    const before = realtime.requests.length;
    const folder = join(newFolder(), 'run');
    const target = `ws://127.0.0.1:${realtime.port}/realtime/v1`;
    const flags = [
      '--vsn',
      '1.0.0',
      '--param',
      'apikey=anon-k3y',
      '--clients',
      '2',
      '--duration',
      '1s',
      '--quiet',
    ];
    await run('run', scenarioFile(cursors), '--target', target, ...flags, '--out', folder);
    assert.equal(readSummary(folder).clients.joined, 2);
    const queries = new Set(realtime.requests.slice(before).map(({ url }) => url));
    assert.deepEqual([...queries], [`${PATH}?apikey=anon-k3y&vsn=1.0.0`]);
  });

  test('without its key it is refused before any load, with what to try', async () => {
    const folder = join(newFolder(), 'run');
    const target = `ws://127.0.0.1:${realtime.port}${PATH}?vsn=1.0.0`;
    const { code, stderr } = await run('run', scenarioFile(cursors), '--target', target, '--out', folder);
    assert.equal(code, 114);
    assert.match(stderr, /got +HTTP 403\n/);
    assert.match(stderr, /--param token=/);
  });
});
