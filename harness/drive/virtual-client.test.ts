import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel, Scenario, User } from '../scenario/api.ts';
import { crowd, START_US, type Crowd } from './testing/crowd.ts';

const LOAD = { clients: 1, ramp: '0s', hold: '60s' } as const;

/** One client that runs the script; time has passed until its connection is open. */
async function alone(
  client: (user: User) => unknown,
  more: Partial<Scenario> = {},
  behaviour: Parameters<typeof crowd>[1] = {},
): Promise<Crowd> {
  const scene = crowd({ load: LOAD, client, ...more }, behaviour);
  scene.sessions.start();
  await scene.passMs(5);
  return scene;
}

/** A server that refuses every join until it is told otherwise. */
function doorman() {
  const door = { isOpen: false };
  const behaviour: Parameters<typeof crowd>[1] = {
    onMessage: (link, message) =>
      link.reply(message, door.isOpen || message[3] !== 'phx_join' ? 'ok' : 'error'),
  };
  return { door, behaviour };
}

test('join resolves when it is accepted; the answer of the first join is known to who asks for it', async () => {
  const { door, behaviour } = doorman();
  const seen: string[] = [];
  const scene = await alone(
    async (user) => {
      const lobby = user.channel('lobby');
      seen.push(`first ${(await lobby.join()).status}`);
      await user.join('room:1');
      seen.push('accepted');
    },
    {},
    behaviour,
  );
  await scene.passMs(20);
  assert.deepEqual(seen, ['first error']);
  door.isOpen = true;
  await scene.passMs(1_100);
  assert.deepEqual(seen, ['first error', 'accepted']);
});

test('a scheduled push that cannot be sent is dropped; one by itself waits for the join', async () => {
  const { door, behaviour } = doorman();
  const statuses: string[] = [];
  const scene = await alone(
    async (user) => {
      const room = user.channel('room:1');
      await room.join();
      void room.push('patient').then(({ status }) => statuses.push(`patient ${status}`));
      await user.every('100ms', async () => statuses.push(`scheduled ${(await room.push('ping')).status}`), {
        phase: '100ms',
        times: 2,
      });
    },
    {},
    behaviour,
  );
  await scene.passMs(300);
  const { counters } = scene.recorder;
  assert.deepEqual(statuses, ['scheduled dropped', 'scheduled dropped']);
  assert.deepEqual([counters.push_planned, counters.push_sent, counters.push_dropped], [3, 0, 2]);
  assert.equal(scene.world.pending.buffered('push'), 1);
  door.isOpen = true;
  await scene.passMs(1_000);
  assert.deepEqual(statuses.slice(2), ['patient ok']);
  assert.deepEqual([counters.push_planned, counters.push_sent, counters.push_dropped], [3, 1, 2]);
  assert.ok(scene.recorder.trend('push_duration').max > 900_000);
  assert.ok(scene.recorder.trend('push_service_duration').max < 10_000);
});

test('a push that times out before it could be sent counts as planned and dropped', async () => {
  const statuses: string[] = [];
  const scene = await alone(
    async (user) => {
      const room = user.channel('room:1');
      await room.join();
      statuses.push((await room.push('ping', {}, { timeout: '200ms' })).status);
    },
    {},
    doorman().behaviour,
  );
  await scene.passMs(300);
  const { push_planned, push_sent, push_dropped } = scene.recorder.counters;
  assert.deepEqual([statuses, push_planned, push_sent, push_dropped], [['timeout'], 1, 0, 1]);
  assert.equal(scene.recorder.trend('push_duration').count, 0);
});

test('after the end nothing resolves any more, and nothing is sent', async () => {
  let resolved = 0;
  let room: Channel | null = null;
  const scene = await alone(
    async (user) => {
      room = await user.join('room:1');
      const more = (): number => (resolved += 1);
      void room.push('slow').then(more);
      void user.sleep('1s').then(more);
      void room.next('never', { within: '1s' }).then(more);
      void user.every('100ms', more, { times: 100 }).then(more);
    },
    {},
    { onMessage: (link, message) => message[3] !== 'slow' && link.reply(message) },
  );
  scene.runtime.stopped = true;
  const sent = scene.links[0]?.texts.length;
  await scene.passMs(15_000);
  assert.equal(resolved, 0);
  // The timeout stands in the books all the same.
  assert.equal(scene.recorder.counters.push_timeout, 1);
  const late = room as Channel | null;
  void late?.push('ping').then(() => (resolved += 1));
  assert.equal(late?.cast('ping'), false);
  await scene.passMs(50);
  assert.deepEqual([resolved, scene.links[0]?.texts.length], [0, sent]);
  assert.deepEqual([scene.recorder.counters.push_planned, scene.recorder.counters.casts_planned], [1, 0]);
});

