import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Application } from '../application.ts';
import { drillApp } from '../app/drill-app.ts';
import { drillSocket } from '../channels/drill-socket.ts';
import { withDefaults } from '../config/defaults.ts';
import { Exit, type ExitReason } from '../otp/exit-reason.ts';
import { callServer, castServer, stopServer } from '../otp/gen-server.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import { Broadcast } from '../pubsub/broadcast.ts';
import { MemoryConnection } from '../testing/memory-connection.ts';
import { okReply } from '../testing/probe.ts';
import { noreply, ok, reply, stop, TIMEOUT, type ChannelModule } from './channel.ts';
import type { Channel } from './channel-server.ts';
import { Witness } from './testing/witness.ts';

const TOPIC = 'witness:a';

interface Scene {
  readonly clock: ManualClock;
  readonly app: Application;
  readonly witness: Witness;
  readonly client: MemoryConnection;
  readonly channel: Channel;
  /** The reason terminate got, as far as it ran. */
  reason(): ExitReason | undefined;
}

/** One joined channel with these callbacks. */
async function joined(callbacks: Partial<ChannelModule>, payload: unknown = {}): Promise<Scene> {
  const witness = new Witness(callbacks);
  const clock = new ManualClock();
  const app = new Application({
    config: withDefaults({ logLevel: 'none' }),
    clock,
    node: 0,
    app: (lent) => ({
      ...drillApp({ ...lent, secret: null }),
      socket: drillSocket([witness.route], null),
    }),
  });
  const client = new MemoryConnection(app);
  client.send(['1', '1', TOPIC, 'phx_join', payload]);
  await clock.settle();
  client.take();
  return {
    clock,
    app,
    witness,
    client,
    get channel() {
      return witness.channelOf(TOPIC);
    },
    reason: () => witness.reasons.get(TOPIC),
  };
}

const ERROR = ['1', '1', TOPIC, 'phx_error', { reason: 'channel_crash' }];
const CLOSE = ['1', '1', TOPIC, 'phx_close', {}];

/** Elixir's throw: of any term. */
function raise(term: unknown): never {
  // oxlint-disable-next-line typescript/only-throw-error -- what happens then is the question
  throw term;
}

/** What came of a call: its answer, or the reason it ended with. */
function called({ app, channel }: Scene, request: unknown): Promise<unknown> {
  return callServer(app.context.runtime, channel, request).catch((error: unknown) => (error as Exit).reason);
}

test('a channel answers calls and takes casts, like any GenServer', async () => {
  const casts: unknown[] = [];
  const scene = await joined({
    handleCall: (request) => (request === 'later' ? Promise.resolve('too') : { request }),
    handleCast(request, socket) {
      casts.push(request);
      socket.push('cast', {});
      return noreply();
    },
  });
  const answers = [called(scene, 1), called(scene, 'later')];
  castServer(scene.app.context.runtime, scene.channel, 'hello');
  await scene.clock.settle();
  assert.deepEqual(await Promise.all(answers), [{ request: 1 }, 'too']);
  assert.deepEqual([casts, scene.client.take()], [['hello'], [['1', null, TOPIC, 'cast', {}]]]);
});

test('a cast may stop the channel, announced; a reply to nobody is a bad return value', async () => {
  for (const [result, frame, reason] of [
    [stop('normal'), CLOSE, 'normal'],
    [stop({ shutdown: 'done' }), CLOSE, { shutdown: 'done' }],
    [stop('odd'), ERROR, 'odd'],
    [reply('ok'), ERROR, { badReturn: reply('ok') }],
    [undefined as never, ERROR, { badReturn: undefined }],
  ] as const) {
    const scene = await joined({ handleCast: () => result });
    castServer(scene.app.context.runtime, scene.channel, 'x');
    await scene.clock.settle();
    assert.deepEqual([scene.client.take(), scene.reason()], [[frame], reason]);
  }
});

