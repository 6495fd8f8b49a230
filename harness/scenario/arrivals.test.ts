import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arrivalsOf, clientIndexOf, clientsOf, nthOf } from './arrivals.ts';
import type { LoadPlan, PlannedStage } from './planned-load.ts';

/** One by one to eight workers; 64 neighbours at a time to more. */
const handOf = (workers: number): number => (workers > 8 ? 64 : 1);

type Session = { client: number; dueUs: number; untilUs: number };

function sessionsOf(load: LoadPlan, seed = 1, worker = 0, workers = 1): Session[] {
  const arrivals = arrivalsOf({ load, seed }, worker, workers);
  return Array.from({ length: arrivals.count }, (_, nth) => ({
    client: arrivals.clientOf(nth),
    dueUs: arrivals.dueUs(nth),
    untilUs: arrivals.untilUs(nth),
  }));
}

function open(
  stages: PlannedStage[],
  more: Partial<Extract<LoadPlan, { model: 'arrivals' }>> = {},
): LoadPlan {
  return { model: 'arrivals', fromRate: 0, stages, spacing: 'even', burst: 1, atMost: null, ...more };
}

const duesMs = (load: LoadPlan): number[] => sessionsOf(load).map(({ dueUs }) => dueUs / 1e3);

const someStages = fc
  .array(
    fc.record({ to: fc.nat(60), forMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20_000 })) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .filter((stages) => stages.some(({ to }) => to > 0));

const anyLoad: fc.Arbitrary<LoadPlan> = fc.oneof(
  fc.record({
    model: fc.constant('hold' as const),
    clients: fc.integer({ min: 1, max: 300 }),
    rampMs: fc.nat(60_000),
  }),
  someStages.map((stages) => ({ model: 'stages' as const, stages })),
  fc.record({
    model: fc.constant('arrivals' as const),
    fromRate: fc.nat(20),
    stages: someStages,
    spacing: fc.constantFrom('even' as const, 'poisson' as const),
    burst: fc.integer({ min: 1, max: 5 }),
    atMost: fc.constant(null),
  }),
);

test('spreads four clients over a second as 0, 250, 500 and 750 ms', () => {
  assert.deepEqual(duesMs({ model: 'hold', clients: 4, rampMs: 1_000 }), [0, 250, 500, 750]);
  assert.deepEqual(duesMs({ model: 'hold', clients: 2, rampMs: 0 }), [0, 0]);
});

test('deals seven clients to three workers as 3, 2, 2', () => {
  const counts = [0, 1, 2].map(
    (worker) => sessionsOf({ model: 'hold', clients: 7, rampMs: 0 }, 1, worker, 3).length,
  );
  assert.deepEqual(counts, [3, 2, 2]);
});

test('deals hands of 64 neighbours to many workers', () => {
  const firsts = [0, 1, 28].map((worker) => clientIndexOf(64, worker, 29));
  assert.deepEqual(firsts, [1856, 1856 + 64, 1856 + 28 * 64]);
  assert.deepEqual(
    [0, 1, 2].map((worker) => clientsOf(worker, 29, 100)),
    [64, 36, 0],
  );
});

test('every client is one worker’s n-th, and of the first so many each worker has its share', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(20_000), (workers, clients) => {
      const shares = Array.from({ length: workers }, (_, worker) => clientsOf(worker, workers, clients));
      assert.equal(
        shares.reduce((sum, share) => sum + share, 0),
        clients,
      );
      for (const [worker, share] of shares.entries()) {
        const last = clientIndexOf(share - 1, worker, workers);
        if (share > 0) assert.ok(last < clients && nthOf(last, workers) === share - 1);
        assert.ok(clientIndexOf(share, worker, workers) >= clients);
      }
    }),
  );
});

test('the sessions of all workers together are the plan, whatever their number', () => {
  fc.assert(
    fc.property(anyLoad, fc.integer({ min: 1, max: 10 }), fc.nat(100), (load, workers, seed) => {
      const order = (a: Session, b: Session): number => a.client - b.client || a.dueUs - b.dueUs;
      const dealt = Array.from({ length: workers }, (_, worker) => {
        const own = sessionsOf(load, seed, worker, workers);
        for (const { client } of own) assert.equal(Math.floor(client / handOf(workers)) % workers, worker);
        return own;
      });
      assert.deepEqual(dealt.flat().toSorted(order), sessionsOf(load, seed).toSorted(order));
    }),
  );
});

test('sessions come in the order they fall due, each ends after it has begun', () => {
  fc.assert(
    fc.property(anyLoad, fc.nat(100), (load, seed) => {
      let before = 0;
      for (const { dueUs, untilUs } of sessionsOf(load, seed)) {
        assert.ok(dueUs >= before - 1e-6, `${dueUs} after ${before}`);
        assert.ok(untilUs >= dueUs, `until ${untilUs}, from ${dueUs}`);
        before = dueUs;
      }
    }),
  );
});

