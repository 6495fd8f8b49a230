import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { User } from '../scenario/api.ts';
import { crowd, START_US } from './testing/crowd.ts';

/** Writes down who began, and how long after the start. */
function starts(): { began: [number, number][]; at: { clockMs: () => number }; note: (user: User) => void } {
  const began: [number, number][] = [];
  const at = { clockMs: () => 0 };
  return { began, at, note: (user) => void began.push([user.index, Math.floor(at.clockMs())]) };
}

test('clients arrive evenly over the ramp, and each script begins on an open connection', async () => {
  const { began, at, note } = starts();
  const client = (user: User): void => {
    assert.equal(user.isConnected, true);
    note(user);
  };
  const scene = crowd({ load: { clients: 4, ramp: '400ms', hold: '1s' }, client });
  at.clockMs = () => (scene.clock.nowUs() - START_US) / 1e3;
  scene.sessions.start();
  await scene.passMs(500);
  assert.deepEqual(
    began.map(([index]) => index),
    [0, 1, 2, 3],
  );
  began.forEach(([index, ms]) => assert.ok(ms >= index * 100 && ms <= index * 100 + 3, `${index}: ${ms}`));
  const { arrivals_planned, arrivals_begun, dropped_arrivals } = scene.recorder.counters;
  assert.deepEqual([arrivals_planned, arrivals_begun, dropped_arrivals], [4, 4, 0]);
  assert.equal(scene.sessions.everConnected, 4);
});

test('workers share the clients by their index, in turn', async () => {
  const seen: number[] = [];
  for (const worker of [0, 1, 2]) {
    const client = (user: User): void => void seen.push(user.index);
    const scene = crowd({ load: { clients: 7, ramp: '0s', hold: '1s' }, client }, { worker, workers: 3 });
    scene.sessions.start();
    await scene.passMs(20);
  }
  assert.deepEqual(seen, [0, 3, 6, 1, 4, 2, 5]);
});

test('all of them joined at once is noted, and who joined and lost it is not counted twice', async () => {
  const scene = crowd({
    load: { clients: 3, ramp: '30ms', hold: '1s' },
    client: (user) => user.join('room:1'),
  });
  scene.sessions.start();
  await scene.passMs(50);
  assert.deepEqual([scene.sessions.joined, scene.sessions.everJoined], [3, 3]);
  assert.ok(scene.sessions.allJoinedAtUs > 0);
  scene.links[0]?.drop(1006);
  assert.equal(scene.sessions.joined, 2);
  await scene.passMs(50);
  assert.deepEqual([scene.sessions.joined, scene.sessions.everJoined], [3, 3]);
});

test('with stages the last to arrive leave first, and come back as new sessions', async () => {
  const { began, note } = starts();
  const publishers: number[] = [];
  const scene = crowd({
    load: {
      stages: [
        { to: 4, for: '100ms' },
        { to: 1, for: '100ms' },
        { to: 1, for: '50ms' },
        { to: 4, for: '100ms' },
        { to: 4, for: '1s' },
      ],
    },
    client: async (user) => {
      note(user);
      publishers.push((user as unknown as { publisher: number }).publisher);
      await user.join('room:1');
    },
  });
  scene.sessions.start();
  await scene.passMs(230);
  assert.deepEqual(
    [...scene.sessions.present()].map(({ index }) => index),
    [0],
  );
  assert.deepEqual(
    scene.links.map(({ ends }) => ends.join()),
    ['', 'close 1000', 'close 1000', 'close 1000'],
  );
  assert.equal(scene.links[3]?.last('phx_leave')[2], 'room:1');
  await scene.passMs(200);
  assert.deepEqual(
    began.map(([index]) => index),
    [0, 1, 2, 3, 1, 2, 3],
  );
  // Sessions of one client must not take each other's broadcasts for doubles.
  assert.equal(new Set(publishers).size, 7);
  assert.deepEqual([scene.sessions.joined, scene.sessions.everJoined], [4, 4]);
  assert.equal(scene.recorder.counters.drops, 0);
});

test('in an open load a client leaves when its script has ended', async () => {
  const scene = crowd({
    load: { arrivals: { rate: 10, for: '300ms' }, hold: '1s' },
    client: async (user) => {
      await user.join('room:1');
      await user.sleep('50ms');
    },
  });
  scene.sessions.start();
  await scene.passMs(500);
  assert.deepEqual(
    scene.links.map(({ ends }) => ends),
    [['close 1000'], ['close 1000'], ['close 1000']],
  );
  assert.deepEqual([[...scene.sessions.present()].length, scene.sessions.joined], [0, 0]);
  assert.equal(scene.sessions.everJoined, 3);
});

test('who arrives when as many are there as may be is dropped and counted', async () => {
  const scene = crowd({
    load: { arrivals: { rate: 10, for: '500ms', atMost: 2 }, hold: '1s' },
    client: (user) => user.sleep('250ms'),
  });
  scene.sessions.start();
  await scene.passMs(600);
  const { arrivals_planned, arrivals_begun, dropped_arrivals } = scene.recorder.counters;
  assert.deepEqual([arrivals_planned, arrivals_begun, dropped_arrivals], [5, 4, 1]);
});

test('beyond the connects under way arrivals wait, and their lateness counts', async () => {
  let opens = false;
  const waiting: (() => void)[] = [];
  const scene = crowd(
    { load: { clients: 3, ramp: '0s', hold: '2s' }, client: () => {} },
    { connectsAtOnce: 2, onLink: (link) => (opens ? link.open() : waiting.push(() => link.open())) },
  );
  scene.sessions.start();
  await scene.passMs(100);
  assert.equal(scene.links.length, 2);
  opens = true;
  for (const open of waiting) open();
  await scene.passMs(10);
  assert.equal(scene.links.length, 3);
  // The third was due with the others: it has been late all the while.
  assert.ok(scene.recorder.trend('connect_duration').min >= 100_000);
});

test('who was due and still waited at the end has been dropped', async () => {
  const scene = crowd(
    { load: { clients: 5, ramp: '0s', hold: '1s' }, client: () => {} },
    { connectsAtOnce: 2, onLink: () => {} },
  );
  scene.sessions.start();
  await scene.passMs(100);
  scene.sessions.stop(scene.clock.nowUs());
  const { arrivals_planned, arrivals_begun, dropped_arrivals } = scene.recorder.counters;
  assert.deepEqual([arrivals_planned, arrivals_begun, dropped_arrivals], [5, 2, 3]);
});

test('what a script throws, now or later, is told', async () => {
  const scene = crowd({
    load: { clients: 2, ramp: '0s', hold: '1s' },
    client: (user) => {
      if (user.index === 0) throw new Error('now');
      return Promise.reject(new Error('later'));
    },
  });
  scene.sessions.start();
  await scene.passMs(10);
  assert.deepEqual(scene.thrown, ['now', 'later']);
});
