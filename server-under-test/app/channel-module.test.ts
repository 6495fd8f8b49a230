import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { errorReply, okReply } from '../testing/probe.ts';
import {
  accept,
  assign,
  Broadcast,
  channel,
  deny,
  drill,
  Endpoint,
  error,
  GenServer,
  isMap,
  noreply,
  ok,
  Presence,
  PresenceError,
  Process,
  PubSub,
  push,
  reply,
  server,
  stop,
  Supervisor,
  Task,
  TaskResult,
  TIMEOUT,
  Down,
  type ExitReason,
} from './api.ts';
import { BadReturn } from './bad-return.ts';
import { AppServer } from '../testing/app-server.ts';

const CRASHED = { reason: 'channel_crash' };
const ended: Array<{ topic: string; reason: ExitReason }> = [];
let ends = Promise.withResolvers<void>();

/** What terminate was told of a topic. */
async function reasonOf(topic: string): Promise<ExitReason | undefined> {
  for (;;) {
    const found = ended.find((end) => end.topic === topic);
    if (found !== undefined) return found.reason;
    await ends.promise;
  }
}

let app: AppServer;
before(async () => {
  app = await AppServer.start({
    connect: (params) => (params['name'] === 'nobody' ? deny() : accept({ name: params['name'] ?? 'ann' })),
    id: (assigns) => `user:${String(assigns['name'])}`,
    workers: {
      adder: (request) => Number(request) + 1,
      counter: server((self) => {
        let count = 0;
        return {
          handleCall(request) {
            if (request === 'crash') throw new Error('asked to crash');
            return (count += 1);
          },
          handleCast: (topic) => Endpoint.broadcast(self, String(topic), 'cast', { count }),
          handleInfo: (message) => Endpoint.broadcast(self, String(message), 'info', { count }),
        };
      }),
    },
    channels: [
      channel('all:*', {
        intercept: ['hushed'],
        assigns: { role: 'guest' },

        join(topic, payload, socket) {
          if (topic === 'all:closed') return error({ reason: 'closed' });
          if (topic === 'all:throws') throw new TypeError('no entry');
          if (topic === 'all:garbage') return 'garbage' as never;
          assign(socket, { one: 1, two: 2 });
          return isMap(payload) && payload['tell'] === true ? ok(socket.assigns) : ok();
        },

        handleIn: {
          noreply: () => noreply(),
          quiet: () => noreply(1),
          hibernate: () => noreply('hibernate'),
          pending: () => reply('pending', [1]),
          bare: () => reply('ok'),
          bytes: (payload) => reply('ok', payload),
          stop: () => stop('normal', reply('ok', { bye: true })),
          boom: () => stop('boom'),
          crash: () => {
            throw new TypeError('oh no');
          },
          ball: () => {
            const ball: unknown = 'ball';
            throw ball as Error;
          },
          garbage: () => 7 as never,
          nothing: (async () => {}) as never,
          hush: (payload, socket) => {
            socket.broadcast('hushed', payload);
            return noreply();
          },
          raw: (payload, socket) => {
            PubSub.broadcast(socket, socket.topic, { raw: payload });
            return reply('ok');
          },
          plain: (_payload, socket) => {
            PubSub.broadcast(socket, socket.topic, Broadcast.of(socket.topic, 'plain', {}));
            return noreply();
          },
          drain: (_payload, socket) => {
            socket.sendSelf(Broadcast.of(socket.topic, 'phx_drain', {}));
            return noreply();
          },
          bad_info: (_payload, socket) => {
            socket.sendSelf('reply please');
            return noreply();
          },
          async add(payload, socket) {
            return reply('ok', await socket.call('adder', payload));
          },
          async count(payload, socket) {
            return reply('ok', await GenServer.call(socket, 'counter', payload));
          },
          cast: (_payload, socket) => {
            GenServer.cast(socket, 'counter', socket.topic);
            const counter = Process.whereIs(socket, 'counter');
            if (counter !== null) Process.send(counter, socket.topic);
            return noreply();
          },
          watch: (_payload, socket) => {
            const pid = Process.spawn(socket, (task) => task.wait(1));
            Process.monitor(socket, pid);
            return noreply();
          },
          kill: (_payload, socket) => {
            const self = Process.self(socket);
            Process.spawn(socket, () => Process.exit(self, 'kill'));
            return noreply();
          },
          linked: (_payload, socket) => {
            Process.spawnLink(socket, () => {
              throw new Error('linked');
            });
            return noreply();
          },
          task: (_payload, socket) => {
            Task.async(socket, () => 'done');
            return noreply();
          },
          async await(_payload, socket) {
            const work = Task.async(socket, async (task) => {
              await task.wait(1);
              Endpoint.broadcast(task, socket.topic, 'task_done', {});
              return 3;
            });
            return reply('ok', { value: await Task.await(work) });
          },
          late: (_payload, socket) => {
            const ref = socket.socketRef();
            const self = Process.self(socket);
            Task.startChild(socket, async (task) => {
              await Process.ended(self);
              ref.reply('ok', { late: true });
              push(socket, 'pushed', {});
              Endpoint.broadcast(task, 'all:other', 'gone', {});
            });
            return stop('shutdown');
          },
          async track(payload, socket) {
            try {
              await Presence.track(socket, String(payload), {});
              return reply('ok', Object.keys(await Presence.list(socket)));
            } catch (thrown) {
              if (!(thrown instanceof PresenceError)) throw thrown;
              return reply('error', { reason: thrown.reason });
            }
          },
          async supervise(payload, socket) {
            const worker = server(() => ({}));
            const top = Supervisor.start(socket, [{ id: 'one', worker }]);
            const over = Process.ended(top);
            let killed = 0;
            while (top.alive && killed < Number(payload)) {
              const pid = top.children()[0]?.process ?? null;
              if (pid !== null) killed += 1;
              if (pid !== null) Process.exit(pid, 'kill');
              await Process.sleep(socket, 1);
            }
            const reason = top.alive ? 'alive' : await over;
            if (top.alive) await top.stop();
            return reply('ok', { killed, reason });
          },
          _: (payload, _socket, event) => reply('unknown', { event, payload }),
        },

        handleOut(event, payload, socket) {
          socket.push(`${event}_out`, payload);
          return noreply();
        },

        handleInfo(message, socket) {
          if (message === TIMEOUT) socket.push('timeout', {});
          else if (message instanceof Down) socket.push('down', { reason: message.reason });
          else if (message instanceof TaskResult) socket.push('stray', { value: message.value });
          else if (message === 'reply please') return reply('ok') as never;
          else if (isMap(message)) socket.push('term', message);
          else throw new Error('unexpected');
          return noreply();
        },

        handleCall: (request, socket) => ({ request, topic: socket.topic }),

        handleCast(request, socket) {
          socket.push('cast', { request });
          return noreply();
        },

        terminate(reason, socket) {
          ended.push({ topic: socket.topic, reason });
          ends.resolve();
          ends = Promise.withResolvers();
        },
      }),
      channel('one:*', { join: () => ok(), handleIn: (event) => reply('ok', { event }) }),
      ...drill.channels,
    ],
  });
});
after(() => app.stop());