test('a call that raises, exits or throws ends the channel, at once or later, and its caller with it', async () => {
  const error = new Error('asked to');
  for (const [thrown, reason] of [
    [error, { exception: error }],
    [new Exit('odd'), 'odd'],
    [stop('normal'), 'normal'],
    ['a term', { badReturn: 'a term' }],
  ] as const) {
    for (const later of [false, true]) {
      const scene = await joined({
        handleCall() {
          if (later) return Promise.reject(thrown);
          return raise(thrown);
        },
      });
      const answer = called(scene, 1);
      await scene.clock.settle();
      assert.deepEqual([scene.client.take(), scene.reason()], [[ERROR], reason]);
      assert.deepEqual(await answer, { call: reason });
    }
  }
});

test('a call or cast no callback is there for ends the channel', async () => {
  for (const ask of [
    (scene: Scene) => void called(scene, 1),
    ({ app, channel }: Scene) => castServer(app.context.runtime, channel, 1),
  ]) {
    const scene = await joined({});
    ask(scene);
    await scene.clock.settle();
    assert.deepEqual(scene.client.take(), [ERROR]);
    assert.deepEqual(Object.keys(scene.reason() as object), ['exception']);
  }
});

test('GenServer.stop runs terminate behind the mail that waits, and is an error to the client even for :normal', async () => {
  const scene = await joined({});
  scene.client.send(['1', '2', TOPIC, 'ask', { ms: 50 }], ['1', '3', TOPIC, 'ask', {}]);
  await scene.clock.settle();
  const stopped = stopServer(scene.app.context.runtime, scene.channel);
  await scene.clock.advance(50);
  await stopped;
  assert.deepEqual(scene.client.take(), [okReply('1', '2', TOPIC), okReply('1', '3', TOPIC), ERROR]);
  assert.equal(scene.reason(), 'normal');
});

test('the exit of its supervisor ends a channel that traps exits, with terminate; others are messages', async () => {
  const seen: unknown[] = [];
  const scene = await joined(
    {
      handleInfo(message) {
        seen.push(message);
        return noreply();
      },
    },
    { trap: true },
  );
  scene.channel.signal('shutdown', scene.client.transport);
  scene.channel.signal('shutdown', null);
  await scene.clock.settle();
  assert.deepEqual([seen.length, scene.channel.alive], [2, true]);
  scene.channel.signal('shutdown', scene.app.context.channelSupervisor);
  await scene.clock.settle();
  assert.deepEqual([seen.length, scene.reason(), scene.client.take()], [2, 'shutdown', [ERROR]]);
});

test('what is thrown is what the GenServer returned: no reply, no announced end (2.7)', async () => {
  for (const [thrown, frames, reason] of [
    [noreply(), [], undefined],
    [stop('normal'), [ERROR], 'normal'],
    [stop('odd'), [ERROR], 'odd'],
    [
      stop('normal', { status: 'ok', response: {} }),
      [ERROR],
      { badReturn: stop('normal', { status: 'ok', response: {} }) },
    ],
    [reply('ok'), [ERROR], { badReturn: reply('ok') }],
    ['a term', [ERROR], { badReturn: 'a term' }],
    [null, [ERROR], { badReturn: null }],
  ] as const) {
    for (const later of [false, true]) {
      const scene = await joined({
        handleIn() {
          if (later) return Promise.reject(thrown);
          return raise(thrown);
        },
      });
      const before = scene.app.snapshot().telemetry['phoenix.channel_handled_in'];
      scene.client.send(['1', '2', TOPIC, 'x', {}]);
      await scene.clock.settle();
      assert.deepEqual([scene.client.take(), scene.reason()], [frames, reason]);
      assert.equal(scene.app.snapshot().telemetry['phoenix.channel_handled_in'], before);
    }
  }
});

