import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { Application } from '../application.ts';
import { drillApp } from '../app/drill-app.ts';
import { withDefaults } from '../config/defaults.ts';
import { systemClock } from '../otp/clock.ts';
import { Probe } from '../testing/probe.ts';
import { PollClient } from './long-poll/testing/poll-client.ts';
import { until } from './testing/until.ts';
import type { ConnectInfo } from './connect-info.ts';
import type { ConnectResult, UserSocket } from './user-socket.ts';

interface Server {
  readonly app: Application;
  readonly port: number;
  readonly url: string;
  /** What telemetry said of connects: transport and result. */
  readonly events: string[];
}

/** A node whose connect/3 and id/1 are the test's own. */
async function start(
  t: TestContext,
  callbacks: {
    connect: (
      params: Readonly<Record<string, unknown>>,
      info: ConnectInfo,
    ) => ConnectResult | Promise<ConnectResult>;
    id?: () => unknown;
  },
): Promise<Server> {
  const { id = () => null } = callbacks;
  const socket: UserSocket = {
    name: 'Own',
    channels: [],
    connect: callbacks.connect,
    id: id as () => string,
  };
  const app = new Application({
    config: withDefaults({ logLevel: 'none', longpoll: true, checkOrigin: false }),
    clock: systemClock,
    node: 0,
    app: (lent) => ({ ...drillApp({ ...lent, secret: null }), socket }),
  });
  const events: string[] = [];
  const { telemetry } = app.context;
  telemetry.attach('test', telemetry.socketConnected, (_name, _measurements, { transport, result }) => {
    events.push(`${transport} ${result}`);
  });
  const port = await app.listen(0);
  t.after(() => app.stop(0));
  return { app, port, url: `ws://127.0.0.1:${port}/socket`, events };
}

/** The HTTP status of an upgrade. */
async function statusOf(port: number, query = 'vsn=2.0.0'): Promise<number> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(
    `GET /socket/websocket?${query} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n',
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(head.toString('latin1').split(' ')[1]);
}

const accepted: ConnectResult = { tag: 'ok', assigns: {} };
const refused: ConnectResult = { tag: 'error', reason: 'no' };

test('a refusal is 403, at once or later, in long-poll in the body; telemetry hears of it (3)', async (t) => {
  for (const result of [refused, undefined as never, 'ok' as never]) {
    for (const later of [false, true]) {
      const { port, url, events } = await start(t, {
        connect: () => (later ? Promise.resolve(result) : result),
      });
      assert.equal(await statusOf(port), 403);
      assert.deepEqual(await new PollClient(url).get(), { status: 403 });
      assert.deepEqual(events, ['websocket error', 'longpoll error']);
    }
  }
});

test('an id is a text or null; any other refuses the connection (2.2)', async (t) => {
  for (const id of [7, undefined, {}, Symbol.iterator]) {
    const { app, port, url, events } = await start(t, { connect: () => accepted, id: () => id });
    assert.equal(await statusOf(port), 403, typeof id);
    assert.deepEqual(await new PollClient(url).get(), { status: 403 });
    assert.deepEqual(events, ['websocket error', 'longpoll error']);
    assert.equal(app.snapshot().connections, 0);
  }
});

test('an exception in connect/3 or id/1 is HTTP 500 and no event, at once or later', async (t) => {
  const raise = (): never => {
    throw new Error('asked to');
  };
  for (const callbacks of [
    { connect: raise },
    { connect: () => Promise.reject(new Error('asked to')) },
    { connect: () => accepted, id: raise },
    { connect: () => Promise.resolve(accepted), id: raise },
  ]) {
    const { port, url, events } = await start(t, callbacks);
    assert.equal(await statusOf(port), 500);
    assert.equal((await new PollClient(url).request('GET')).status, 500);
    assert.deepEqual(events, []);
  }
});

test('a version nobody speaks never gets to connect/3, and is no event (2)', async (t) => {
  let asked = 0;
  const { port, url, events } = await start(t, {
    connect: () => {
      asked += 1;
      return accepted;
    },
  });
  assert.equal(await statusOf(port, 'vsn=3.0.0'), 403);
  assert.deepEqual(await new PollClient(url, 'vsn=3.0.0').get(), { status: 403 });
  assert.deepEqual([asked, events], [0, []]);
});

test('connect/3 gets the params, vsn among them, and what stands beside them', async (t) => {
  const seen: unknown[] = [];
  const { port } = await start(t, {
    connect(params, info) {
      seen.push({ ...params }, info.uri, info.xHeaders);
      return accepted;
    },
  });
  const query = 'vsn=2.0.0&a[b]=c&__proto__=d';
  assert.equal(await statusOf(port, query), 101);
  assert.deepEqual(seen, [
    Object.fromEntries([
      ['vsn', '2.0.0'],
      ['a', Object.assign(Object.create(null), { b: 'c' })],
      ['__proto__', 'd'],
    ]),
    `http://localhost/socket/websocket?${query}`,
    [['x-forwarded-for', '1.2.3.4']],
  ]);
});

test('a slow connect/3 holds its own request and nobody else', async (t) => {
  let letIn: (result: ConnectResult) => void = () => {};
  const { url, events } = await start(t, {
    connect: (params) =>
      params['slow'] === undefined
        ? accepted
        : new Promise((resolve) => {
            letIn = resolve;
          }),
  });
  const slow = Probe.open(`${url}/websocket?vsn=2.0.0&slow=yes`);
  const quick = await Probe.open(`${url}/websocket?vsn=2.0.0`);
  await until(() => events.length > 0);
  await quick.expectQuiet();
  letIn(accepted);
  await (await slow).expectQuiet();
  assert.deepEqual(events, ['websocket ok', 'websocket ok']);
});

test('who hangs up while connect/3 thinks leaves no connection behind', async (t) => {
  let letIn: (result: ConnectResult) => void = () => {};
  const asked = new Promise<void>((resolve) => {
    void start(t, {
      connect: () => {
        resolve();
        return new Promise((give) => {
          letIn = give;
        });
      },
    }).then((server) => {
      node = server;
      void statusOf(server.port).catch(() => {});
    });
  });
  let node: Server | undefined;
  await asked;
  assert.ok(node !== undefined);
  const { app } = node;
  const before = app.context.runtime.processes;
  await app.stop(0);
  letIn(accepted);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(app.context.runtime.processes <= before);
  assert.equal(app.context.connections.count, 0);
});

test('a connection that cannot start is hung up on; the node and its other connections live', async (t) => {
  for (const later of [false, true]) {
    const { app, port, url } = await start(t, {
      connect: (params) => {
        // What a client meets while the supervisor of connections is being restarted.
        if (params['late'] !== undefined) app.context.transportSupervisor.signal('kill', null);
        return later ? Promise.resolve(accepted) : accepted;
      },
    });
    const gone = connect({ host: '127.0.0.1', port });
    gone.on('error', () => {});
    gone.resume();
    gone.write(
      'GET /socket/websocket?vsn=2.0.0&late=1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n' +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await once(gone, 'close');
    const probe = await Probe.open(`${url}/websocket?vsn=2.0.0`);
    await probe.expectQuiet();
    assert.equal(app.context.connections.count, 1);
    probe.drop();
  }
});
