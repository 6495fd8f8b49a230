import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Application } from '../../application.ts';
import { drillApp } from '../../app/drill-app.ts';
import { drillSocket } from '../../channels/drill-socket.ts';
import { room } from '../../channels/room.ts';
import { withDefaults } from '../../config/defaults.ts';
import { ManualClock } from '../../otp/manual-clock.ts';
import { okReply } from '../../testing/probe.ts';
import { DRAIN } from '../notices.ts';
import { serializerV2 } from '../serializer-v2.ts';
import { Witness } from '../testing/witness.ts';
import type { Envelope, SessionAnswer } from './session-call.ts';
import { LongPollSession } from './session.ts';

const WINDOW_MS = 10_000;

interface Asked {
  answer: SessionAnswer | null;
}

/** One session without HTTP, on a clock that moves by hand. */
function setUp(): {
  clock: ManualClock;
  app: Application;
  witness: Witness;
  session: LongPollSession;
  gone: () => number;
  post: (message: unknown) => Asked;
  poll: (ref?: number) => Asked;
} {
  const clock = new ManualClock();
  const witness = new Witness();
  const config = withDefaults({ logLevel: 'none', longpoll: true });
  const app = new Application({
    config,
    clock,
    node: 0,
    app: (lent) => ({
      ...drillApp({ ...lent, secret: null }),
      socket: drillSocket([witness.route, { pattern: 'room:*', module: room }], null),
    }),
  });
  let gone = 0;
  const connected = {
    serializer: serializerV2,
    socketId: 'user:u',
    assigns: { user_id: 'u' },
    requestId: null,
  };
  const session = app.context.transportSupervisor.startChild(
    () => new LongPollSession(app.context, connected, WINDOW_MS, () => void (gone += 1)),
  );
  const post = (message: unknown): Asked => {
    const asked: Asked = { answer: null };
    const payload = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
    const envelope: Envelope = { binary: false, payload };
    session.send({
      op: 'dispatch',
      envelope,
      answer: (answer: SessionAnswer) => void (asked.answer = answer),
    });
    return asked;
  };
  const poll = (ref = 1): Asked => {
    const asked: Asked = { answer: null };
    session.send({
      op: 'flush',
      poll: { ref, answer: (answer: SessionAnswer) => void (asked.answer = answer) },
    });
    return asked;
  };
  return { clock, app, witness, session, gone: () => gone, post, poll };
}

const join = (topic: string, payload: unknown = {}): unknown => ['1', '1', topic, 'phx_join', payload];

function textsOf(asked: Asked): unknown {
  if (asked.answer?.tag !== 'messages') return asked.answer;
  return asked.answer.messages.map(
    ({ payload }) => JSON.parse(Buffer.from(payload).toString('utf8')) as unknown,
  );
}

test('what was written waits for a poll, which takes all of it', async () => {
  const { clock, post, poll } = setUp();
  const posted = [post(join('room:a')), post(['1', '2', 'room:a', 'ping', {}])];
  await clock.settle();
  assert.deepEqual(
    posted.map(({ answer }) => answer),
    [{ tag: 'taken' }, { tag: 'taken' }],
  );
  const polled = poll();
  await clock.settle();
  assert.deepEqual(textsOf(polled), [okReply('1', '1', 'room:a'), okReply('1', '2', 'room:a')]);
  const again = poll();
  await clock.settle();
  assert.equal(again.answer, null);
});

test('a waiting poll hears that something is there and asks once more', async () => {
  const { clock, post, poll } = setUp();
  const waiting = poll();
  await clock.settle();
  assert.equal(waiting.answer, null);
  post([null, '9', 'phoenix', 'heartbeat', {}]);
  await clock.settle();
  assert.deepEqual(waiting.answer, { tag: 'now available' });
  const polled = poll(2);
  await clock.settle();
  assert.deepEqual(textsOf(polled), [okReply(null, '9', 'phoenix')]);
});

test('a poll that expired hears nothing; its message waits for the next one', async () => {
  const { clock, session, post, poll } = setUp();
  const expired = poll(7);
  session.send({ op: 'expired', ref: 7 });
  post([null, '9', 'phoenix', 'heartbeat', {}]);
  await clock.settle();
  assert.equal(expired.answer, null);
  const polled = poll(8);
  await clock.settle();
  assert.deepEqual(textsOf(polled), [okReply(null, '9', 'phoenix')]);
});

