import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pacingOf, type Pacing } from './pacing.ts';
import type { PlannedRate } from './planned-load.ts';

function pacing(rate: PlannedRate, clients: number, seed = 1): Pacing {
  const made = pacingOf({ rate, clients, seed });
  assert.ok(made);
  return made;
}

/** Due times of all clients within a time, in order. */
function duesOf(of: Pacing, clients: number, untilUs: number, spacing?: 'even' | 'poisson'): number[] {
  return Array.from({ length: clients }, (_, index) => {
    const dues: number[] = [];
    const times = of.dueTimesOf(index, spacing);
    for (let due = times.first(0); due < untilUs; due = times.next()) dues.push(due);
    return dues;
  })
    .flat()
    .toSorted((a, b) => a - b);
}

test('a plan without a rate has no pacing', () => {
  assert.equal(pacingOf({ rate: null, clients: 3, seed: 1 }), null);
});

test('three clients share 6 pushes a second in turn', () => {
  const of = pacing(6, 3);
  const firsts = [0, 1, 2].map((index) => {
    const times = of.dueTimesOf(index);
    return [times.first(0), times.next()].map((us) => Math.round(us / 1e3));
  });
  assert.deepEqual(firsts, [
    [0, 500],
    [167, 667],
    [333, 833],
  ]);
});

test('all clients together push at the rate, at even distances, whatever their number', () => {
  const rates = fc.oneof(
    fc.integer({ min: 1, max: 50 }),
    fc.array(fc.record({ to: fc.integer({ min: 1, max: 50 }), forMs: fc.integer({ min: 1, max: 5_000 }) }), {
      minLength: 1,
      maxLength: 4,
    }),
  );
  fc.assert(
    fc.property(rates, fc.integer({ min: 1, max: 40 }), (rate, clients) => {
      const dues = duesOf(pacing(rate, clients), clients, 5e6);
      const one = duesOf(pacing(rate, 1), 1, 5e6);
      assert.equal(dues.length, one.length);
      for (const [nth, due] of dues.entries()) assert.ok(Math.abs(due - (one[nth] ?? 0)) < 1e-3);
    }),
  );
});

test('who asks late begins with its next push', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(5_000_000),
      (rate, clients, fromUs) => {
        const index = clients - 1;
        const all = pacing(rate, clients).dueTimesOf(index);
        let expected = all.first(0);
        while (expected < fromUs) expected = all.next();
        assert.equal(pacing(rate, clients).dueTimesOf(index).first(fromUs), expected);
      },
    ),
  );
});

test('a rate that ends at 0 lets nothing more fall due', () => {
  const falling = [
    { to: 10, forMs: 0 },
    { to: 0, forMs: 1_000 },
  ];
  const times = pacing(falling, 1).dueTimesOf(0);
  const dues = [times.first(0), times.next(), times.next(), times.next(), times.next(), times.next()];
  assert.deepEqual(dues.map(Number.isFinite), [true, true, true, true, true, false]);
});

test('Poisson paces keep the rate of all clients, and its stages', () => {
  const stages = [
    { to: 100, forMs: 5_000 },
    { to: 100, forMs: 5_000 },
  ];
  const dues = duesOf(pacing(stages, 200, 3), 200, 10e6, 'poisson');
  const early = dues.filter((due) => due < 5e6).length;
  assert.ok(Math.abs(early - 250) < 64, `${early} on the ramp`);
  assert.ok(Math.abs(dues.length - early - 500) < 90, `${dues.length - early} behind it`);
});
