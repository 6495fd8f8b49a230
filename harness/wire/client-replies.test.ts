import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { suite, test } from 'node:test';
import type { PendingReply } from './pending-reply.ts';
import { PhoenixSocket } from './phoenix-socket.ts';
import { Reply } from './reply.ts';
import { ClientScene } from './testing/client-scene.ts';

function joinedScene(profile = {}): {
  scene: ClientScene;
  push: (event?: string) => PendingReply;
  told: unknown[];
} {
  const scene = new ClientScene(profile).open();
  const channel = scene.joined();
  const told: unknown[] = [];
  const push = (event = 'ping'): PendingReply => {
    const pending = channel.push(event, '{}', scene.clock.nowUs(), 10_000);
    pending.settle = ({ status, response }) => told.push([event, status, response]);
    return pending;
  };
  return { scene, push, told };
}

test('replies settle what they answer, whatever their order and status', () => {
  const { scene, push, told } = joinedScene();
  push('first');
  push('second');
  scene.link.reply(scene.link.last('second'), 'error', { reason: 'no' });
  scene.link.reply(scene.link.last('first'), 'ok', [1, null]);
  assert.deepEqual(told, [
    ['second', 'error', { reason: 'no' }],
    ['first', 'ok', [1, null]],
  ]);
});

test('a push times out 10 s after it was due; its answer is late then', () => {
  const { scene, told } = joinedScene();
  const [channel] = scene.socket.channels;
  assert.ok(channel);
  const dueUs = scene.clock.nowUs() - 4_000_000;
  channel.push('ping', '{}', dueUs, 10_000).settle = ({ status, response }) => told.push([status, response]);
  scene.advanceMs(5_999);
  assert.deepEqual(told, []);
  scene.advanceMs(1);
  assert.deepEqual(told, [['timeout', null]]);
  scene.link.reply(scene.link.last('ping'));
  assert.equal(scene.log.count('late reply'), 1);
});

test('a second reply to one ref is late, and settles nothing', () => {
  const { scene, push, told } = joinedScene();
  push();
  scene.link.reply(scene.link.last('ping'), 'ok', { n: 1 });
  scene.link.reply(scene.link.last('ping'), 'ok', { n: 2 });
  assert.deepEqual(told, [['ping', 'ok', { n: 1 }]]);
  assert.equal(scene.log.count('late reply'), 1);
});

test('a reply without a status or a body is an error, not a crash', () => {
  const { scene, push, told } = joinedScene();
  for (const body of [null, 'text', 7, {}, { status: 1 }, { status: 'pending', response: 1 }]) {
    push();
    const [joinRef, ref, topic] = scene.link.last('ping');
    scene.link.say(joinRef, ref, topic, 'phx_reply', body);
  }
  assert.deepEqual(
    told.map((one) => (one as unknown[])[1]),
    Array.from({ length: 6 }, () => 'error'),
  );
});

test('a reply to the message of another client is none of ours', () => {
  const { scene, push, told } = joinedScene();
  const stranger = new PhoenixSocket(scene.world, 1);
  stranger.connect(scene.clock.nowUs());
  scene.link.open();
  const pending = push();
  const [link] = scene.links;
  scene.link.reply(link?.last('ping') ?? [null, null, '', '', {}]);
  assert.deepEqual(told, []);
  assert.equal(scene.world.pending.get(pending.ref), pending);
  assert.equal(scene.log.count('late reply'), 1);
});

test('a reply under another join_ref is outdated; one under none passes, as of an unmatched topic', () => {
  const { scene, push, told } = joinedScene();
  push();
  const [, ref, topic] = scene.link.last('ping');
  for (const joinRef of ['999', 'abc', '1x']) {
    scene.link.say(joinRef, ref, topic, 'phx_reply', { status: 'ok', response: {} });
  }
  assert.deepEqual(told, []);
  scene.link.say(null, ref, topic, 'phx_reply', { status: 'error', response: { reason: 'unmatched topic' } });
  assert.deepEqual(told, [['ping', 'error', { reason: 'unmatched topic' }]]);
});