test('the end of an older poll leaves a younger one alone', async () => {
  const { clock, session, post, poll } = setUp();
  poll(7);
  const younger = poll(8);
  session.send({ op: 'expired', ref: 7 });
  post([null, '9', 'phoenix', 'heartbeat', {}]);
  await clock.settle();
  assert.deepEqual(younger.answer, { tag: 'now available' });
});

test('who posts a slow join waits for it; a held session answers nobody else', async () => {
  const { clock, session, post, poll } = setUp();
  const posted = post(join('room:a', { delay_ms: 3_000 }));
  const polled = poll();
  let subscribed: SessionAnswer | null = null;
  session.send({ op: 'subscribe', answer: (answer: SessionAnswer) => void (subscribed = answer) });
  await clock.advance(2_999);
  assert.deepEqual([posted.answer, polled.answer, subscribed], [null, null, null]);
  await clock.advance(1);
  assert.deepEqual([posted.answer, subscribed], [{ tag: 'taken' }, { tag: 'subscribed' }]);
  assert.deepEqual(textsOf(polled), [okReply('1', '1', 'room:a')]);
});

test('who never polls is noticed after 15 s, who polled once after 15 to 30 s; posts do not count (76)', async () => {
  for (const [pollAtMs, endsAtMs] of [
    [1, 30_000],
    [14_999, 30_000],
    [15_000, 45_000],
  ] as const) {
    const { clock, witness, session, gone, post, poll } = setUp();
    post(join('witness:i'));
    await clock.advance(pollAtMs);
    poll();
    await clock.advance(endsAtMs - pollAtMs - 1);
    post([null, '9', 'phoenix', 'heartbeat', {}]);
    await clock.settle();
    assert.equal(session.alive, true, `polled at ${pollAtMs}`);
    await clock.advance(1);
    assert.deepEqual([session.alive, gone()], [false, 1], `polled at ${pollAtMs}`);
    assert.deepEqual(witness.reasons.get('witness:i'), { shutdown: 'inactive' });
  }
});

test('input nobody can decode ends the session with the exception; the post gets no answer', async () => {
  for (const bad of ['{nope', '', '{"a":1}', '["1","2","t","e"]']) {
    const { clock, witness, session, gone, post } = setUp();
    post(join('witness:x'));
    await clock.settle();
    const posted = post(bad);
    await clock.settle();
    assert.deepEqual([session.alive, posted.answer, gone()], [false, null, 1], bad);
    assert.deepEqual(Object.keys(witness.reasons.get('witness:x') as object), ['exception'], bad);
  }
});

test('a crash behind a join that holds the session leaves both posts without an answer', async () => {
  const { clock, session, post } = setUp();
  const posted = [post(join('room:a', { delay_ms: 100 })), post('nonsense')];
  await clock.advance(100);
  assert.equal(session.alive, false);
  // The join itself was answered before the nonsense was read.
  assert.deepEqual(
    posted.map(({ answer }) => answer),
    [{ tag: 'taken' }, null],
  );
});

test('disconnect and drain end the session by their names on either server (2.8)', async () => {
  for (const end of ['disconnected', 'draining'] as const) {
    const { clock, app, witness, session, post } = setUp();
    post(join('witness:saw'));
    post(['1', '1', 'witness:sibling', 'phx_join', {}]);
    await clock.settle();
    if (end === 'draining') witness.channelOf('witness:saw').send(DRAIN);
    else app.broadcast('user:u', 'disconnect', {});
    await clock.settle();
    assert.equal(session.alive, false);
    for (const topic of ['witness:saw', 'witness:sibling']) {
      assert.deepEqual(witness.reasons.get(topic), { shutdown: end }, topic);
    }
  }
});

test('a session ends with the tree and leaves no process and no timer of its own', async () => {
  const timers: number[] = [];
  for (const used of [false, true]) {
    const { clock, app, session, post, poll } = setUp();
    if (used) {
      post(join('room:a'));
      await clock.settle();
      poll();
    } else {
      session.end('normal');
    }
    const stopped = app.tree.stop('shutdown');
    await clock.settle();
    await stopped;
    assert.deepEqual([session.alive, app.context.runtime.processes, app.context.channels], [false, 0, 0]);
    timers.push(clock.pending);
  }
  assert.equal(timers[1], timers[0]);
});
