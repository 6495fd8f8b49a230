import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Histogram } from './histogram.ts';
import { mergeDeltas } from './merge.ts';
import { RunTotals } from './run-totals.ts';
import { COUNTERS, TRENDS, type CounterName, type TrendName } from './names.ts';
import { Recorder, type Delta } from './recorder.ts';

type Written = {
  counters: [CounterName, number][];
  samples: [TrendName, number][];
  custom: [string, number][];
};

const written = fc.record({
  counters: fc.array(fc.tuple(fc.constantFrom(...COUNTERS), fc.nat(1_000)), { maxLength: 5 }),
  samples: fc.array(fc.tuple(fc.constantFrom(...TRENDS), fc.integer({ min: 1, max: 1e7 })), { maxLength: 8 }),
  custom: fc.array(fc.tuple(fc.constantFrom('heard', 'seen', '__proto__'), fc.nat(9)), { maxLength: 3 }),
});

function deltaOf(recorder: Recorder, { counters, samples, custom }: Written, window: number): Delta {
  for (const [name, by] of counters) recorder.counters[name] += by;
  for (const [name, us] of samples) recorder.trend(name).record(us);
  for (const [name, by] of custom) recorder.count(name, by);
  return recorder.takeDelta(window);
}

test('a delta holds what was recorded since the last one, and nothing is left behind', () => {
  const recorder = new Recorder();
  recorder.counters.push_ok += 3;
  recorder.trend('push_duration').record(1_500);
  recorder.count('heard', 2);
  const first = recorder.takeDelta(4);
  assert.equal(first.window, 4);
  assert.equal(first.counters.push_ok, 3);
  assert.deepEqual([...first.own.counters], [['heard', 2]]);
  assert.deepEqual(Object.keys(first.trends), ['push_duration']);
  assert.equal(first.trends.push_duration?.readDoubleLE(0), 1_500);
  const second = recorder.takeDelta(5);
  assert.ok(COUNTERS.every((name) => second.counters[name] === 0));
  assert.deepEqual([second.own.counters.size, second.trends], [0, {}]);
  // What has been handed out is not changed by what comes later.
  recorder.counters.push_ok += 9;
  recorder.count('heard', 9);
  assert.equal(first.counters.push_ok, 3);
  assert.deepEqual([...first.own.counters], [['heard', 2]]);
});

test('the totals of a run are the sum of all deltas of all workers', () => {
  const seconds = fc.array(fc.array(written, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(seconds, (run) => {
      const recorder = new Recorder();
      const totals = new RunTotals();
      run.forEach((workers, window) => {
        totals.add(
          mergeDeltas(
            window,
            workers.map((one) => deltaOf(recorder, one, window)),
          ),
        );
      });
      const all = run.flat();
      for (const name of COUNTERS) {
        const wanted = all.flatMap((one) => one.counters).filter(([key]) => key === name);
        assert.equal(
          totals.counters[name],
          wanted.reduce((sum, [, by]) => sum + by, 0),
        );
      }
      for (const name of TRENDS) {
        const whole = new Histogram();
        for (const [key, us] of all.flatMap((one) => one.samples)) if (key === name) whole.record(us);
        const merged = totals.trend(name);
        assert.deepEqual([merged.count, merged.sum], [whole.count, whole.sum]);
        for (const p of [50, 99, 100]) assert.equal(merged.percentile(p), whole.percentile(p));
      }
      for (const name of ['heard', 'seen', '__proto__']) {
        const wanted = all.flatMap((one) => one.custom).filter(([key]) => key === name);
        assert.equal(
          totals.own.counters.get(name) ?? 0,
          wanted.reduce((sum, [, by]) => sum + by, 0),
        );
      }
      assert.deepEqual(
        totals.windows(),
        run.map((_, window) => window),
      );
    }),
    { numRuns: 25 },
  );
});

test('any part of a run can be asked for, and the parts make up the whole', () => {
  const recorder = new Recorder();
  const totals = new RunTotals();
  for (const [window, us] of [
    [2, 30],
    [0, 10],
    [1, 20],
  ] as const) {
    const delta = deltaOf(
      recorder,
      { counters: [['push_ok', us]], samples: [['push_duration', us]], custom: [] },
      window,
    );
    totals.add(mergeDeltas(window, [delta]));
  }
  assert.deepEqual(totals.windows(), [0, 1, 2]);
  const early = (window: number): boolean => window < 2;
  assert.deepEqual(
    [totals.trend('push_duration', early).max, totals.trend('push_duration', early).sum],
    [20, 30],
  );
  assert.equal(totals.countersWithin(early).push_ok, 30);
  assert.equal(totals.countersWithin((window) => !early(window)).push_ok, 30);
  assert.equal(totals.counters.push_ok, 60);
  assert.equal(totals.trend('join_duration').count, 0);
  assert.equal(totals.trend('push_duration', () => false).count, 0);
});

test('a window without any worker is empty, and counts as a second', () => {
  const totals = new RunTotals();
  totals.add(mergeDeltas(7, []));
  assert.deepEqual(totals.windows(), [7]);
  assert.ok(COUNTERS.every((name) => totals.counters[name] === 0));
});
