import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ExitReason } from '../otp/exit-reason.ts';
import { noreply, ok, stop, type ChannelModule, type HandleResult } from './channel.ts';
import type { Channel } from './channel-server.ts';
import type { ChannelSocket } from './channel-socket.ts';
import { LocalServer } from '../testing/local-server.ts';
import { errorReply, okReply } from '../testing/probe.ts';

const terminations = new Map<string, ExitReason>();
const channels = new Map<string, Channel>();

let letForeignGo: () => void = () => {};
const foreign = new Promise<void>((resolve) => {
  letForeignGo = resolve;
});
const woken: string[] = [];

function wake(socket: ChannelSocket): HandleResult {
  woken.push(socket.topic);
  socket.push('awake', {});
  return noreply();
}

/** Ends in every way a callback can, and pushes from terminate. */
const enders: ChannelModule = {
  join(topic, _payload, socket) {
    channels.set(topic, socket.process);
    return ok();
  },
  handleIn(event, _payload, socket) {
    if (event === 'stop-shutdown-term') return stop({ shutdown: 'done' });
    if (event === 'bad-return') return undefined as never;
    if (event === 'info-reply') socket.sendSelf('reply');
    if (event === 'sleep') return socket.wait(10).then(() => wake(socket));
    if (event === 'foreign') return foreign.then(() => wake(socket));
    return noreply();
  },
  handleInfo: () => ({ tag: 'reply', reply: { status: 'ok', response: {} } }),
  terminate(reason, socket) {
    terminations.set(socket.topic, reason);
    socket.push('bye', {});
  },
};

const CRASH = { reason: 'channel_crash' };
const phxError = (topic: string): unknown[] => ['1', '1', topic, 'phx_error', CRASH];
const phxClose = (topic: string): unknown[] => ['1', '1', topic, 'phx_close', {}];

let server: LocalServer;
before(async () => {
  server = await LocalServer.start({}, [{ pattern: 'end:*', module: enders }]);
});
after(() => server.stop());

test('noreply sends nothing and counts as handled (35)', async () => {
  const probe = await server.joined('room:n');
  const before = server.app.snapshot().telemetry['phoenix.channel_handled_in'] ?? 0;
  probe.send(['1', '2', 'room:n', 'noreply', {}], ['1', '3', 'room:n', 'ping', {}]);
  await probe.expect(okReply('1', '3', 'room:n'));
  assert.equal(server.app.snapshot().telemetry['phoenix.channel_handled_in'], before + 2);
});

test('push, broadcast, push, reply leave in call order (37)', async () => {
  const probe = await server.joined('room:o');
  probe.send(['1', '2', 'room:o', 'order', {}]);
  await probe.expect(['1', null, 'room:o', 'p1', {}], [null, null, 'room:o', 'b1', {}]);
  await probe.expect(['1', null, 'room:o', 'p2', {}], okReply('1', '2', 'room:o'));
});

test('orderly stops close, with the reply first (38)', async () => {
  const probe = await server.connect();
  for (const reason of ['normal', 'shutdown']) {
    await probe.join('1', 'room:s');
    probe.send(['1', '2', 'room:s', 'stop', { reason }]);
    await probe.expect(phxClose('room:s'));
  }
  await probe.join('1', 'room:s');
  probe.send(['1', '2', 'room:s', 'stop', { reason: 'normal', reply: { m: 1 } }]);
  await probe.expect(okReply('1', '2', 'room:s', { m: 1 }), phxClose('room:s'));
  await probe.join('1', 'end:s');
  probe.send(['1', '2', 'end:s', 'stop-shutdown-term', {}]);
  await probe.expect(phxClose('end:s'), ['1', null, 'end:s', 'bye', {}]);
});

