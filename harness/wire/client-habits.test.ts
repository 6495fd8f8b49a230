import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ClientScene } from './testing/client-scene.ts';

// What phoenix-js.test.ts cannot ask the official client: what it tells, and the habits it has not.

suite('connecting', () => {
  test('a server that never answers is given up in time, and tried again', () => {
    const scene = new ClientScene({ connectTimeoutMs: 4_000 }).connect();
    scene.advanceMs(3_999);
    assert.deepEqual(scene.log.all, ['connecting']);
    scene.advanceMs(1);
    assert.deepEqual(scene.log.all, ['connecting', 'connect timeout: no answer in time']);
    scene.advanceMs(10);
    assert.equal(scene.links.length, 2);
  });

  test('the wait before each reconnect has its jitter, drawn anew', () => {
    const scene = new ClientScene({ reconnectMs: [1_000], reconnectJitter: 0.5 }).connect();
    for (const [drawn, waitMs] of [[0, 500] as const, [0.5, 1_000] as const, [0.75, 1_250] as const]) {
      scene.drawn = drawn;
      const before = scene.links.length;
      scene.link.refuse('ECONNREFUSED');
      scene.advanceMs(waitMs - 1);
      assert.equal(scene.links.length, before);
      scene.advanceMs(1);
      assert.equal(scene.links.length, before + 1);
    }
  });

  test('without a ladder nothing is opened again', () => {
    const scene = new ClientScene({ reconnectMs: null }).open();
    scene.link.drop(1006);
    scene.advanceMs(600_000);
    assert.equal(scene.links.length, 1);
    assert.equal(scene.wheel.size, 0);
  });

  test('is recovered when the last topic is joined again, from when it was lost', () => {
    const scene = new ClientScene().open();
    scene.joined('room:a');
    scene.joined('room:b');
    const lostAtUs = scene.clock.nowUs();
    scene.link.drop(1006);
    scene.advanceMs(10);
    scene.link.open();
    const [a, b] = scene.link.sent;
    assert.ok(a && b);
    scene.link.reply(a);
    assert.deepEqual(scene.log.recoveries, []);
    scene.advanceMs(70);
    scene.link.reply(b);
    assert.deepEqual(scene.log.recoveries, [[lostAtUs, scene.clock.nowUs()]]);
  });

  test('rejoins are spread when that is asked for, in the order of the topics', () => {
    const scene = new ClientScene({ rejoinSpreadMs: 200 }).open();
    for (const topic of ['a', 'b', 'c']) scene.joined(topic);
    scene.link.drop(1006);
    scene.advanceMs(10);
    scene.link.open();
    const topics = (): string[] => scene.link.sent.map(([, , topic]) => topic);
    assert.deepEqual(topics(), ['a']);
    scene.advanceMs(199);
    assert.deepEqual(topics(), ['a']);
    scene.advanceMs(1);
    assert.deepEqual(topics(), ['a', 'b']);
    // Refused once: the ladder begins at its foot.
    scene.link.reply(scene.link.last('phx_join'), 'error');
    scene.advanceMs(200);
    assert.deepEqual(topics(), ['a', 'b', 'c']);
    scene.advanceMs(800);
    assert.deepEqual(topics(), ['a', 'b', 'c', 'b']);
  });

  test('without a ladder a topic that failed stays so', () => {
    const scene = new ClientScene({ rejoinMs: null }).open();
    const channel = scene.socket.addChannel('room:a', '{}');
    scene.link.reply(scene.link.last('phx_join'), 'error');
    scene.advanceMs(25_000);
    scene.link.drop(1006);
    scene.advanceMs(10);
    scene.link.open();
    assert.deepEqual(scene.link.sent, []);
    assert.equal(channel.state, 'errored');
  });
});

