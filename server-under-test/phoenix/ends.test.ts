import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { ServerConfig } from '../config.ts';
import type { ExitReason } from '../otp/exit-reason.ts';
import { forgeFrame } from '../testing/frame-forge.ts';
import { LocalServer } from '../testing/local-server.ts';
import { okReply, type Probe } from '../testing/probe.ts';
import { RawConnection } from '../testing/raw-connection.ts';
import { DRAIN } from './notices.ts';
import type { WebServer } from './profile.ts';
import { Witness } from './testing/witness.ts';

const TOPIC = 'witness:a';

interface Scene {
  readonly server: LocalServer;
  readonly witness: Witness;
  readonly probe: Probe;
  /** The TCP connection under the probe. */
  readonly tcp: Socket;
}

async function start(
  t: TestContext,
  config: Partial<ServerConfig>,
): Promise<{ server: LocalServer; witness: Witness }> {
  const witness = new Witness();
  const server = await LocalServer.start(config, [witness.route]);
  t.after(() => server.stop());
  return { server, witness };
}

async function scene(t: TestContext, config: Partial<ServerConfig>): Promise<Scene> {
  const { server, witness } = await start(t, config);
  const probe = await server.joined(TOPIC, {}, 'vsn=2.0.0&user_id=u');
  const { _socket: tcp } = probe.socket as unknown as { _socket: Socket };
  return { server, witness, probe, tcp };
}

interface End {
  readonly when: string;
  readonly cause: (scene: Scene) => void;
  /** Close codes; null is none, 1006 to a client. */
  readonly codes: Readonly<Record<WebServer, number>>;
  readonly bandit: ExitReason;
  readonly cowboy: ExitReason;
  readonly config?: Partial<ServerConfig>;
}

const CLOSED: ExitReason = { shutdown: 'closed' };
const close = (code: number): Buffer =>
  forgeFrame({ opcode: 8, payload: Buffer.from([code >> 8, code & 0xff]) });

const ENDS: readonly End[] = [
  {
    when: 'the client says goodbye',
    cause: ({ probe }) => probe.socket.close(1000),
    codes: { bandit: 1000, cowboy: 1000 },
    bandit: { shutdown: 'local_closed' },
    cowboy: CLOSED,
  },
  {
    when: 'TCP is closed',
    cause: ({ tcp }) => tcp.end(),
    codes: { bandit: 1006, cowboy: 1006 },
    bandit: { shutdown: 'peer_closed' },
    cowboy: CLOSED,
  },
  {
    when: 'TCP is reset',
    cause: ({ tcp }) => tcp.resetAndDestroy(),
    codes: { bandit: 1006, cowboy: 1006 },
    bandit: { shutdown: 'peer_closed' },
    cowboy: CLOSED,
  },
  {
    when: 'nothing comes for the idle timeout',
    cause: () => {},
    codes: { bandit: 1002, cowboy: 1000 },
    bandit: { shutdown: 'read_timeout' },
    cowboy: CLOSED,
    config: { idleTimeoutMs: 60 },
  },
  {
    when: 'a disconnect is broadcast',
    cause: ({ server }) => server.app.broadcast('user:u', 'disconnect', {}),
    codes: { bandit: 1001, cowboy: 1001 },
    bandit: { shutdown: 'disconnected' },
    cowboy: CLOSED,
  },
  {
    when: 'a sibling is drained',
    cause: ({ witness }) => witness.channelOf('witness:drained').send(DRAIN),
    codes: { bandit: 1012, cowboy: 1012 },
    bandit: { shutdown: 'peer_closed' },
    cowboy: CLOSED,
  },
  {
    when: 'a frame is too large',
    cause: ({ tcp }) => tcp.write(forgeFrame({ payload: Buffer.alloc(2_000, 0x61) })),
    codes: { bandit: 1009, cowboy: 1009 },
    bandit: { shutdown: 'deserializing' },
    cowboy: CLOSED,
    config: { maxFrameBytes: 1_000 },
  },
  {
    when: 'a frame is not masked',
    cause: ({ tcp }) => tcp.write(forgeFrame({ masked: false, payload: Buffer.from('[]') })),
    codes: { bandit: 1002, cowboy: 1002 },
    bandit: { shutdown: 'deserializing' },
    cowboy: CLOSED,
  },
  {
    when: 'a text is no UTF-8',
    cause: ({ tcp }) => tcp.write(forgeFrame({ payload: Buffer.from([0xff]) })),
    codes: { bandit: 1007, cowboy: 1007 },
    bandit: 'received invalid UTF-8',
    cowboy: CLOSED,
  },
];