test('any other end is an error: stop, raise, exit, exit(:normal), wrong returns (39)', async () => {
  const probe = await server.connect();
  const events = [
    ['stop', { reason: 'boom' }],
    ['crash', {}],
    ['exit', { reason: 'boom' }],
    ['exit', { reason: 'normal' }],
    ['exit', { reason: 'shutdown' }],
  ];
  for (const [event, payload] of events) {
    await probe.join('1', 'room:e');
    probe.send(['1', '2', 'room:e', event, payload]);
    await probe.expect(phxError('room:e'));
  }
  for (const event of ['bad-return', 'info-reply']) {
    await probe.join('1', 'end:e');
    probe.send(['1', '2', 'end:e', event, {}]);
    await probe.expect(['1', null, 'end:e', 'bye', {}], phxError('end:e'));
  }
});

test('a kill or shutdown from outside errors without terminate (40)', async () => {
  const probe = await server.connect();
  for (const reason of ['kill', 'shutdown']) {
    const topic = `end:${reason}`;
    await probe.join('1', topic);
    channels.get(topic)?.signal(reason, null);
    await probe.expect(phxError(topic));
    assert.equal(terminations.has(topic), false);
  }
});

test('a killed channel stops at its next await, and what it does after a foreign one reaches nobody', async () => {
  const probe = await server.connect();
  for (const event of ['sleep', 'foreign']) {
    const topic = `end:${event}`;
    await probe.join('1', topic);
    probe.send(['1', '2', topic, event, {}]);
    await probe.expectQuiet();
    channels.get(topic)?.signal('kill', null);
    await probe.expect(phxError(topic));
  }
  letForeignGo();
  await probe.join('1', 'room:later');
  probe.send(['1', '2', 'room:later', 'block', { ms: 30 }]);
  await probe.expect(okReply('1', '2', 'room:later', { ms: 30 }));
  assert.deepEqual(woken, ['end:foreign']);
});

test('an unknown event crashes the channel, prototype names and non-strings included (41)', async () => {
  const probe = await server.connect();
  for (const event of ['nope', 'constructor', '__proto__', 7, null, 'phx_reply']) {
    await probe.join('1', 'room:u');
    probe.send(['1', '2', 'room:u', event, {}]);
    await probe.expect(phxError('room:u'));
  }
});

test('a payload no wire carries crashes the process that sends it (42)', async () => {
  const probe = await server.connect();
  for (const event of ['bad_push', 'shout']) {
    await probe.join('1', 'room:p');
    probe.send(['1', '2', 'room:p', event, [1]]);
    await probe.expect(phxError('room:p'));
  }
});

test('a call or await that takes too long ends the caller; the server goes on (45, 46)', async () => {
  const probe = await server.joined('room:c');
  await probe.join('2', 'room:d');
  probe.send(['1', '3', 'room:c', 'call', { ms: 60, timeout: 20 }], ['2', '4', 'room:d', 'call', { ms: 5 }]);
  await probe.expect(phxError('room:c'), okReply('2', '4', 'room:d', { ms: 5 }));
  await probe.join('1', 'room:c');
  probe.send(['1', '5', 'room:c', 'await', { ms: 500, timeout: 10 }]);
  await probe.expect(phxError('room:c'));
  await probe.join('1', 'room:c');
  probe.send(['1', '6', 'room:c', 'await', { ms: 5 }]);
  await probe.expect(okReply('1', '6', 'room:c', { ms: 5 }));
});

test('a crash frees the topic and touches no other (48, 49)', async () => {
  const probe = await server.joined('room:x');
  await probe.join('2', 'room:y');
  probe.send(['1', '3', 'room:x', 'crash', {}]);
  await probe.expect(phxError('room:x'));
  probe.send(['1', '4', 'room:x', 'ping', {}], ['2', '5', 'room:y', 'ping', {}]);
  await probe.expect(errorReply(null, '4', 'room:x', 'unmatched topic'), okReply('2', '5', 'room:y'));
});

test('a blocked channel holds its own mailbox and nothing else', async () => {
  const probe = await server.joined('room:b');
  await probe.join('2', 'room:free');
  probe.send(['1', '3', 'room:b', 'block', { ms: 80 }], ['1', '4', 'room:b', 'ping', {}]);
  probe.send(['2', '5', 'room:free', 'ping', {}]);
  await probe.expect(okReply('2', '5', 'room:free'));
  await probe.expectQuiet();
  assert.equal(server.app.snapshot().mailbox.sum, 1);
  await probe.expect(okReply('1', '3', 'room:b', { ms: 80 }), okReply('1', '4', 'room:b'));
});