const badReturn = async (topic: string): Promise<string> => {
  const reason = await reasonOf(topic);
  assert.ok(typeof reason === 'object' && 'exception' in reason);
  assert.ok(reason.exception instanceof BadReturn);
  return reason.exception.message;
};

test('join gives what ok and error hold, and assigns of route, socket and channel', async () => {
  const probe = await app.connect('&name=bob');
  probe.send(['1', '1', 'all:told', 'phx_join', { tell: true }]);
  await probe.expect(okReply('1', '1', 'all:told', { name: 'bob', role: 'guest', one: 1, two: 2 }));
  probe.send(['2', '2', 'all:closed', 'phx_join', {}]);
  await probe.expect(errorReply('2', '2', 'all:closed', 'closed'));
  assert.equal(await reasonOf('all:closed'), 'shutdown');
});

test('a join that throws or returns nonsense is a crashed join without terminate', async () => {
  const probe = await app.connect();
  for (const topic of ['all:throws', 'all:garbage']) {
    probe.send(['1', '1', topic, 'phx_join', {}]);
    await probe.expect(errorReply('1', '1', topic, 'join crashed'));
  }
  assert.ok(!ended.some(({ topic }) => topic === 'all:throws' || topic === 'all:garbage'));
});

test('connect may deny, and a token the operator wants is asked for first', async () => {
  await assert.rejects(app.connect('&name=nobody'), /403/);
  const gated = await AppServer.start({ channels: drill.channels, workers: drill.workers }, 'secret');
  await assert.rejects(gated.connect('&token=wrong'), /403/);
  const probe = await gated.connect('&token=secret');
  await probe.join('1', 'room:1');
  probe.send(['1', '2', 'room:1', 'call', { ms: 1 }]);
  await probe.expect(okReply('1', '2', 'room:1', { ms: 1 }));
  await gated.stop();
});