test('those who arrived last leave first, and come back as sessions of the same clients', () => {
  const sessions = sessionsOf({
    model: 'stages',
    stages: [
      { to: 4, forMs: 4_000 },
      { to: 2, forMs: 2_000 },
      { to: 3, forMs: 1_000 },
      { to: 0, forMs: 3_000 },
    ],
  });
  assert.deepEqual(
    sessions.map(({ client, dueUs, untilUs }) => [client, dueUs / 1e6, untilUs / 1e6]),
    [
      [0, 0, 10],
      [1, 1, 9],
      [2, 2, 6],
      [3, 3, 5],
      [2, 6, 8],
    ],
  );
});

test('as many have a session at any time as the stages say', () => {
  fc.assert(
    fc.property(someStages, fc.nat(1_000), (stages, part) => {
      const sessions = sessionsOf({ model: 'stages', stages });
      const totalUs = stages.reduce((sum, { forMs }) => sum + forMs * 1e3, 0);
      // Off the grid of the crossings, where one may be counted on either side.
      const atUs = (totalUs * part) / 1_000 + 0.123;
      let beganUs = 0;
      let level = 0;
      let expected: number | null = null;
      for (const { to, forMs } of stages) {
        if (expected === null && atUs < beganUs + forMs * 1e3) {
          expected = level + ((to - level) * (atUs - beganUs)) / (forMs * 1e3);
        }
        beganUs += forMs * 1e3;
        level = to;
      }
      const there = sessions.filter(({ dueUs, untilUs }) => dueUs <= atUs && atUs < untilUs).length;
      assert.ok(
        Math.abs(there - (expected ?? level)) < 1.001,
        `${there} at ${atUs}, planned ${expected ?? level}`,
      );
    }),
  );
});

test('no client has two sessions at once', () => {
  fc.assert(
    fc.property(someStages, (stages) => {
      const busyUntil = new Map<number, number>();
      for (const { client, dueUs, untilUs } of sessionsOf({ model: 'stages', stages })) {
        assert.ok((busyUntil.get(client) ?? 0) <= dueUs + 1e-6);
        busyUntil.set(client, untilUs);
      }
    }),
  );
});

test('twenty a second for half a second are ten, one every 50 ms', () => {
  const load = open([{ to: 20, forMs: 500 }], { fromRate: 20 });
  assert.deepEqual(duesMs(load), [0, 50, 100, 150, 200, 250, 300, 350, 400, 450]);
});

test('a ramping rate lets the n-th arrive when the integral of the rate rises above n', () => {
  assert.deepEqual(
    duesMs(open([{ to: 8, forMs: 1_000 }])).map((ms) => Math.round(ms)),
    [0, 500, 707, 866],
  );
});

test('bursts come whole, at the rate of their clients', () => {
  const load = open([{ to: 10, forMs: 1_000 }], { fromRate: 10, burst: 4 });
  assert.deepEqual(duesMs(load), [0, 0, 0, 0, 400, 400, 400, 400, 800, 800, 800, 800]);
});

test('Poisson arrivals have the mean and the variance of a Poisson count', () => {
  const counts = Array.from(
    { length: 400 },
    (_, seed) =>
      sessionsOf(open([{ to: 20, forMs: 5_000 }], { fromRate: 20, spacing: 'poisson' }), seed).length,
  );
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
  // 100 expected; four standard errors of the mean and of the variance.
  assert.ok(Math.abs(mean - 100) < 2, `mean ${mean}`);
  assert.ok(Math.abs(variance - 100) < 29, `variance ${variance}`);
});

test('Poisson gaps are exponential: their standard deviation is their mean', () => {
  const dues = sessionsOf(open([{ to: 1_000, forMs: 10_000 }], { fromRate: 1_000, spacing: 'poisson' })).map(
    ({ dueUs }) => dueUs,
  );
  const gaps = dues.slice(1).map((due, index) => due - (dues[index] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  assert.ok(Math.abs(mean - 1_000) < 40, `mean ${mean}`);
  assert.ok(Math.abs(deviation / mean - 1) < 0.05, `deviation ${deviation}`);
});

test('Poisson arrivals on a ramp are those of a constant rate, bent onto its integral', () => {
  const constant = sessionsOf(open([{ to: 10, forMs: 10_000 }], { fromRate: 10, spacing: 'poisson' }), 5);
  const ramp = sessionsOf(open([{ to: 20, forMs: 10_000 }], { spacing: 'poisson' }), 5);
  assert.equal(ramp.length, constant.length);
  for (const [nth, { dueUs }] of ramp.entries()) {
    const seconds = dueUs / 1e6;
    // The ramp's integral is t², the constant's is 10 t.
    assert.ok(Math.abs(seconds ** 2 - ((constant[nth]?.dueUs ?? 0) / 1e6) * 10) < 1e-6);
  }
});

test('another seed draws other arrivals, the same seed the same', () => {
  const load = open([{ to: 10, forMs: 10_000 }], { fromRate: 10, spacing: 'poisson' });
  assert.deepEqual(sessionsOf(load, 3), sessionsOf(load, 3));
  assert.notDeepEqual(sessionsOf(load, 3), sessionsOf(load, 4));
});