test('burning is preempted: other channels run in between', async () => {
  const probe = await server.joined('room:burn');
  await probe.join('2', 'room:free2');
  probe.send(['1', '3', 'room:burn', 'burn', { ms: 60 }], ['2', '4', 'room:free2', 'ping', {}]);
  await probe.expect(okReply('2', '4', 'room:free2'), okReply('1', '3', 'room:burn', { ms: 60 }));
});

test('a task answers later, out of order, and also after the channel left', async () => {
  const probe = await server.joined('room:t');
  probe.send(['1', '2', 'room:t', 'task', { ms: 60 }], ['1', '3', 'room:t', 'task', { ms: 5 }]);
  await probe.expect(okReply('1', '3', 'room:t', { ms: 5 }));
  probe.send(['1', '4', 'room:t', 'phx_leave', {}]);
  await probe.expect(
    okReply('1', '4', 'room:t'),
    phxClose('room:t'),
    okReply('1', '2', 'room:t', { ms: 60 }),
  );
});

test('statuses, responses and double replies go out as given', async () => {
  const probe = await server.joined('room:r');
  probe.send(['1', '2', 'room:r', 'status', { status: 'pending', response: 'text' }]);
  await probe.expect(['1', '2', 'room:r', 'phx_reply', { status: 'pending', response: 'text' }]);
  probe.send(['1', '3', 'room:r', 'status', { status: 'error' }]);
  await probe.expect(['1', '3', 'room:r', 'phx_reply', { status: 'error', response: {} }]);
  probe.send(['1', '4', 'room:r', 'double_reply', {}], ['1', '5', 'room:r', 'ping', null]);
  await probe.expect(okReply('1', '4', 'room:r', { n: 1 }), okReply('1', '4', 'room:r', { n: 2 }));
  await probe.expect(okReply('1', '5', 'room:r', null));
});

test('a returned timeout fires on quiet and is cancelled by any message', async () => {
  const probe = await server.joined('room:q');
  probe.send(['1', '2', 'room:q', 'timeout', { ms: 5 }]);
  await probe.expect(['1', null, 'room:q', 'timeout', {}]);
  probe.send(['1', '3', 'room:q', 'timeout', { ms: 30 }], ['1', '4', 'room:q', 'block', { ms: 60 }]);
  await probe.expect(okReply('1', '4', 'room:q', { ms: 60 }));
  await probe.expectQuiet();
});

test('a flood is answered first and then worked off', async () => {
  const probe = await server.joined('room:f');
  probe.send(['1', '2', 'room:f', 'flood', { n: 5, ms: 10 }], ['1', '3', 'room:f', 'ping', {}]);
  await probe.expect(okReply('1', '2', 'room:f'), okReply('1', '3', 'room:f'));
});

test('grow fills the table, which outlives the channel', async () => {
  const probe = await server.joined('room:g');
  probe.send(['1', '2', 'room:g', 'grow', { rows: 3, bytes: 100 }], ['1', '3', 'room:g', 'phx_leave', {}]);
  await probe.take(3);
  const [drill] = server.app.snapshot().tables;
  assert.deepEqual(drill, { name: 'drill', rows: 3, bytes: 300 });
});

test('monitor tells when a connection of that user ends', async () => {
  const watcher = await server.joined('room:m', {}, 'vsn=2.0.0&user_id=w');
  const watched = await server.joined('room:m', {}, 'vsn=2.0.0&user_id=u');
  watcher.send(['1', '2', 'room:m', 'monitor', { user_id: 'u' }]);
  await watcher.expect(okReply('1', '2', 'room:m'));
  watched.drop();
  await watcher.expect(['1', null, 'room:m', 'down', { user_id: 'u' }]);
});