test('what nobody waits for is not decoded, and an empty ok is the same for all', () => {
  const scene = new ClientScene().open();
  const channel = scene.joined();
  channel.push('ping', '{}', scene.clock.nowUs(), 10_000);
  scene.link.reply(scene.link.last('ping'), 'ok', { much: 'text' });
  assert.equal(scene.log.count('push ok'), 1);
  assert.equal(Reply.ofText('ok', '{}'), Reply.OK);
  const reply = Reply.ofText('ok', '{"n":1}');
  assert.equal(reply.response, reply.response);
  assert.deepEqual(JSON.parse(JSON.stringify(reply)), { status: 'ok', response: { n: 1 } });
  assert.match(inspect(reply), /n: 1/);
});

test('all that is out is lost with the connection, and says with what', () => {
  const { scene, push, told } = joinedScene();
  scene.advanceMs(25_000);
  push();
  scene.advanceMs(5_000);
  scene.link.drop(1011);
  assert.deepEqual(told, [['ping', 'lost', null]]);
  for (const kind of ['push', 'heartbeat']) {
    assert.equal(scene.log.count(`${kind} lost: closed by the server with 1011`), 1);
  }
  assert.equal(scene.world.pending.size, 0);
  assert.equal(scene.socket.firstPending, null);
});

suite('in V1', () => {
  test('joins, pushes and hears as its server speaks', () => {
    const scene = new ClientScene({ vsn: '1.0.0' }).open();
    const channel = scene.socket.addChannel('room:a', '{"a":1}');
    const heard: unknown[] = [];
    channel.on('news', (payload) => heard.push(payload));
    const join = JSON.parse(scene.link.texts[0] ?? '') as Record<string, unknown>;
    assert.deepEqual(join, {
      topic: 'room:a',
      event: 'phx_join',
      payload: { a: 1 },
      ref: '1',
      join_ref: '1',
    });
    const reply = {
      topic: 'room:a',
      event: 'phx_reply',
      ref: '1',
      payload: { status: 'ok', response: { n: 1 } },
    };
    scene.link.sayText(JSON.stringify(reply));
    assert.deepEqual(channel.response, { n: 1 });
    scene.link.sayText(JSON.stringify({ topic: 'room:a', event: 'news', ref: null, payload: { x: 2 } }));
    assert.deepEqual(heard, [{ x: 2 }]);
  });
});

test('binary frames are heard and answer like text, their payload as bytes', () => {
  const { scene, push, told } = joinedScene();
  const [channel] = scene.socket.channels;
  const heard: unknown[] = [];
  channel?.on('binbc', (payload) => heard.push(payload));
  const pending = push();
  const say = (...parts: (number | string)[]): void => {
    const frame = Buffer.concat(
      parts.map((p) => (typeof p === 'number' ? Buffer.from([p]) : Buffer.from(p))),
    );
    scene.link.owner.onBinary(frame, 0, frame.length);
  };
  say(2, 6, 5, 'room:a', 'binbc', 1, 2, 3);
  assert.deepEqual(heard, [new Uint8Array([1, 2, 3])]);
  const ref = String(pending.ref);
  say(1, 1, ref.length, 6, 2, '1', ref, 'room:a', 'ok', 9);
  assert.deepEqual(told, [['ping', 'ok', new Uint8Array([9])]]);
});

test('topics not joined, texts that are no message and join_refs nobody gave do nothing', () => {
  const { scene } = joinedScene();
  const before = scene.log.all.length;
  for (const strange of ['abc', '999', '1.5']) {
    scene.link.say(strange, null, 'room:a', 'news', {});
    scene.link.say(strange, strange, 'room:a', 'phx_error', {});
  }
  scene.link.say(null, null, 'room:b', 'news', {});
  for (const text of ['', '[', '{"no":"message"}', '[1,2,3]', 'null']) scene.link.sayText(text);
  assert.equal(scene.log.all.length, before);
  scene.link.say('', null, 'room:a', 'news', {});
  assert.equal(scene.log.all.at(-1), 'room:a news {}');
});

// The server's golden frames, as one connection would bring them: none of them may upset a client.
const golden = (
  JSON.parse(readFileSync(new URL('../../test/golden/frames.json', import.meta.url), 'utf8')) as {
    text: { name: string; direction: string; text: string }[];
  }
).text.filter(({ direction }) => direction === 'server');

test('every frame recorded from a real Phoenix is taken in, in whatever state', () => {
  assert.ok(golden.length > 10);
  for (const prepare of [() => new ClientScene().open(), () => joinedScene().scene]) {
    const scene = prepare();
    for (const { text } of golden) scene.link.sayText(text);
    assert.equal(scene.socket.isOpen, true);
  }
});
