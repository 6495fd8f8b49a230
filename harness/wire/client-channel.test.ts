import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Arrival } from './channel-listeners.ts';
import type { ClientChannel } from './client-channel.ts';
import type { PendingReply } from './pending-reply.ts';
import { ClientScene } from './testing/client-scene.ts';

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function push(scene: ClientScene, channel: ClientChannel, event = 'ping'): PendingReply {
  return channel.push(event, '{}', scene.clock.nowUs(), 10_000);
}

suite('the answer of a join', () => {
  test('is told each time until nobody asks any more, and the last accepted one stays', () => {
    const scene = new ClientScene().open();
    const channel = scene.socket.addChannel('room:a', '{}');
    const answers: unknown[] = [];
    channel.onJoinAnswer = (reply) => answers.push([reply.status, reply.response]);
    scene.link.reply(scene.link.last('phx_join'), 'error', { reason: 'full' });
    assert.equal(channel.response, null);
    scene.advanceMs(1_000);
    scene.link.reply(scene.link.last('phx_join'), 'ok', { seat: 7 });
    assert.deepEqual(answers, [
      ['error', { reason: 'full' }],
      ['ok', { seat: 7 }],
    ]);
    channel.onJoinAnswer = null;
    channel.rejoin(scene.clock.nowUs());
    scene.link.reply(scene.link.last('phx_join'), 'error', {});
    assert.deepEqual(channel.response, { seat: 7 });
    assert.equal(answers.length, 2);
  });

  test('is a timeout when none came, and lost when the topic is left', () => {
    const scene = new ClientScene().open();
    const channel = scene.socket.addChannel('room:a', '{}');
    const answers: string[] = [];
    channel.onJoinAnswer = ({ status }) => answers.push(status);
    scene.advanceMs(10_000);
    channel.leave();
    assert.deepEqual(answers, ['timeout', 'lost']);
  });
});

test('a first join is first once; a duplicate join is told as such and loses what is out', () => {
  const scene = new ClientScene().open();
  const channel = scene.joined();
  push(scene, channel);
  channel.rejoin(scene.clock.nowUs());
  assert.deepEqual(scene.log.all.slice(-3), ['push lost: joined again', 'rejoins room:a', 'sent join']);
  scene.link.reply(scene.link.last('phx_join'));
  assert.equal(scene.log.all.at(-1), 'rejoined room:a');
});

test('a channel is joined once, and pushes nothing before', () => {
  const scene = new ClientScene().open();
  const channel = scene.socket.channel('room:a', '{}');
  assert.throws(() => push(scene, channel), /before joining/);
  channel.join(scene.clock.nowUs());
  assert.throws(() => channel.join(scene.clock.nowUs()), /joined once/);
});

test('a second channel of a topic makes the first one leave, as in phoenix.js', () => {
  const scene = new ClientScene().open();
  const first = scene.joined();
  const second = scene.joined();
  assert.deepEqual([first.state, second.state], ['closed', 'joined']);
  assert.deepEqual(
    scene.link.sent.map(([, , , event]) => event),
    ['phx_join', 'phx_leave', 'phx_join'],
  );
});