suite('heartbeats', () => {
  test('have a timeout of their own', () => {
    const scene = new ClientScene({ heartbeatMs: 5_000, heartbeatTimeoutMs: 2_000 }).open();
    scene.advanceMs(6_999);
    assert.deepEqual(scene.link.ends, []);
    scene.advanceMs(1);
    assert.deepEqual(scene.links[0]?.ends, ['close 1000 heartbeat timeout']);
  });

  test('those of a crowd fall due together, never early and at most a grid late', () => {
    const heartbeats = [0, 1, 30, 49].map((waitMs) => {
      const scene = new ClientScene({ heartbeatMs: 5_000, heartbeatGridMs: 50 });
      scene.advanceMs(waitMs);
      scene.open();
      const openedUs = scene.clock.nowUs();
      while (scene.link.sent.length === 0) scene.advanceMs(1);
      return { atMs: scene.clock.nowUs() / 1e3, lateMs: (scene.clock.nowUs() - openedUs) / 1e3 - 5_000 };
    });
    for (const { atMs, lateMs } of heartbeats) {
      assert.equal(atMs % 50, 0);
      assert.ok(lateMs >= 0 && lateMs < 50, String(lateMs));
    }
  });

  test('none are sent when none are wanted', () => {
    const scene = new ClientScene({ heartbeatMs: null }).open();
    scene.advanceMs(600_000);
    assert.deepEqual(scene.link.sent, []);
  });

  test('up to 1.8.15 the close waits for what is unsent, at most 1.5 s, and topics rejoin on the dying connection', () => {
    const scene = new ClientScene({ phoenixJs: '1.8.15' }).open();
    scene.joined();
    const { link } = scene;
    link.bufferedBytes = 1;
    scene.advanceMs(60_000);
    assert.deepEqual(link.ends, []);
    scene.advanceMs(1_000);
    assert.deepEqual(link.last('phx_join')[1], link.last('phx_join')[0]);
    assert.equal(link.sent.filter(([, , , event]) => event === 'phx_join').length, 2);
    scene.advanceMs(499);
    assert.deepEqual(link.ends, []);
    scene.advanceMs(1);
    assert.deepEqual(link.ends, ['close 1000 heartbeat timeout']);
    scene.advanceMs(1_510);
    assert.equal(scene.links.length, 2);
  });

  test('from 1.8.16 on the close does not wait', () => {
    const scene = new ClientScene().open();
    scene.link.bufferedBytes = 1;
    scene.advanceMs(60_000);
    assert.deepEqual(scene.link.ends, ['close 1000 heartbeat timeout']);
  });
});

suite('a script that disconnects', () => {
  test('loses nothing that is unsent, and is no drop', () => {
    const scene = new ClientScene().open();
    scene.link.bufferedBytes = 7;
    scene.socket.disconnect();
    scene.advanceMs(149);
    assert.deepEqual(scene.link.ends, []);
    scene.link.bufferedBytes = 0;
    scene.advanceMs(1);
    assert.deepEqual(scene.link.ends, ['close 1000']);
    assert.deepEqual(scene.log.all.slice(-1), ['disconnected 1000 as wanted']);
    scene.advanceMs(600_000);
    assert.equal(scene.links.length, 1);
    assert.equal(scene.wheel.size, 0);
  });

  test('and connects again while it drains ends the old connection first', () => {
    const scene = new ClientScene().open();
    scene.link.bufferedBytes = 7;
    scene.socket.disconnect();
    scene.connect();
    assert.deepEqual(scene.links[0]?.ends, ['close 1000']);
    assert.equal(scene.links.length, 2);
    scene.link.open();
    scene.advanceMs(5_000);
    assert.equal(scene.socket.isOpen, true);
    assert.deepEqual(scene.log.all.slice(-3), ['disconnected 1000 as wanted', 'connecting', 'connected']);
  });

  test('gives up a connection that is not open yet: lost, and neither error nor timeout', () => {
    const scene = new ClientScene().connect();
    scene.socket.disconnect();
    assert.deepEqual(scene.log.all, ['connecting', 'connect lost: given up by the client']);
    scene.advanceMs(60_000);
    assert.equal(scene.links.length, 1);
  });

  test('is told of the next open, once', () => {
    const scene = new ClientScene();
    let opened = 0;
    scene.socket.onNextOpen = () => (opened += 1);
    scene.open();
    scene.link.drop(1006);
    scene.advanceMs(10);
    scene.link.open();
    assert.equal(opened, 1);
  });
});

test('after a stop nothing is ever sent, told or armed again', () => {
  const scene = new ClientScene().open();
  const channel = scene.joined();
  const waiting = scene.socket.addChannel('room:b', '{}');
  channel.push('ping', '{}', scene.clock.nowUs(), 10_000);
  waiting.push('ping', '{}', scene.clock.nowUs(), 10_000);
  scene.socket.stop();
  assert.equal(scene.wheel.size, 0);
  assert.equal(scene.world.pending.size, 0);
  const told = scene.log.all.length;
  scene.advanceMs(120_000);
  scene.socket.connect(scene.clock.nowUs());
  assert.equal(scene.log.all.length, told);
});
