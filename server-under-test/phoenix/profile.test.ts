import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { ServerConfig } from '../config.ts';
import { LocalServer } from '../testing/local-server.ts';
import { errorReply, okReply } from '../testing/probe.ts';
import { profileOf, readPatch } from './profile.ts';

async function start(t: TestContext, config: Partial<ServerConfig>): Promise<LocalServer> {
  const server = await LocalServer.start(config);
  t.after(() => server.stop());
  return server;
}

const VERSIONS = ['1.8.2', '1.8.5', '1.8.7', '1.8.8', '1.8.9', '1.8.11', '1.8.12'] as const;
type Version = (typeof VERSIONS)[number];
const since = (patch: number, version: Version): boolean => (readPatch(version) ?? 0) >= patch;

for (const phoenixVersion of VERSIONS) {
  test(`${phoenixVersion} treats old and null join_refs as that version does (0.3)`, async (t) => {
    const server = await start(t, { phoenixVersion });
    const probe = await server.joined('room:a');
    probe.send(['1', '2', 'room:a', 'phx_join', {}], ['0', '3', 'room:a', 'ping', {}]);
    await probe.expect(okReply('1', '2', 'room:a'), ['1', '1', 'room:a', 'phx_close', {}]);
    // Before 1.8.3 the message of an older life reaches the channel.
    if (!since(3, phoenixVersion)) await probe.expect(okReply('1', '3', 'room:a'));
    await probe.expectQuiet();
    probe.send([null, '4', 'room:a', 'ping', {}]);
    const defect = since(3, phoenixVersion) && !since(12, phoenixVersion);
    if (!defect) await probe.expect(okReply('1', '4', 'room:a'));
    await probe.expectQuiet();
    // A leave with an old join_ref has never done anything.
    probe.send(['0', '5', 'room:a', 'phx_leave', {}]);
    await probe.expectQuiet();
    assert.equal(server.app.context.channels, 1);
  });

  test(`${phoenixVersion} joins without a join_ref as that version does (1.7)`, async (t) => {
    const probe = await (await start(t, { phoenixVersion })).connect();
    probe.send([null, '60', 'room:a', 'phx_join', {}], [null, '61', 'room:a', 'ping', {}]);
    // The defect of 1.8.3 to 1.8.11 is of joins that carried one.
    await probe.expect([null, '60', 'room:a', 'phx_reply', { status: 'ok', response: {} }]);
    await probe.expect(okReply('60', '61', 'room:a'));
    probe.send(['60', '62', 'room:a', 'ping', {}]);
    if (!since(3, phoenixVersion)) await probe.expect(okReply('60', '62', 'room:a'));
    await probe.expectQuiet();
    // Such a channel was left by any leave once.
    if (since(3, phoenixVersion)) {
      probe.send(['60', '63', 'room:a', 'phx_leave', {}]);
      await probe.expectQuiet();
    }
    probe.send([since(3, phoenixVersion) ? null : '60', '64', 'room:a', 'phx_leave', {}]);
    await probe.expect(okReply('60', '64', 'room:a'), [null, null, 'room:a', 'phx_close', {}]);
  });

  test(`${phoenixVersion} words a crash, a disconnect and its limit of channels as that version does (0.3)`, async (t) => {
    for (const server of ['bandit', 'cowboy'] as const) {
      const local = await start(t, { phoenixVersion, server });
      const probe = await local.connect('vsn=2.0.0&user_id=u');
      await probe.join('1', 'room:a');
      probe.send(['1', '2', 'room:a', 'crash', {}]);
      const reason = since(10, phoenixVersion) ? { reason: 'channel_crash' } : {};
      await probe.expect(['1', '1', 'room:a', 'phx_error', reason]);
      for (let n = 0; n < 100; n += 1) probe.send(['1', `${n}`, `room:${n}`, 'phx_join', {}]);
      await probe.take(100);
      probe.send(['1', 'more', 'room:more', 'phx_join', {}]);
      await probe.expect(
        since(9, phoenixVersion)
          ? errorReply('1', 'more', 'room:more', 'too many channels joined')
          : okReply('1', 'more', 'room:more'),
      );
      local.app.broadcast('user:u', 'disconnect', {});
      assert.equal(await probe.closed, since(8, phoenixVersion) ? 1001 : 1000, server);
    }
  });
}

test('a limit that was asked for holds in versions that had none', async (t) => {
  const probe = await (await start(t, { phoenixVersion: '1.8.2', maxChannels: 1 })).joined('room:a');
  probe.send(['2', '2', 'room:b', 'phx_join', {}]);
  await probe.expect(errorReply('2', '2', 'room:b', 'too many channels joined'));
});

test('there is a profile of 1.8 only', () => {
  for (const version of ['1.7.14', '1.8', '1.8.x', '1.9.0', '1.8.12-rc.1', 'v1.8.1', '']) {
    assert.throws(() => profileOf('bandit', version), RangeError, version);
  }
});