suite('a push before the join', () => {
  test('is on time when it goes out with the join, and not in flight before', () => {
    const scene = new ClientScene().open();
    const channel = scene.socket.addChannel('room:a', '{}');
    const pending = push(scene, channel);
    const waitedAs = pending.ref;
    assert.deepEqual([scene.world.pending.count('push'), scene.world.pending.buffered('push')], [0, 1]);
    scene.advanceMs(3_000);
    scene.link.reply(scene.link.last('phx_join'));
    assert.notEqual(pending.ref, waitedAs);
    assert.deepEqual([scene.world.pending.count('push'), scene.world.pending.buffered('push')], [1, 0]);
    // What the server made it wait is no lateness of ours.
    assert.deepEqual(scene.log.lateness, [0, 0]);
    // Its timeout has begun anew.
    scene.advanceMs(9_999);
    assert.equal(scene.log.count('push timeout'), 0);
    scene.advanceMs(1);
    assert.equal(scene.log.count('push timeout'), 1);
  });

  test('that times out first is never sent, and the script is told', () => {
    const scene = new ClientScene().open();
    const channel = scene.socket.addChannel('room:a', '{}');
    const told: string[] = [];
    push(scene, channel).settle = ({ status }) => told.push(status);
    scene.advanceMs(10_000);
    assert.deepEqual(told, ['timeout']);
    assert.equal(scene.log.count('never sent push: timeout'), 1);
    scene.advanceMs(1_000);
    scene.link.reply(scene.link.last('phx_join'));
    assert.throws(() => scene.link.last('ping'));
  });

  test('outlives crash and reconnect while its time lasts', () => {
    const scene = new ClientScene().open();
    const channel = scene.joined();
    const [joinRef] = scene.link.last('phx_join');
    scene.link.say('1', joinRef, 'room:a', 'phx_error', {});
    push(scene, channel);
    scene.link.drop(1006);
    scene.advanceMs(10);
    scene.link.open();
    scene.link.reply(scene.link.last('phx_join'));
    assert.equal(scene.link.last('ping')[2], 'room:a');
  });
});

test('a cast goes out at once or not at all, and nobody waits for an answer', () => {
  const scene = new ClientScene().open();
  const channel = scene.socket.addChannel('room:a', '{}');
  assert.equal(channel.cast('typing', '{}'), false);
  scene.link.reply(scene.link.last('phx_join'));
  assert.equal(channel.cast('typing', '{"on":true}'), true);
  assert.equal(scene.log.count('cast on room:a'), 1);
  const sent = scene.link.last('typing');
  assert.equal(Number(sent[1]) % 2, 0);
  scene.link.reply(sent);
  assert.equal(scene.log.count('late reply'), 0);
  assert.equal(scene.world.pending.size, 0);
});

suite('a crash', () => {
  test('loses what is out on its topic alone, and names the event that was under way', () => {
    const scene = new ClientScene().open();
    const a = scene.joined('room:a');
    const join = scene.link.last('phx_join');
    const b = scene.joined('room:b');
    push(scene, a, 'first');
    push(scene, a, 'second');
    const other = push(scene, b);
    scene.link.say(join[0], join[0], 'room:a', 'phx_error', { reason: 'channel_crash' });
    assert.equal(scene.log.count('push lost: channel crashed'), 2);
    assert.equal(scene.log.all.at(-1), 'crashed room:a at first');
    assert.equal(scene.world.pending.get(other.ref), other);
    assert.deepEqual([a.state, b.state], ['errored', 'joined']);
  });

  test('while it joins takes the join with it', () => {
    const scene = new ClientScene().open();
    const channel = scene.socket.addChannel('room:a', '{}');
    const join = scene.link.last('phx_join');
    scene.link.say(join[0], join[0], 'room:a', 'phx_error', {});
    assert.equal(scene.log.count('join lost: channel crashed'), 1);
    scene.link.reply(join);
    assert.equal(scene.log.count('late reply'), 1);
    scene.advanceMs(1_000);
    scene.link.reply(scene.link.last('phx_join'));
    assert.equal(channel.state, 'joined');
  });
});

suite('handlers', () => {
  test('of one event all hear it, until they are off', () => {
    const scene = new ClientScene().open();
    const channel = scene.joined();
    const heard: string[] = [];
    channel.on('news', () => heard.push('one'));
    channel.on('news', () => heard.push('two'));
    for (const name of ['__proto__', 'constructor']) channel.on(name, () => heard.push(name));
    for (const event of ['news', '__proto__', 'constructor', 'toString']) {
      scene.link.say(null, null, 'room:a', event, {});
    }
    channel.off('news');
    scene.link.say(null, null, 'room:a', 'news', {});
    assert.deepEqual(heard, ['one', 'two', '__proto__', 'constructor']);
  });
});