test('a thrown timeout counts like a returned one', async () => {
  const seen: unknown[] = [];
  const scene = await joined({
    handleIn() {
      return raise(noreply(20));
    },
    handleInfo(message) {
      seen.push(message);
      return noreply();
    },
  });
  scene.client.send(['1', '2', TOPIC, 'x', {}]);
  await scene.clock.advance(19);
  assert.deepEqual(seen, []);
  await scene.clock.advance(1);
  assert.deepEqual(seen, [TIMEOUT]);
});

test('without handle_info a message costs a warning and nothing else (3.3)', async () => {
  const scene = await joined({});
  const warnings: string[] = [];
  const { logger } = scene.app.context;
  logger.warning = (text) => void warnings.push(text());
  scene.channel.send('hello');
  scene.client.send(['1', '2', TOPIC, 'ask', {}]);
  await scene.clock.settle();
  assert.deepEqual(scene.client.take(), [okReply('1', '2', TOPIC)]);
  assert.deepEqual([warnings.length, warnings[0]?.includes(TOPIC)], [1, true]);
});

test('handle_out and handle_info may stop, but neither reply nor stop with a reply', async () => {
  const answer = { status: 'ok', response: {} };
  for (const callback of ['handleOut', 'handleInfo'] as const) {
    for (const [result, frame, reason] of [
      [stop('normal'), CLOSE, 'normal'],
      [stop('odd'), ERROR, 'odd'],
      [reply('ok'), ERROR, { badReturn: reply('ok') }],
      [stop('normal', answer), ERROR, { badReturn: stop('normal', answer) }],
      ['nonsense' as never, ERROR, { badReturn: 'nonsense' }],
    ] as const) {
      const scene = await joined({ intercepts: ['e'], [callback]: () => result });
      if (callback === 'handleOut') scene.app.broadcast(TOPIC, 'e', {});
      else scene.channel.send('hello');
      await scene.clock.settle();
      assert.deepEqual([scene.client.take(), scene.reason()], [[frame], reason], callback);
    }
  }
});

test('a Broadcast by the plain dispatcher needs a handle_out, intercepted or not (57)', async () => {
  const scene = await joined({});
  scene.app.context.pubsub.broadcastPlain(Broadcast.of(TOPIC, 'e', {}));
  await scene.clock.settle();
  assert.deepEqual([scene.client.take(), scene.channel.alive], [[ERROR], false]);
});

test('an answer to an event without a ref has none either; a leave without one is answered too', async () => {
  const scene = await joined({});
  scene.client.send(['1', null, TOPIC, 'ask', {}], ['1', null, TOPIC, 'phx_leave', {}]);
  await scene.clock.settle();
  assert.deepEqual(scene.client.take(), [okReply('1', null, TOPIC), okReply('1', null, TOPIC), CLOSE]);
});

test('a terminate that raises still ends the channel, with what it raised', async () => {
  for (const later of [false, true]) {
    const scene = await joined({
      terminate() {
        if (later) return Promise.reject(new Error('asked to'));
        throw new Error('asked to');
      },
    });
    scene.client.send(['1', '2', TOPIC, 'phx_leave', {}]);
    await scene.clock.settle();
    assert.deepEqual(scene.client.take(), [okReply('1', '2', TOPIC), CLOSE]);
    assert.equal(scene.channel.alive, false);
  }
});

test('a join that cannot subscribe crashed, at once or later, and terminate does not run (2.4)', async () => {
  for (const later of [false, true]) {
    const scene = await joined({
      join: (topic) => (later && topic !== TOPIC ? Promise.resolve(ok()) : ok()),
    });
    scene.client.send(['2', '2', 'witness:b', 'phx_join', {}]);
    scene.app.context.pubsub.registry.partitions[0]?.signal('kill', null);
    await scene.clock.settle();
    const crashed = [
      '2',
      '2',
      'witness:b',
      'phx_reply',
      { status: 'error', response: { reason: 'join crashed' } },
    ];
    assert.deepEqual(scene.client.take(), [crashed, ERROR]);
    assert.deepEqual(scene.witness.log, []);
  }
});
