import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FiredrillError } from '../base/errors.ts';
import { fault } from './api.ts';
import type { Scenario } from './api.ts';
import { planRun } from './plan.ts';

const drill: Scenario = {
  about: 'a drill',
  load: { clients: 1_000, ramp: '10s', hold: '40s', rate: 200 },
  client: () => undefined,
  faults: [
    fault.blockingHandler({ delayMs: 150, topic: 'room:*', share: 0.1 }).at('20s').for('10s'),
    fault.slowJoin({ delayMs: 2_000, rejoin: 0.2 }).at('5s').for('5s'),
    fault.blockingHandler({ delayMs: 50 }).at('40s').for('5s'),
  ],
};

/** [start, end] of each fault in seconds. */
function spans(overrides: Partial<Parameters<typeof planRun>[1]>): [number, number][] {
  return planRun(drill, { seed: 1, ...overrides }).faults.map(({ atMs, forMs }) => [
    atMs / 1e3,
    (atMs + forMs) / 1e3,
  ]);
}

test('without flags a run is what the scenario says', () => {
  const plan = planRun(drill, { seed: 7 });
  assert.equal(plan.clients, 1_000);
  assert.deepEqual([plan.rampMs, plan.holdMs, plan.totalMs], [10_000, 40_000, 50_000]);
  assert.equal(plan.rate, 200);
  assert.equal(plan.seed, 7);
  assert.deepEqual(plan.faults[0], {
    id: 'blocking-handler-1',
    kind: 'blocking_handler',
    name: 'blocking handlers',
    side: 'server',
    params: { delayMs: 150, topic: 'room:*', share: 0.1 },
    share: 0.1,
    whom: '10 % of topics room:*',
    what: 'handle_in takes 150 ms',
    effects: ['pushes', 'longest mailbox'],
    isOptional: false,
    atMs: 20_000,
    forMs: 10_000,
  });
});

test('a fault that comes again is planned as often, each with its own number', () => {
  const repeated = { ...drill, faults: [fault.slowJoin({ delayMs: 9 }).at('10s').for('2s').every('5s', 3)] };
  const { faults } = planRun(repeated, { seed: 1 });
  assert.deepEqual(
    faults.map(({ id, atMs, forMs }) => [id, atMs, forMs]),
    [
      ['slow-join-1', 10_000, 2_000],
      ['slow-join-2', 15_000, 2_000],
      ['slow-join-3', 20_000, 2_000],
    ],
  );
});

test('numbers the faults of one kind', () => {
  const ids = planRun(drill, { seed: 1 }).faults.map((planned) => planned.id);
  assert.deepEqual(ids, ['blocking-handler-1', 'slow-join-1', 'blocking-handler-2']);
});

test('a shorter run shrinks its ramp and its faults in proportion', () => {
  const plan = planRun(drill, { seed: 1, durationMs: 25_000 });
  assert.deepEqual([plan.rampMs, plan.holdMs, plan.totalMs], [5_000, 20_000, 25_000]);
  assert.deepEqual(spans({ durationMs: 25_000 }), [
    [10, 15],
    [2.5, 5],
    [20, 22.5],
  ]);
});

test('a longer run keeps its ramp and holds longer', () => {
  const plan = planRun(drill, { seed: 1, durationMs: 90_000 });
  assert.deepEqual([plan.rampMs, plan.holdMs], [10_000, 80_000]);
  assert.deepEqual(spans({ durationMs: 90_000 })[0], [30, 50]);
});

test('another ramp moves the faults of the hold along with it', () => {
  assert.deepEqual(planRun(drill, { seed: 1, rampMs: 20_000 }).totalMs, 60_000);
  assert.deepEqual(spans({ rampMs: 20_000 }), [
    [30, 40],
    [10, 20],
    [50, 55],
  ]);
});

test('squeezes no fault below a second, and keeps it within the run', () => {
  for (const [start, end] of spans({ durationMs: 2_000 })) {
    assert.ok(end - start >= 1 - 1e-9 && start >= 0 && end <= 2 + 1e-9, `${start} to ${end}`);
  }
});

test('refuses flags that do not fit together, all at once', () => {
  const problemsOf = (overrides: object): string[] => {
    try {
      planRun(drill, { seed: 1, ...overrides });
      return [];
    } catch (error) {
      assert.ok(error instanceof FiredrillError);
      assert.equal(error.exitCode, 104);
      return error.problems.map((problem) => problem.path);
    }
  };
  assert.deepEqual(problemsOf({ durationMs: 5_000, rampMs: 5_000 }), ['--duration']);
  assert.deepEqual(problemsOf({ durationMs: 0 }), ['--duration']);
  assert.deepEqual(problemsOf({ clients: 0, rate: 0, seed: -1 }), ['--clients', '--seed', '--rate']);
  assert.deepEqual(problemsOf({ durationMs: Number.NaN }), ['--duration']);
  assert.deepEqual(problemsOf({ durationMs: 6_000, rampMs: 5_000 }), []);
});

