import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noreply, ok, type ChannelModule } from './channel.ts';
import type { ExitReason } from '../otp/exit-reason.ts';
import { LocalServer } from '../testing/local-server.ts';
import { errorReply, okReply } from '../testing/probe.ts';

const terminations: Array<{ topic: string; reason: ExitReason }> = [];

/** A channel that says goodbye, slowly when asked, and answers joins in every wrong way. */
const farewell: ChannelModule = {
  join(topic, payload, socket) {
    const asked = payload as Record<string, unknown>;
    if (asked['garbage'] === true) return 'nonsense' as never;
    if (asked['broadcast'] === true) socket.broadcast('early', {});
    socket.assign('slow', asked['slow'] === true);
    if (asked['r'] !== undefined) {
      socket.sendSelf('after_join');
      return ok({ r: asked['r'] });
    }
    return topic === 'bye:no' ? { tag: 'error', response: { reason: 'no' } } : ok();
  },
  handleIn: () => noreply(),
  handleInfo(message, socket) {
    socket.push(String(message), {});
    return noreply();
  },
  async terminate(reason, socket) {
    terminations.push({ topic: socket.topic, reason });
    if (socket.assigns['slow'] === true) await socket.wait(400);
    if (reason !== 'shutdown') socket.push('bye', {});
  },
};

let server: LocalServer;
before(async () => {
  server = await LocalServer.start({}, [{ pattern: 'bye:*', module: farewell }]);
});
after(() => server.stop());

test('answers a join before the pushes of its channel (16)', async () => {
  const probe = await server.connect();
  probe.send(['2', '2', 'bye:a', 'phx_join', { r: 7 }]);
  await probe.expect(okReply('2', '2', 'bye:a', { r: 7 }), ['2', null, 'bye:a', 'after_join', {}]);
});

test('refuses topics no pattern covers, an exact pattern with a suffix included (17)', async () => {
  const probe = await server.connect();
  probe.send(
    ['1', '1', 'nomatch', 'phx_join', {}],
    ['2', '2', 'lobby:1', 'phx_join', {}],
    [9, 9, 7, 'phx_join', {}],
  );
  await probe.expect(errorReply(null, '1', 'nomatch', 'unmatched topic'));
  await probe.expect(errorReply(null, '2', 'lobby:1', 'unmatched topic'));
  await probe.expect(errorReply(null, 9, 7 as never, 'unmatched topic'));
  await probe.join('3', 'lobby');
});

test('passes a refusal of join/3 on and runs terminate with :shutdown (18)', async () => {
  const probe = await server.connect();
  probe.send(['1', '1', 'bye:no', 'phx_join', {}]);
  await probe.expect(errorReply('1', '1', 'bye:no', 'no'));
  await probe.expectQuiet();
  assert.deepEqual(
    terminations.filter((end) => end.topic === 'bye:no'),
    [{ topic: 'bye:no', reason: 'shutdown' }],
  );
});

test('says join crashed when join/3 raises, returns garbage or broadcasts, without terminate (19)', async () => {
  const probe = await server.connect();
  const cases = [
    { topic: 'room:x', payload: { crash: true } },
    { topic: 'room:y', payload: 'no map' },
  ];
  for (const { topic, payload } of cases) {
    probe.send(['1', '1', topic, 'phx_join', payload]);
    await probe.expect(errorReply('1', '1', topic, 'join crashed'));
  }
  for (const payload of [{ garbage: true }, { broadcast: true }]) {
    probe.send(['1', '1', 'bye:crash', 'phx_join', payload]);
    await probe.expect(errorReply('1', '1', 'bye:crash', 'join crashed'));
  }
  await probe.expectQuiet();
  assert.equal(
    terminations.some((end) => end.topic === 'bye:crash'),
    false,
  );
});

test('caps the channels of a connection; a leave frees a slot and a rejoin keeps its own (20)', async () => {
  const small = await LocalServer.start({ maxChannels: 2 });
  try {
    const probe = await small.connect();
    await probe.join('1', 'room:1');
    await probe.join('2', 'room:2');
    probe.send(['3', '3', 'room:3', 'phx_join', {}]);
    await probe.expect(errorReply('3', '3', 'room:3', 'too many channels joined'));
    probe.send(['4', '4', 'room:2', 'phx_join', {}]);
    await probe.expect(okReply('4', '4', 'room:2'), ['2', '2', 'room:2', 'phx_close', {}]);
    probe.send(['1', '5', 'room:1', 'phx_leave', {}]);
    await probe.expect(okReply('1', '5', 'room:1'), ['1', '1', 'room:1', 'phx_close', {}]);
    await probe.join('6', 'room:3');
  } finally {
    await small.stop();
  }
});

test('ignores a stale join_ref and takes a null one (22, 23)', async () => {
  const probe = await server.joined('room:a');
  probe.send(
    ['0', '2', 'room:a', 'ping', {}],
    [1, '3', 'room:a', 'ping', {}],
    [null, '4', 'room:a', 'ping', {}],
  );
  await probe.expect(okReply('1', '4', 'room:a'));
});

