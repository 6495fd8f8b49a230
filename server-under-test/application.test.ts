import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Application } from './application.ts';
import { drillApp, drillRoutes } from './app/drill-app.ts';
import { drillSocket } from './channels/drill-socket.ts';
import { SLOW_SERVER } from './channels/slow-server.ts';
import type { ServerConfig } from './config.ts';
import { withDefaults } from './config/defaults.ts';
import type { Clock } from './otp/clock.ts';
import { ManualClock } from './otp/manual-clock.ts';
import { formatPid } from './otp/pid.ts';
import type { Process } from './otp/process.ts';
import type { ChannelModule } from './phoenix/channel.ts';
import type { WebServer } from './phoenix/profile.ts';
import { CountingClock } from './phoenix/testing/counting-clock.ts';
import { until } from './phoenix/testing/until.ts';
import { Witness } from './phoenix/testing/witness.ts';
import type { SupervisorNode } from './telemetry/observer.ts';
import { MemoryConnection } from './testing/memory-connection.ts';
import { okReply, Probe } from './testing/probe.ts';
import { describeTree } from './tree.ts';

function build(clock: Clock, config: Partial<ServerConfig>, witness: Witness): Application {
  return new Application({
    config: withDefaults({ logLevel: 'none', ...config }),
    clock,
    node: 0,
    app: (lent) => ({
      ...drillApp({ ...lent, secret: null }),
      socket: drillSocket([witness.route, ...drillRoutes(lent.presence)], null),
    }),
  });
}

/** One line of a tree: how deep, its name, its strategy where it has one. */
type Line = readonly [depth: number, name: string, strategy: string | null];

/** The tree as the comment of application.ts draws it. */
function drawn(): Line[] {
  const source = readFileSync(joinPath(import.meta.dirname, 'application.ts'), 'utf8');
  const lines = [...source.matchAll(/^ \* {5}([│├└─ ]*)(\S.*)$/gm)].map(
    ([, branches = '', text = '']): Line => {
      const [name = '', about = ''] = text.split(/ {2,}/, 2);
      return [branches.length / 3, name, /^(?:one|rest)_for_/.test(about) ? about : null];
    },
  );
  assert.ok(lines.length > 10, 'the drawing was not found');
  return lines;
}

function live(node: SupervisorNode, depth = 0): Line[] {
  return [
    [depth, node.name ?? '', node.strategy ?? null],
    ...(node.children ?? []).flatMap((child) => live(child, depth + 1)),
  ];
}

test('the drawing in application.ts is the tree, names, order and strategies', () => {
  const app = build(new ManualClock(), { longpoll: true }, new Witness());
  assert.deepEqual(live(describeTree(app.tree)), drawn());
});

test('more partitions are more of the same children; without long-poll there is nobody to find sessions', () => {
  const app = build(new ManualClock(), { longpoll: false, pubsubPoolSize: 3 }, new Witness());
  const first = live(describeTree(app.tree)).filter(([, name]) => !/ [1-9]$/.test(name));
  assert.deepEqual(
    first,
    drawn().filter(([, name]) => name !== 'long-poll sessions'),
  );
  assert.deepEqual(
    live(describeTree(app.tree)).filter(([, name]) => name.startsWith('mesh worker')).length,
    3,
  );
});

// Everything from here to the stops runs on a clock that moves by hand and without sockets.

interface Scene {
  readonly clock: ManualClock;
  readonly app: Application;
  readonly witness: Witness;
  connect(topics: readonly string[], payload?: unknown, userId?: string | null): Promise<MemoryConnection>;
}

function setUp(callbacks: Partial<ChannelModule> = {}, config: Partial<ServerConfig> = {}): Scene {
  const clock = new ManualClock();
  const witness = new Witness(callbacks);
  const app = build(clock, config, witness);
  const connect: Scene['connect'] = async (topics, payload = {}, userId = null) => {
    const client = new MemoryConnection(app, userId);
    for (const topic of topics) client.send(['1', '1', topic, 'phx_join', payload]);
    await clock.settle();
    client.take();
    return client;
  };
  return { clock, app, witness, connect };
}

const failed = (topic: string): unknown => ['1', '1', topic, 'phx_error', { reason: 'channel_crash' }];