test('every fault stays in the phase it was written for', () => {
  const ms = fc.integer({ min: 1, max: 600_000 });
  fc.assert(
    fc.property(
      ms,
      ms,
      ms,
      ms,
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      (ramp, hold, newRamp, newHold, part) => {
        const at = part * (ramp + hold);
        const length = (ramp + hold - at) / 2;
        const scenario: Scenario = {
          ...drill,
          load: { clients: 1, ramp, hold },
          faults: [fault.intercept({ event: 'shout' }).at(at).for(length)],
        };
        const plan = planRun(scenario, { seed: 1, rampMs: newRamp, durationMs: newRamp + newHold });
        const planned = plan.faults[0];
        assert.ok(planned);
        assert.ok(planned.atMs >= 0 && planned.atMs + planned.forMs <= plan.totalMs + 1e-6);
        // A fault stretched to its floor of a second may be pulled forward into the ramp.
        if (planned.forMs > 1_000) assert.equal(planned.atMs < newRamp - 1e-6, at < ramp - 1e-6);
      },
    ),
  );
});

test('open arrivals count who will come, from the seed, and the machine holds who may be there at once', () => {
  const load = { arrivals: { rate: 10, for: '10s', spacing: 'poisson', atMost: 30 } } as const;
  const plan = planRun({ ...drill, load, faults: [] }, { seed: 1 });
  assert.notEqual(plan.clients, 100);
  assert.ok(Math.abs(plan.clients - 100) < 40, String(plan.clients));
  assert.deepEqual([plan.atOnce, plan.rampMs, plan.totalMs, plan.rate], [30, 0, 10_000, null]);
  assert.equal(planRun({ ...drill, load, faults: [] }, { seed: 1, clients: 7 }).atOnce, 7);
});

test('a seed that draws no arrival at all is refused', () => {
  const load = { arrivals: { rate: 0.001, for: '1s', spacing: 'poisson' } } as const;
  assert.throws(() => planRun({ ...drill, load, faults: [] }, { seed: 1 }), /no-arrivals/);
});

test('faults of a staged load move with its stages', () => {
  const load = {
    stages: [
      { to: 100, for: '10s' },
      { to: 100, for: '40s' },
    ],
  };
  const plan = planRun({ ...drill, load }, { seed: 1, durationMs: 25_000, clients: 40 });
  assert.deepEqual([plan.clients, plan.atOnce, plan.rampMs, plan.totalMs], [40, 40, 5_000, 25_000]);
  assert.deepEqual(
    plan.faults.map(({ atMs, forMs }) => [atMs, forMs]),
    [
      [10_000, 5_000],
      [2_500, 2_500],
      [20_000, 2_500],
    ],
  );
});

test('a plan goes to the workers as JSON and comes out the same', () => {
  const load = { arrivals: { rate: 1, for: '1s', spacing: { burst: 2 } } } as const;
  const plan = planRun({ ...drill, load, faults: [] }, { seed: 1 });
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
});

test('says in words whom each kind hits and what it does', () => {
  const words = (planned: Scenario['faults']): string[] =>
    planRun({ ...drill, faults: planned ?? [] }, { seed: 1 }).faults.map((one) => `${one.whom}: ${one.what}`);
  const on = (plan: ReturnType<typeof fault.intercept>): ReturnType<typeof fault.intercept> =>
    plan.at(0).for(1_000);
  assert.deepEqual(
    words([
      on(fault.slowJoin({ delayMs: 2_000, rejoin: 0.2 })),
      on(fault.slowJoin({ delayMs: 400, topic: 'room:*' })),
      on(fault.slowJoin({ delayMs: 400, topic: 'room:*', share: 0.1 })),
      on(fault.intercept({ event: 'shout' })),
      on(fault.intercept({ event: 'shout', topic: 'lobby' })),
      on(fault.networkDrop({ reset: 0.05, blackhole: 0.03 })),
      on(fault.networkDrop({ reset: 1 })),
      on(fault.networkDrop({ blackhole: 0.5 })),
    ]),
    [
      'all topics: join takes 2 s, 20 % of clients rejoin',
      'topics room:*: join takes 400 ms',
      '10 % of topics room:*: join takes 400 ms',
      'all topics: broadcasts of shout pass through every channel process',
      'topic lobby: broadcasts of shout pass through every channel process',
      '8 % of connections: 5 % reset, 3 % half-open until lifted',
      'all connections: reset',
      '50 % of connections: half-open until lifted',
    ],
  );
});
