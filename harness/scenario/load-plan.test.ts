import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../base/errors.ts';
import { planLoad, planRate, type LoadOverrides } from './load-plan.ts';
import type { Load } from './load-shape.ts';

const stages: Load = {
  stages: [
    { to: 100, for: '10s' },
    { to: 40, for: '20s' },
    { to: 100, for: '30s' },
  ],
};
const arrivals: Load = { arrivals: { rate: 20, for: '50s' }, hold: '10s' };

function plan(
  load: Load,
  overrides: LoadOverrides = {},
): ReturnType<typeof planLoad> & { problems: string[] } {
  const problems: Problem[] = [];
  const planned = planLoad(load, overrides, problems);
  return { ...planned, problems: problems.map(({ code, path }) => `${code} ${path}`) };
}

test('the ramp of stages ends where the clients are first at their highest', () => {
  assert.deepEqual(plan(stages).phases, { rampMs: 10_000, holdMs: 50_000 });
});

test('another number of clients scales all stages, another duration stretches them', () => {
  const { load, phases, problems } = plan(stages, { clients: 10, durationMs: 30_000 });
  assert.deepEqual(load, {
    model: 'stages',
    stages: [
      { to: 10, forMs: 5_000 },
      { to: 4, forMs: 10_000 },
      { to: 10, forMs: 15_000 },
    ],
  });
  assert.deepEqual(phases, { rampMs: 5_000, holdMs: 25_000 });
  assert.deepEqual(problems, []);
});

test('open arrivals at a constant rate have no ramp', () => {
  assert.deepEqual(plan(arrivals).phases, { rampMs: 0, holdMs: 60_000 });
  assert.deepEqual(plan(arrivals).load, {
    model: 'arrivals',
    fromRate: 20,
    stages: [{ to: 20, forMs: 50_000 }],
    spacing: 'even',
    burst: 1,
    atMost: null,
  });
});

test('the flags of open arrivals are their rate, the most at once, and the duration', () => {
  const ramping: Load = {
    arrivals: { rate: 5, stages: [{ to: 10, for: '10s' }], spacing: { burst: 3 }, atMost: 80 },
  };
  const { load, phases } = plan(ramping, { rate: 20, clients: 50, durationMs: 20_000 });
  assert.deepEqual(load, {
    model: 'arrivals',
    fromRate: 10,
    stages: [{ to: 20, forMs: 20_000 }],
    spacing: 'even',
    burst: 3,
    atMost: 50,
  });
  assert.deepEqual(phases, { rampMs: 20_000, holdMs: 0 });
  const more = plan(ramping, { clients: 500 }).load;
  assert.equal(more.model === 'arrivals' && more.atMost, 80);
});

test('refuses a ramp where there are stages, a duration of nothing, and arrivals beyond the limit', () => {
  assert.deepEqual(plan(stages, { rampMs: 1_000, durationMs: 0 }).problems, [
    'unfit-flag --ramp',
    'duration-too-short --duration',
  ]);
  assert.deepEqual(plan(arrivals, { rampMs: 1 }).problems, ['unfit-flag --ramp']);
  assert.deepEqual(plan(arrivals, { rate: 1_000_000 }).problems, ['out-of-range --rate']);
  assert.deepEqual(plan(arrivals, { durationMs: 8e9 }).problems, ['out-of-range --duration']);
});

test('the rate of pushes keeps its stages in their phases, and a flag is its highest', () => {
  const load: Load = {
    clients: 10,
    ramp: '10s',
    hold: '40s',
    rate: [
      { to: 50, for: '20s' },
      { to: 100, for: '30s' },
    ],
  };
  const { written, phases } = plan(load, { durationMs: 25_000 });
  assert.deepEqual(planRate(load, {}, written, phases), [
    { to: 50, forMs: 10_000 },
    { to: 100, forMs: 15_000 },
  ]);
  assert.deepEqual(planRate(load, { rate: 10 }, written, written), [
    { to: 5, forMs: 20_000 },
    { to: 10, forMs: 30_000 },
  ]);
  assert.equal(planRate({ clients: 1, ramp: 0, hold: 1 }, {}, written, phases), null);
  assert.equal(planRate({ clients: 1, ramp: 0, hold: 1, rate: 3 }, { rate: 7 }, written, phases), 7);
  assert.equal(planRate(arrivals, { rate: 7 }, written, phases), null);
});