test('every return form of handleIn does what Phoenix does with it', async () => {
  const topic = 'all:forms';
  const probe = await app.joined(topic);
  probe.send(['1', '2', topic, 'noreply', {}], ['1', '3', topic, 'hibernate', {}]);
  probe.send(['1', '4', topic, 'pending', {}], ['1', '5', topic, 'bare', {}]);
  const pending = { status: 'pending', response: [1] };
  await probe.expect(['1', '4', topic, 'phx_reply', pending], okReply('1', '5', topic));
  probe.send(['1', '6', topic, 'quiet', {}]);
  await probe.expect(['1', null, topic, 'timeout', {}]);
  probe.send(['1', '7', topic, 'stop', {}]);
  await probe.expect(okReply('1', '7', topic, { bye: true }), ['1', '1', topic, 'phx_close', {}]);
  assert.equal(await reasonOf(topic), 'normal');
});

test('bytes come in and go out as bytes', async () => {
  const probe = await app.joined('all:b');
  const frame = Buffer.concat([
    Buffer.from([0, 1, 1, 5, 5]),
    Buffer.from('12all:bbytes'),
    Buffer.from([7, 8]),
  ]);
  probe.socket.send(frame);
  const told = Buffer.concat([Buffer.from([1, 1, 1, 5, 2]), Buffer.from('12all:bok'), Buffer.from([7, 8])]);
  await probe.expect(told.toString('hex'));
});