test('a join without join_ref is known by its ref to pushes and by null to the transport (1.7)', async () => {
  const probe = await server.connect();
  probe.send([null, '60', 'room:a', 'phx_join', { after_join: 1 }], ['60', '61', 'room:a', 'ping', {}]);
  probe.send([null, '62', 'room:a', 'ping', {}], [null, '63', 'room:a', 'crash', {}]);
  await probe.expect(okReply(null, '60', 'room:a'), ['60', null, 'room:a', 'after_join', { n: 1 }]);
  await probe.expect(okReply('60', '62', 'room:a'));
  await probe.expect([null, null, 'room:a', 'phx_error', { reason: 'channel_crash' }]);
});

test('leaves with a reply, a close, then what terminate pushed (25, 27)', async () => {
  const probe = await server.joined('bye:leave');
  probe.send(['1', '5', 'bye:leave', 'phx_leave', {}]);
  await probe.expect(okReply('1', '5', 'bye:leave'), ['1', '1', 'bye:leave', 'phx_close', {}]);
  await probe.expect(['1', null, 'bye:leave', 'bye', {}]);
  probe.send(['1', '6', 'bye:leave', 'ping', {}]);
  await probe.expect(errorReply(null, '6', 'bye:leave', 'unmatched topic'));
});

test('answers a leave of a topic never joined (26)', async () => {
  const probe = await server.connect();
  probe.send(['9', '1', 'room:never', 'phx_leave', {}]);
  await probe.expect(okReply('9', '1', 'room:never'));
});

test('a duplicate join replaces a busy channel without terminate, reply first, then the old close (28)', async () => {
  const probe = await server.joined('room:d');
  probe.send(['1', '2', 'room:d', 'block', { ms: 60 }], ['1', '3', 'room:d', 'ping', {}]);
  probe.send(['4', '4', 'room:d', 'phx_join', { after_join: 1 }]);
  await probe.expect(okReply('4', '4', 'room:d'), ['1', '1', 'room:d', 'phx_close', {}]);
  await probe.expect(['4', null, 'room:d', 'after_join', { n: 1 }]);
  probe.send(['4', '5', 'room:d', 'block', { ms: 80 }]);
  // The old channel's 60 ms are over by now: its reply must not be here.
  await probe.expect(okReply('4', '5', 'room:d', { ms: 80 }));
});

test('a duplicate join onto a channel that traps exits stands still until the kill (30)', async () => {
  const quick = await LocalServer.start({ evictionMs: 80 });
  try {
    const probe = await quick.joined('room:t', { trap_exit: true });
    probe.send(['2', '2', 'room:t', 'phx_join', {}], [null, '3', 'phoenix', 'heartbeat', {}]);
    await probe.expect(okReply('2', '2', 'room:t'), okReply(null, '3', 'phoenix'));
    await probe.expect(['1', '1', 'room:t', 'phx_close', {}]);
  } finally {
    await quick.stop();
  }
});

test('a slow terminate does not delay the rejoin; two processes live side by side (31)', async () => {
  const probe = await server.joined('bye:slow', { slow: true });
  probe.send(['1', '2', 'bye:slow', 'phx_leave', {}]);
  await probe.expect(okReply('1', '2', 'bye:slow'), ['1', '1', 'bye:slow', 'phx_close', {}]);
  const before = server.app.context.channels;
  await probe.join('3', 'bye:slow');
  assert.equal(server.app.context.channels, before + 1);
  await probe.expect(['1', null, 'bye:slow', 'bye', {}]);
});

test('a slow join makes the connection deaf and mute, pings included, and no other connection (3.1)', async () => {
  const probe = await server.joined('room:near');
  const other = await server.joined('room:near');
  probe.send(['2', '2', 'room:far', 'phx_join', { delay_ms: 120 }]);
  probe.send([null, '3', 'phoenix', 'heartbeat', {}], ['1', '4', 'room:near', 'ping', {}]);
  probe.socket.ping('hi');
  other.send(['1', '2', 'room:near', 'shout', { n: 1 }]);
  await other.expect([null, null, 'room:near', 'shout', { n: 1 }], okReply('1', '2', 'room:near'));
  // The other client is served while the first one is still held.
  assert.deepEqual(await probe.next(), okReply('2', '2', 'room:far'));
  const rest = await probe.take(4);
  assert.equal(rest.length, 4);
  for (const frame of [okReply(null, '3', 'phoenix'), okReply('1', '4', 'room:near'), 'pong hi']) {
    assert.ok(rest.some((got) => JSON.stringify(got) === JSON.stringify(frame)));
  }
});

test('only its owner joins a private topic', async () => {
  const probe = await server.connect('vsn=2.0.0&user_id=7');
  probe.send(['1', '1', 'private:8', 'phx_join', {}]);
  await probe.expect(errorReply('1', '1', 'private:8', 'unauthorized'));
  await probe.join('2', 'private:7');
});