suite('waiting for the next event', () => {
  function next(channel: ClientChannel, fits?: (payload: unknown) => boolean): Arrival[] {
    const told: Arrival[] = [];
    channel.next('news', 5_000, (arrival) => told.push(arrival), fits);
    return told;
  }

  test('takes the first that fits, once', () => {
    const scene = new ClientScene().open();
    const channel = scene.joined();
    const told = next(channel, (payload) => (payload as { n: number }).n > 1);
    for (const n of [1, 2, 3]) scene.link.say(null, null, 'room:a', 'news', { n });
    assert.deepEqual(told, [{ status: 'ok', payload: { n: 2 } }]);
    assert.equal(channel.isListening, true);
    assert.equal(scene.wheel.size, 1);
  });

  test('ends as a timeout at its deadline', () => {
    const scene = new ClientScene({ heartbeatMs: null }).open();
    const told = next(scene.joined());
    scene.advanceMs(4_999);
    assert.deepEqual(told, []);
    scene.advanceMs(1);
    assert.deepEqual(told, [{ status: 'timeout', payload: null }]);
  });

  for (const [what, end] of [
    ['the connection', (scene: ClientScene) => scene.link.drop(1006)],
    ['the channel', (_scene: ClientScene, channel: ClientChannel) => channel.leave()],
  ] as const) {
    test(`is lost with ${what}`, () => {
      const scene = new ClientScene().open();
      const channel = scene.joined();
      const told = next(channel);
      end(scene, channel);
      assert.deepEqual(told, [{ status: 'lost', payload: null }]);
      scene.advanceMs(5_000);
      assert.equal(told.length, 1);
    });
  }

  test('on a topic that is left is lost at once', () => {
    const scene = new ClientScene().open();
    const channel = scene.joined();
    channel.leave();
    assert.deepEqual(next(channel), [{ status: 'lost', payload: null }]);
  });

  for (const order of ['after', 'before'] as const) {
    test(`finds the one that came with the awaited answer, right ${order} it`, async () => {
      const scene = new ClientScene().open();
      const channel = scene.joined();
      const answered = new Promise((resolve) => (push(scene, channel).settle = resolve));
      // One read of the socket: nothing of a script runs in between.
      const news = (): void => scene.link.say(null, null, 'room:a', 'news', { order });
      if (order === 'before') news();
      scene.link.reply(scene.link.last('ping'));
      if (order === 'after') news();
      await answered;
      const told = next(channel);
      assert.deepEqual(told, [{ status: 'ok', payload: { order } }]);
      // Once.
      assert.deepEqual(next(channel), []);
    });
  }

  test('finds the second of two that came together', async () => {
    const scene = new ClientScene().open();
    const channel = scene.joined();
    await turn();
    const first = new Promise((resolve) => channel.next('news', 5_000, resolve));
    scene.link.say(null, null, 'room:a', 'news', { n: 1 });
    scene.link.say(null, null, 'room:a', 'news', { n: 2 });
    assert.deepEqual(await first, { status: 'ok', payload: { n: 1 } });
    assert.deepEqual(next(channel), [{ status: 'ok', payload: { n: 2 } }]);
  });

  test('and handlers of the turn hear it too, but nobody later', async () => {
    const scene = new ClientScene().open();
    const channel = scene.socket.addChannel('room:a', '{}');
    const joined = new Promise((resolve) => (channel.onJoinAnswer = resolve));
    scene.link.reply(scene.link.last('phx_join'));
    scene.link.say(null, null, 'room:a', 'news', { n: 1 });
    await joined;
    const heard: unknown[] = [];
    channel.on('news', (payload) => heard.push(payload));
    await turn();
    assert.deepEqual(heard, [{ n: 1 }]);
    await turn();
    assert.deepEqual(next(channel), []);
  });

  test('finds nothing that came without an answer', async () => {
    const scene = new ClientScene().open();
    const channel = scene.joined();
    await turn();
    scene.link.say(null, null, 'room:a', 'news', {});
    assert.equal(channel.isListening, false);
    assert.deepEqual(next(channel), []);
  });
});