for (const server of ['bandit', 'cowboy'] as const) {
  for (const end of ENDS) {
    test(`${server}: when ${end.when}, close code and channels' reason are of the table (1.10, 2.8)`, async (t) => {
      const here = await scene(t, { server, ...end.config });
      await here.probe.join('2', 'witness:drained');
      end.cause(here);
      assert.equal(await here.probe.closed, end.codes[server]);
      assert.deepEqual(await here.witness.reasonOf(TOPIC), end[server]);
    });
  }

  test(`${server}: the channel that saw the drain ends as draining (2.8, case 70)`, async (t) => {
    const { probe, witness } = await scene(t, { server });
    witness.channelOf(TOPIC).send(DRAIN);
    assert.equal(await probe.closed, 1012);
    assert.deepEqual(await witness.reasonOf(TOPIC), { shutdown: 'draining' });
  });

  test(`${server}: an exception of the transport is 1011, and the reason of every channel (1.8)`, async (t) => {
    const { probe, witness } = await scene(t, { server });
    await probe.join('2', 'witness:b');
    probe.socket.send('{nope');
    assert.equal(await probe.closed, 1011);
    const reasons = [await witness.reasonOf(TOPIC), await witness.reasonOf('witness:b')] as {
      exception: unknown;
    }[];
    assert.ok(reasons[0]?.exception instanceof Error);
    assert.equal(reasons[1]?.exception, reasons[0].exception);
  });

  test(`${server}: a join reply nobody can encode is an exception of the transport`, async (t) => {
    const local = await LocalServer.start({ server }, [
      { pattern: 'odd', module: { join: () => ({ tag: 'ok', response: 1n }) } },
    ]);
    t.after(() => local.stop());
    const probe = await local.connect();
    probe.send(['1', '1', 'odd', 'phx_join', {}]);
    assert.equal(await probe.closed, 1011);
    assert.equal(local.app.context.channels, 0);
  });

  test(`${server}: five queued messages of 100 ms are handled after the drop, then terminate runs (2.9)`, async (t) => {
    const { probe, witness, server: local } = await scene(t, { server });
    for (let n = 0; n < 5; n += 1) probe.send(['1', `${n}`, TOPIC, 'work', { ms: 100 }]);
    await probe.expectQuiet();
    probe.drop();
    const other = await local.joined('witness:b');
    assert.equal(local.app.context.channels, 2);
    await witness.reasonOf(TOPIC);
    assert.deepEqual(witness.log, [...Array.from({ length: 5 }, () => 'handled work'), `terminate ${TOPIC}`]);
    await other.expectQuiet();
  });

  test(`${server}: a disconnect ends every connection of the id and is told to no channel's client (2.11)`, async (t) => {
    const { server: local, probe } = await scene(t, { server });
    const second = await local.connect('vsn=2.0.0&user_id=u');
    const other = await local.joined(TOPIC, {}, 'vsn=2.0.0&user_id=v');
    local.app.broadcast('user:u', 'other event', {});
    await probe.expectQuiet();
    local.app.broadcast('user:u', 'disconnect', {});
    assert.deepEqual([await probe.closed, await second.closed], [1001, 1001]);
    await assert.rejects(Promise.race([probe.next(), Promise.reject(new Error('no frame'))]), /no frame/);
    await other.expectQuiet();
  });
}

test('a client close is echoed by Cowboy and answered with 1000 or 1002 by Bandit (1.10)', async (t) => {
  for (const server of ['bandit', 'cowboy'] as const) {
    const { server: local } = await start(t, { server });
    for (const [said, bandit] of [
      [1000, 1000],
      [1001, 1000],
      [1003, 1000],
      [1007, 1000],
      [1011, 1000],
      [3000, 1000],
      [4999, 1000],
      [null, 1000],
      [1012, 1002],
      [2999, 1002],
    ] as const) {
      const raw = await RawConnection.open(local.port);
      raw.write(said === null ? forgeFrame({ opcode: 8 }) : close(said));
      assert.deepEqual(
        await raw.next(),
        { kind: 'close', code: server === 'cowboy' ? said : bandit },
        `${server} ${said}`,
      );
      raw.socket.destroy();
    }
  }
});

test('a channel ends by its own announcement even where the connection goes at the same time', async (t) => {
  const { probe, witness } = await scene(t, {});
  probe.send(['1', '2', TOPIC, 'phx_leave', {}]);
  probe.drop();
  assert.deepEqual(await witness.reasonOf(TOPIC), { shutdown: 'left' });
});

test('after a reconnect the orphan and its successor live side by side (2.9)', async (t) => {
  const { server, probe, witness } = await scene(t, {});
  probe.send(['1', '2', TOPIC, 'old', { ms: 150 }]);
  await probe.expectQuiet();
  probe.drop();
  const again = await server.joined(TOPIC);
  again.send(['1', '3', TOPIC, 'ask', {}]);
  await again.expect(okReply('1', '3', TOPIC));
  await witness.reasonOf(TOPIC);
  assert.deepEqual(witness.log, ['handled ask', 'handled old', `terminate ${TOPIC}`]);
});
