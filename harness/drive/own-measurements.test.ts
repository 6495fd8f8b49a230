import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scenario, User } from '../scenario/api.ts';
import { crowd, type Crowd } from './testing/crowd.ts';

/** One client that runs the script; time has passed until its connection is open. */
async function alone(client: (user: User) => unknown, metrics: Scenario['metrics'] = {}): Promise<Crowd> {
  const scene = crowd({ load: { clients: 1, ramp: '0s', hold: '60s' }, client, metrics });
  scene.sessions.start();
  await scene.passMs(5);
  return scene;
}

test('tags of the client are on everything from then on, those of a push on it alone', async () => {
  const scene = await alone(
    async (user) => {
      const room = await user.join('room:1');
      user.tag('kind', 'base');
      await room.push('one', {}, { tags: { kind: 'search', size: 'big' } });
      await room.push('two');
      user.count('heard', 2);
    },
    { heard: 'counter' },
  );
  await scene.passMs(20);
  const { own } = scene.recorder.takeDelta(0);
  assert.deepEqual(
    [...own.trends.keys()].filter((name) => name.startsWith('push_duration')),
    ['push_duration{kind:search}', 'push_duration{size:big}', 'push_duration{kind:base}'],
  );
  assert.equal(own.counters.get('push_ok{kind:base}'), 1);
  assert.deepEqual([own.counters.get('heard'), own.counters.get('heard{kind:base}')], [2, 2]);
  assert.equal(own.counters.has('join_ok{kind:base}'), false);
});

test('metrics of its own are kept by kind and unit', async () => {
  const scene = await alone(
    (user) => {
      user.record('spread', 1.5);
      user.record('size', 7);
      user.check('so', true);
      user.gauge('depth', -3);
    },
    { spread: 'trend', size: { kind: 'trend', unit: 'bytes' }, so: 'rate', depth: 'gauge' },
  );
  const { trends, shares, levels } = scene.recorder.takeDelta(0).own;
  assert.deepEqual([trends.get('spread')?.readDoubleLE(0), trends.get('size')?.readDoubleLE(0)], [1_500, 7]);
  assert.deepEqual([shares.get('so'), levels.get('depth')?.value], [{ count: 1, of: 1 }, -3]);
});

test('a slip in a metric says what to write', async () => {
  for (const [script, message] of [
    [(user: User) => user.count('heart'), /'heart' is not declared; add metrics: { heart: 'counter' }/],
    [(user: User) => user.record('heard', 1), /'heard' is declared as a counter, not a trend/],
    [(user: User) => user.count('heard', NaN), /'heard': NaN is no number/],
    [(user: User) => user.tag('a b', 'c'), /tag 'a b'/],
    [(user: User) => user.sleep('soon'), /'soon' is no duration/],
    [(user: User) => user.pace(() => {}), /needs load.rate/],
  ] as const) {
    const scene = await alone(script, { heard: 'counter' });
    assert.match(scene.thrown.join(), message);
  }
});

test('a scenario that declares nothing counts under any name that is free', async () => {
  const scene = await alone((user) => {
    user.count('heard');
    user.count('heard', 2);
  });
  assert.deepEqual([scene.thrown, scene.recorder.takeDelta(0).own.counters.get('heard')], [[], 3]);
  for (const [script, message] of [
    [(user: User) => user.count('drops'), /'drops' is not declared/],
    [(user: User) => user.count('__proto__'), /'__proto__' is not declared/],
    [(user: User) => user.record('spread', 1), /'spread' is not declared; add metrics: { spread: 'trend' }/],
  ] as const) {
    const slip = await alone(script);
    assert.match(slip.thrown.join(), message);
  }
});