test('what a callback returned wrongly is told with the shapes accepted, and crashes the channel', async () => {
  const cases = [
    ['garbage', /^handleIn\("garbage"\) returned 7, wanted one of: noreply\(…\), reply\(status, …\), stop/],
    ['nothing', /^handleIn\("nothing"\) returned undefined/],
    ['bad_info', /^handleInfo returned \{ tag: 'reply'.*wanted one of: noreply\(…\), stop\(reason\)$/],
  ] as const;
  for (const [event, message] of cases) {
    const topic = `all:bad-${event}`;
    const probe = await app.joined(topic);
    probe.send(['1', '2', topic, event, {}]);
    await probe.expect(['1', '1', topic, 'phx_error', CRASHED]);
    assert.match(await badReturn(topic), message);
  }
});

test('terminate sees the error itself, a thrown value as a bad return, and the reason of a stop', async () => {
  const seen: Array<ExitReason | undefined> = [];
  for (const event of ['crash', 'ball', 'boom']) {
    const probe = await app.joined(`all:${event}`);
    probe.send(['1', '2', `all:${event}`, event, {}]);
    await probe.expect(['1', '1', `all:${event}`, 'phx_error', CRASHED]);
    seen.push(await reasonOf(`all:${event}`));
  }
  const [crash, ball, boom] = seen;
  assert.ok(typeof crash === 'object' && 'exception' in crash && crash.exception instanceof TypeError);
  assert.equal(crash.exception.message, 'oh no');
  assert.deepEqual([ball, boom], [{ badReturn: 'ball' }, 'boom']);
});

test('events without a handler take the catch-all; names of Object.prototype and others than text do too', async () => {
  const topic = 'all:names';
  const probe = await app.joined(topic);
  for (const event of ['constructor', '__proto__', 'toString', 5, null]) {
    probe.send(['1', '2', topic, event, 1]);
    const response = { event, payload: 1 };
    await probe.expect(['1', '2', topic, 'phx_reply', { status: 'unknown', response }]);
  }
  const one = await app.joined('one:1');
  one.send(['1', '2', 'one:1', 'hasOwnProperty', {}]);
  await one.expect(okReply('1', '2', 'one:1', { event: 'hasOwnProperty' }));
});

test('intercepted and plainly sent broadcasts reach handleOut, terms reach handleInfo as they are', async () => {
  const topic = 'all:paths';
  const probe = await app.joined(topic);
  probe.send(['1', '2', topic, 'hush', { n: 1 }], ['1', '3', topic, 'plain', {}]);
  await probe.expect(['1', null, topic, 'hushed_out', { n: 1 }], ['1', null, topic, 'plain_out', {}]);
  probe.send(['1', '4', topic, 'raw', 'x']);
  await probe.expect(okReply('1', '4', topic), ['1', null, topic, 'term', { raw: 'x' }]);
});

test('a phx_drain sent to a channel drains its connection', async () => {
  const probe = await app.joined('all:drained');
  probe.send(['1', '2', 'all:drained', 'drain', {}]);
  assert.equal(await probe.closed, 1012);
  assert.deepEqual(await reasonOf('all:drained'), { shutdown: 'draining' });
});

test('a server keeps its state until it crashes, and is told by name, cast and message', async () => {
  const topic = 'all:servers';
  const probe = await app.joined(topic);
  probe.send(['1', '2', topic, 'add', 1], ['1', '3', topic, 'count', {}], ['1', '4', topic, 'count', {}]);
  await probe.expect(okReply('1', '2', topic, 2), okReply('1', '3', topic, 1), okReply('1', '4', topic, 2));
  probe.send(['1', '5', topic, 'cast', {}]);
  const tell = (event: string): unknown[] => [null, null, topic, event, { count: 2 }];
  await probe.expect(tell('cast'), tell('info'));
  probe.send(['1', '6', topic, 'count', 'crash']);
  await probe.expect(['1', '1', topic, 'phx_error', CRASHED]);
  assert.match(app.lines.join(''), /\[error\] worker counter terminating: asked to crash\n$/);
  await probe.join('7', topic);
  probe.send(['7', '8', topic, 'count', {}]);
  await probe.expect(okReply('7', '8', topic, 1));
});

test('monitors tell, kills kill, links end, results of tasks nobody awaited are stray', async () => {
  const topic = 'all:signals';
  const probe = await app.joined(topic);
  probe.send(['1', '2', topic, 'watch', {}]);
  await probe.expect(['1', null, topic, 'down', { reason: 'normal' }]);
  probe.send(['1', '3', topic, 'task', {}]);
  await probe.expect(
    ['1', null, topic, 'stray', { value: 'done' }],
    ['1', null, topic, 'down', { reason: 'normal' }],
  );
  probe.send(['1', '4', topic, 'await', {}]);
  await probe.expect([null, null, topic, 'task_done', {}], okReply('1', '4', topic, { value: 3 }));
  for (const event of ['kill', 'linked']) {
    probe.send(['1', '5', topic, event, {}]);
    await probe.expect(['1', '1', topic, 'phx_error', CRASHED]);
    await probe.join('1', topic);
  }
  assert.ok(!ended.some((end) => end.topic === topic));
});

test('a task replies, pushes and broadcasts when its channel is gone', async () => {
  const other = await app.joined('all:other');
  const topic = 'all:late';
  const probe = await app.joined(topic);
  probe.send(['1', '2', topic, 'late', {}]);
  await probe.expect(['1', '1', topic, 'phx_close', {}], okReply('1', '2', topic, { late: true }));
  await probe.expect(['1', null, topic, 'pushed', {}]);
  await other.expect([null, null, 'all:other', 'gone', {}]);
});

test('presence tracks, and tells what it refuses', async () => {
  const topic = 'all:presence';
  const probe = await app.joined(topic);
  probe.send(['1', '2', topic, 'track', '__proto__'], ['1', '3', topic, 'track', '__proto__']);
  const [diff] = await probe.take(1);
  assert.equal((diff as unknown[])[3], 'presence_diff');
  await probe.expect(okReply('1', '2', topic, ['__proto__']), errorReply('1', '3', topic, 'already_tracked'));
});

test('a supervisor of ones own restarts three times in five seconds, then gives up', async () => {
  const topic = 'all:supervisor';
  const probe = await app.joined(topic);
  probe.send(['1', '2', topic, 'supervise', 3], ['1', '3', topic, 'supervise', 9]);
  await probe.expect(okReply('1', '2', topic, { killed: 3, reason: 'alive' }));
  await probe.expect(okReply('1', '3', topic, { killed: 4, reason: 'shutdown' }));
});

test('a channel answers calls and casts of other processes', async () => {
  const topic = 'all:called';
  const probe = await app.joined(topic);
  const { runtime } = app.node.context;
  const pid = [...runtime.all()].find((one) => one.topic === topic && one.kind === 'channel');
  assert.ok(pid !== undefined);
  const asker = Process.spawn(pid, () => new Promise(() => {}));
  assert.deepEqual(await GenServer.call(asker, pid, 'who'), { request: 'who', topic });
  GenServer.cast(asker, pid, 1);
  await probe.expect(['1', null, topic, 'cast', { request: 1 }]);
  Process.exit(asker, 'kill');
});

test('the drill stands beside ones own channels', async () => {
  const probe = await app.joined('room:1');
  probe.send(['1', '2', 'room:1', 'ping', { n: 1 }]);
  await probe.expect(okReply('1', '2', 'room:1', { n: 1 }));
  await probe.join('2', 'presence:1', { user_id: 'u' });
  const frames = await probe.take(2);
  assert.deepEqual(
    frames.map((frame) => (frame as unknown[])[3]),
    ['presence_diff', 'presence_state'],
  );
});