test('a script that loops over dead things leaves time for everybody else', async () => {
  let rounds = 0;
  const scene = await alone(async (user) => {
    const room = await user.join('room:1');
    room.leave();
    for (;;) {
      const { status } = await room.next('shout');
      assert.equal(status, 'lost');
      rounds += 1;
    }
  });
  await scene.passMs(50);
  assert.ok(rounds > 5 && rounds < 60, `${rounds}`);
});

test('next takes the first event that fits, in time', async () => {
  const seen: unknown[] = [];
  const scene = await alone(async (user) => {
    const room = await user.join('room:1');
    const where = (payload: unknown): boolean => (payload as { n: number }).n > 1;
    seen.push(await room.next('shout', { where }));
    seen.push(await room.next('shout', { within: '100ms' }));
  });
  scene.links[0]?.say(null, null, 'room:1', 'shout', { n: 1 });
  scene.links[0]?.say(null, null, 'room:1', 'shout', { n: 2 });
  await scene.passMs(150);
  assert.deepEqual(seen, [
    { status: 'ok', payload: { n: 2 } },
    { status: 'timeout', payload: null },
  ]);
});

test('handlers hear events, several of them, until they are taken off; what one throws ends nothing but the run', async () => {
  const heard: string[] = [];
  let room: Channel | null = null;
  const scene = await alone(async (user) => {
    room = await user.join('room:1', {}, { shout: () => heard.push('of the join') });
    room.on('shout', () => {
      heard.push('second');
      throw new Error('in a handler');
    });
  });
  const say = (): void => scene.links[0]?.say(null, null, 'room:1', 'shout', {});
  say();
  assert.deepEqual([heard, scene.thrown], [['of the join', 'second'], ['in a handler']]);
  (room as Channel | null)?.off('shout');
  say();
  assert.equal(heard.length, 2);
});

test('a cast goes out without an answer, or is dropped', async () => {
  const sent: boolean[] = [];
  const scene = await alone(async (user) => {
    const room = user.channel('room:1');
    sent.push(room.cast('early'));
    await room.join();
    sent.push(room.cast('typing', { a: 1 }));
  });
  const { casts_planned, casts, casts_dropped } = scene.recorder.counters;
  assert.deepEqual([sent, casts_planned, casts, casts_dropped], [[false, true], 2, 1, 1]);
  const [joinRef, ref, , , payload] = scene.links[0]?.last('typing') ?? [];
  assert.deepEqual([typeof joinRef, Number(ref) % 2, payload], ['string', 0, { a: 1 }]);
});

test('broadcasts of a topic are numbered on, whatever becomes of the channel', async () => {
  const scene = await alone(async (user) => {
    const first = await user.join('room:1');
    await first.publish('shout');
    first.leave();
    const second = await user.join('room:1');
    await second.publish('shout');
  });
  await scene.passMs(20);
  assert.deepEqual(
    scene.runtime.published.map(({ publisher, sequence }) => [publisher, sequence]),
    [
      [0, 0],
      [0, 1],
    ],
  );
});

test('a client that disconnects stays away until it reconnects, and that is no drop', async () => {
  const seen: boolean[] = [];
  const scene = await alone(async (user) => {
    await user.join('room:1');
    user.disconnect();
    await user.sleep('8s');
    seen.push(user.isConnected);
    await user.reconnect();
    seen.push(user.isConnected);
  });
  await scene.passMs(8_100);
  assert.deepEqual([seen, scene.links.length], [[false, true], 2]);
  assert.deepEqual([scene.recorder.counters.drops, scene.sessions.joined], [0, 1]);
});

test('think time lies within its bounds and is the same in every run', async () => {
  const thought = async (): Promise<number[]> => {
    const wokeMs: number[] = [];
    const scene = crowd({
      load: { clients: 5, ramp: '0s', hold: '1s' },
      client: async (user) => {
        await user.think('100ms', '200ms');
        wokeMs.push(Math.floor((scene.clock.nowUs() - START_US) / 1e3));
      },
    });
    scene.sessions.start();
    await scene.passMs(220);
    return wokeMs;
  };
  const wokeMs = await thought();
  assert.ok(wokeMs.every((ms) => ms >= 100 && ms <= 203));
  assert.ok(new Set(wokeMs).size > 2);
  assert.deepEqual(await thought(), wokeMs);
});

test('isRunning ends with the plan, and ramped with the last arrival', async () => {
  const seen: string[] = [];
  const scene = crowd({
    load: { clients: 2, ramp: '200ms', hold: '300ms' },
    client: async (user) => {
      if (user.index > 0) return;
      seen.push(`${user.isRunning} of ${user.clients}`);
      await user.ramped();
      seen.push('ramped');
    },
  });
  scene.sessions.start();
  await scene.passMs(150);
  assert.deepEqual(seen, ['true of 2']);
  await scene.passMs(100);
  assert.deepEqual(seen, ['true of 2', 'ramped']);
  const [user] = scene.sessions.present();
  assert.equal(user?.isRunning, true);
  await scene.passMs(300);
  assert.equal(user?.isRunning, false);
});
