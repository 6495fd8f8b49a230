import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DueTimes } from './due-times.ts';
import { scheduleOf } from './schedule.ts';

function take(times: DueTimes, count: number, fromUs = 0): number[] {
  const dues = [times.first(fromUs)];
  while (dues.length < count) dues.push(times.next());
  return dues;
}

test('falls due at the phase and every interval from it', () => {
  assert.deepEqual(take(scheduleOf(1_000, { phaseUs: 200 }, 1, 9), 3), [200, 1_200, 2_200]);
});

test('who asks late begins with the next due time, and makes up for none', () => {
  assert.deepEqual(take(scheduleOf(1_000, { phaseUs: 200 }, 1, 9), 2, 5_201), [6_200, 7_200]);
  assert.deepEqual(take(scheduleOf(1_000, { phaseUs: 200 }, 1, 9), 2, 5_200), [5_200, 6_200]);
});

test('without a phase a hundred clients fall due evenly over the interval', () => {
  const firsts = Array.from({ length: 100 }, (_, index) => scheduleOf(1_000, {}, 1, index).first(0));
  const sorted = firsts.toSorted((a, b) => a - b);
  assert.ok((sorted[0] ?? -1) >= 0 && (sorted[99] ?? 1_000) < 1_000);
  for (const [nth, due] of sorted.entries()) assert.ok(Math.abs(due - nth * 10) < 20, `${nth} at ${due}`);
});

test('ends after so many', () => {
  assert.deepEqual(take(scheduleOf(1_000, { phaseUs: 0, times: 2 }, 1, 0), 4), [
    0,
    1_000,
    Infinity,
    Infinity,
  ]);
  const poisson = take(scheduleOf(1_000, { spacing: 'poisson', times: 2 }, 1, 0), 3, 5_000);
  assert.deepEqual(poisson.map(Number.isFinite), [true, true, false]);
});

test('a day of millisecond intervals does not drift', () => {
  const times = scheduleOf(1_000.1, { phaseUs: 0 }, 1, 0);
  times.first(0);
  let due = 0;
  for (let nth = 1; nth <= 100_000; nth++) due = times.next();
  assert.equal(due, 100_000 * 1_000.1);
});

test('due times rise, begin no earlier than asked, and no more than an interval later when even', () => {
  const anyTimes = fc.record({
    intervalUs: fc.double({ min: 1, max: 1e7, noNaN: true }),
    fromUs: fc.nat(1e6),
    spacing: fc.constantFrom('even' as const, 'poisson' as const),
    index: fc.nat(1e6),
  });
  fc.assert(
    fc.property(anyTimes, ({ intervalUs, fromUs, spacing, index }) => {
      const interval = spacing === 'poisson' ? Math.max(1_000, intervalUs) : intervalUs;
      const dues = take(scheduleOf(interval, { spacing }, 7, index), 20, fromUs);
      const first = dues[0] ?? -1;
      assert.ok(first >= fromUs - 1e-3, `${first} for ${fromUs}`);
      if (spacing === 'even') assert.ok(first <= fromUs + interval + 1e-3);
      for (const [nth, due] of dues.entries()) assert.ok(nth === 0 || due >= (dues[nth - 1] ?? 0));
    }),
  );
});

test('Poisson due times stand on the run clock: who asks later gets the rest of the same', () => {
  const poisson = (): DueTimes => scheduleOf(1_000, { spacing: 'poisson' }, 7, 3);
  const all = take(poisson(), 50);
  const fromUs = 20_000;
  const rest = all.filter((due) => due >= fromUs);
  assert.ok(rest.length > 5 && rest.length < 50);
  assert.deepEqual(take(poisson(), rest.length, fromUs), rest);
});

test('Poisson gaps have the interval as their mean, and clients and schedules draw their own', () => {
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < 200; index++) {
    const dues = take(scheduleOf(1_000, { spacing: 'poisson' }, 7, index), 50);
    for (const [nth, due] of dues.entries()) {
      const gap = due - (nth === 0 ? 0 : (dues[nth - 1] ?? 0));
      sum += gap / 10_000;
      squares += (gap * gap) / 10_000;
    }
  }
  assert.ok(Math.abs(sum - 1_000) < 40, `mean ${sum}`);
  assert.ok(Math.abs(Math.sqrt(squares - sum * sum) / sum - 1) < 0.05);
  const of = (index: number, ordinal: number): number[] =>
    take(scheduleOf(1_000, { spacing: 'poisson' }, 7, index, ordinal), 5);
  assert.notDeepEqual(of(0, 0), of(1, 0));
  assert.notDeepEqual(of(0, 0), of(0, 1));
  assert.deepEqual(of(4, 2), of(4, 2));
});