/** The process of that name in the tree. */
function find(app: Application, name: string): Process {
  const pid = subtree(describeTree(app.tree), name)?.pid;
  const process = [...app.context.runtime.all()].find(({ id }) => formatPid(0, id) === pid);
  if (process === undefined) throw new Error(`no ${name}`);
  return process;
}

function subtree(node: SupervisorNode, name: string): SupervisorNode | undefined {
  if (node.name === name) return node;
  for (const child of node.children ?? []) {
    const found = subtree(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Joins again, so all that a join needs is there again. */
async function worksAgain({ clock, app }: Scene, client: MemoryConnection): Promise<void> {
  client.send(['7', '7', 'presence:again', 'phx_join', {}], ['8', '8', 'room:again', 'phx_join', {}]);
  await clock.advance(10);
  app.broadcast('room:again', 'news', {});
  await clock.settle();
  const frames = client.take().map((frame) => (frame as unknown[]).slice(2, 4));
  assert.equal(frames.filter(([, event]) => event === 'phx_reply').length, 2);
  const others = frames.filter(([, event]) => event !== 'phx_reply').map((pair) => pair.join(' '));
  assert.deepEqual(others.toSorted(), [
    'presence:again presence_diff',
    'presence:again presence_state',
    'room:again news',
  ]);
}

test('the death of registry 0 fails every channel of the node; the partition comes back', async () => {
  const scene = setUp();
  const clients = [await scene.connect(['room:a', 'witness:b']), await scene.connect(['room:a'])];
  const [one, two] = clients as [MemoryConnection, MemoryConnection];
  find(scene.app, 'registry 0').signal('kill', null);
  await scene.clock.settle();
  const inAnyOrder = (frames: readonly unknown[]): string[] =>
    frames.map((frame) => JSON.stringify(frame)).toSorted();
  assert.deepEqual(inAnyOrder(one.take()), inAnyOrder([failed('room:a'), failed('witness:b')]));
  assert.deepEqual(two.take(), [failed('room:a')]);
  // Killed by the link: no terminate.
  assert.deepEqual([scene.app.context.channels, scene.witness.log], [0, []]);
  await worksAgain(scene, one);
});

test('a connection with an id is subscribed, and dies with the registry', async () => {
  const { clock, app, connect } = setUp();
  const [named, nameless] = [await connect([], {}, 'u'), await connect([])];
  find(app, 'registry 0').signal('kill', null);
  await clock.settle();
  assert.deepEqual([named.open, named.take(), nameless.open], [false, [], true]);
});

test('the death of the presence shard fails tracked channels and no others (65)', async () => {
  const scene = setUp();
  const [one, two] = [await scene.connect(['presence:p', 'room:a']), await scene.connect(['presence:q'])];
  await scene.clock.advance(10);
  for (const client of [one, two]) client.take();
  find(scene.app, 'presence_shard0').signal('kill', null);
  await scene.clock.settle();
  assert.deepEqual([one.take(), two.take()], [[failed('presence:p')], [failed('presence:q')]]);
  one.send(['1', '2', 'room:a', 'ping', {}]);
  await scene.clock.settle();
  assert.deepEqual(one.take(), [okReply('1', '2', 'room:a')]);
  await worksAgain(scene, one);
});

test('four crashes of slow within 5 s take its supervisor down and back; callers meet noproc (74)', async () => {
  const scene = setUp();
  const { clock, app } = scene;
  const client = await scene.connect(['room:a', 'room:b']);
  const workers = find(app, 'workers');
  const crash = (): void => app.context.runtime.whereIs(SLOW_SERVER)?.signal('kill', null);
  for (let n = 0; n < 3; n += 1) {
    crash();
    await clock.advance(1_000);
    assert.equal(workers.alive, true, `after ${n + 1} crashes`);
  }
  assert.deepEqual(client.take(), []);
  // The call is in the mailbox of room:a before the exit is in the supervisor's.
  client.send(['1', '2', 'room:a', 'call', { ms: 1 }]);
  crash();
  await clock.settle();
  assert.deepEqual([workers.alive, client.take()], [false, [failed('room:a')]]);
  assert.notEqual(find(app, 'workers'), workers);
  client.send(['1', '3', 'room:b', 'call', { ms: 1 }]);
  await clock.advance(1);
  assert.deepEqual(client.take(), [okReply('1', '3', 'room:b', { ms: 1 })]);
});

test('who is being answered by slow when it dies goes with it', async () => {
  const { clock, app, connect } = setUp();
  const client = await connect(['room:a']);
  client.send(['1', '2', 'room:a', 'call', { ms: 100 }]);
  await clock.advance(50);
  app.context.runtime.whereIs(SLOW_SERVER)?.signal('kill', null);
  await clock.settle();
  assert.deepEqual(client.take(), [failed('room:a')]);
});

test('four crashes over more than 5 s are four restarts', async () => {
  const { clock, app } = setUp();
  const workers = find(app, 'workers');
  for (let n = 0; n < 8; n += 1) {
    app.context.runtime.whereIs(SLOW_SERVER)?.signal('kill', null);
    await clock.advance(2_001);
  }
  assert.equal(workers.alive, true);
});

test('the death of the channels supervisor fails all channels, trapping ones with terminate; it comes back', async () => {
  const scene = setUp();
  const [plain, trapping] = [
    await scene.connect(['witness:plain']),
    await scene.connect(['witness:traps'], { trap: true }),
  ];
  find(scene.app, 'channels').signal('kill', null);
  await scene.clock.settle();
  assert.deepEqual([plain.take(), trapping.take()], [[failed('witness:plain')], [failed('witness:traps')]]);
  assert.deepEqual(scene.witness.log, ['terminate witness:traps']);
  assert.equal(scene.witness.reasons.get('witness:traps'), 'killed');
  await worksAgain(scene, plain);
});

test('a shutdown of the channels supervisor runs terminate of trapping channels only, and waits for it', async () => {
  const scene = setUp({
    async terminate(reason, socket) {
      await socket.wait(3_000);
      scene.witness.ended(socket.topic, reason);
    },
  });
  const plain = await scene.connect(['witness:plain']);
  const trapping = await scene.connect(['witness:traps'], { trap: true });
  void scene.app.context.channelSupervisor.stop('shutdown');
  await scene.clock.advance(2_999);
  assert.deepEqual([plain.take(), trapping.take()], [[failed('witness:plain')], []]);
  await scene.clock.advance(1);
  assert.deepEqual(trapping.take(), [failed('witness:traps')]);
  assert.deepEqual(
    [scene.witness.log, scene.witness.reasons.get('witness:traps')],
    [['terminate witness:traps'], 'shutdown'],
  );
  await worksAgain(scene, plain);
});

test('a trapping channel that is busy for longer than its shutdown time is killed', async () => {
  const scene = setUp({}, { channelShutdownMs: 1_000 });
  const client = await scene.connect(['witness:busy'], { trap: true });
  client.send(['1', '2', 'witness:busy', 'work', { ms: 60_000 }]);
  await scene.clock.settle();
  void scene.app.context.channelSupervisor.stop('shutdown');
  await scene.clock.advance(999);
  assert.deepEqual(client.take(), []);
  await scene.clock.advance(1);
  assert.deepEqual([client.take(), scene.witness.log], [[failed('witness:busy')], []]);
});

test('the death of the connections supervisor ends connections and then their channels; new ones are taken in', async () => {
  const scene = setUp();
  const client = await scene.connect(['witness:a']);
  find(scene.app, 'connections').signal('kill', null);
  await scene.clock.settle();
  assert.deepEqual([client.open, scene.witness.reasons.get('witness:a')], [false, 'killed']);
  await worksAgain(scene, await scene.connect([]));
});

test('a top supervisor that gives up says so, when nothing is left', async () => {
  const { clock, app, connect } = setUp();
  await connect(['room:a']);
  let processes: number | null = null;
  app.onDown(() => (processes = app.context.runtime.processes));
  for (let n = 0; n < 4; n += 1) {
    assert.equal(processes, null);
    find(app, 'tasks').signal('kill', null);
    await clock.settle();
  }
  assert.equal(processes, 0);
});

// The stops: real sockets, a real clock that counts its timers.

interface Node {
  readonly app: Application;
  readonly clock: CountingClock;
  readonly witness: Witness;
  readonly port: number;
  connect(topic?: string, payload?: unknown): Promise<Probe>;
}

async function node(
  t: TestContext,
  config: Partial<ServerConfig>,
  callbacks: Partial<ChannelModule> = {},
): Promise<Node> {
  const clock = new CountingClock();
  const witness = new Witness(callbacks);
  const app = build(clock, config, witness);
  const port = await app.listen(0);
  const probes: Probe[] = [];
  t.after(() => {
    for (const probe of probes) probe.drop();
  });
  const connect: Node['connect'] = async (topic, payload = {}) => {
    const probe = await Probe.open(`ws://127.0.0.1:${port}/socket/websocket?vsn=2.0.0`);
    probes.push(probe);
    if (topic !== undefined) await probe.join('1', topic, payload);
    return probe;
  };
  return { app, clock, witness, port, connect };
}

function nothingLeft({ app, clock }: Node): void {
  const { runtime, connections, channels } = app.context;
  assert.deepEqual([runtime.processes, connections.count, channels, clock.pending], [0, 0, 0, 0]);
}

for (const server of ['bandit', 'cowboy'] as const satisfies WebServer[]) {
  test(`${server}: a stop drains with 1012, closes the rest by the table, leaves nothing (1.10, 72)`, async (t) => {
    const here = await node(t, { server });
    const [drained, idle] = [await here.connect('witness:a'), await here.connect()];
    const closed = Promise.all([drained.closed, idle.closed]);
    await here.app.stop(0);
    assert.deepEqual(await closed, [1012, server === 'bandit' ? 1000 : 1006]);
    assert.deepEqual(here.witness.reasons.get('witness:a'), { shutdown: 'draining' });
    await assert.rejects(Probe.open(`ws://127.0.0.1:${here.port}/socket/websocket?vsn=2.0.0`), {
      code: 'ECONNREFUSED',
    });
    nothingLeft(here);
  });

  test(`${server}: a busy channel is cut with its connection, and terminate runs only if it traps exits`, async (t) => {
    const here = await node(t, { server, channelShutdownMs: 2_000 });
    const plain = await here.connect('witness:plain');
    const trapping = await here.connect('witness:traps', { trap: true });
    plain.send(['1', '2', 'witness:plain', 'work', { ms: 60_000 }]);
    trapping.send(['1', '2', 'witness:traps', 'work', { ms: 100 }]);
    for (const probe of [plain, trapping]) await probe.expectQuiet();
    const closed = Promise.all([plain.closed, trapping.closed]);
    await here.app.stop(0);
    const code = server === 'bandit' ? 1000 : 1006;
    assert.deepEqual(await closed, [code, code]);
    // The backlog comes first: the drain was queued before the end of the connection and the supervisor's exit.
    assert.deepEqual(here.witness.log, ['handled work', 'terminate witness:traps']);
    assert.deepEqual(here.witness.reasons.get('witness:traps'), { shutdown: 'draining' });
    assert.deepEqual([here.app.context.runtime.processes, here.app.context.channels], [0, 0]);
  });
}

test('a channel that traps exits gets its shutdown time to end in, and not more', async (t) => {
  for (const [channelShutdownMs, log] of [
    [2_000, ['terminate witness:a']],
    [20, []],
  ] as const) {
    const here = await node(
      t,
      { channelShutdownMs },
      {
        async terminate(reason, socket) {
          await socket.wait(150);
          here.witness.ended(socket.topic, reason);
        },
      },
    );
    await here.connect('witness:a', { trap: true });
    await here.app.stop(0);
    assert.deepEqual(here.witness.log, log);
    assert.equal(here.app.context.runtime.processes, 0);
  }
});

test('while Cowboy waits for its HTTP requests a busy channel gets to its drain: 1012 (1.10)', async (t) => {
  const here = await node(t, { server: 'cowboy', longpoll: true, longpollWindowMs: 200 });
  const url = `http://127.0.0.1:${here.port}/socket/longpoll?vsn=2.0.0`;
  const { token } = (await (await fetch(url)).json()) as { token: string };
  const busy = await here.connect('witness:busy');
  busy.send(['1', '2', 'witness:busy', 'work', { ms: 50 }]);
  await busy.expectQuiet();
  const before = here.clock.pending;
  const polled = fetch(`${url}&token=${encodeURIComponent(token)}`);
  await until(() => here.clock.pending > before);
  const stopped = here.app.stop(0);
  assert.equal(((await (await polled).json()) as { status: number }).status, 204);
  assert.equal(await busy.closed, 1012);
  await stopped;
  nothingLeft(here);
});
