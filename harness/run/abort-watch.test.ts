import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Measurements } from '../judge/evaluate.ts';
import type { Thresholds } from '../scenario/api.ts';
import { AbortWatch, LOOK_BACK_MS } from './abort-watch.ts';

/** What the seconds were: durations in ms with as many samples, timeouts of so many pushes. */
type Second = { ms?: number; samples?: number; timeouts?: number };

/** Measurements of made-up seconds; the percentile is the worst of the range's. */
function measureOf(seconds: readonly Second[], asked: string[] = []) {
  return (fromMs: number, untilMs: number): Measurements => {
    asked.push(`${fromMs / 1e3}-${untilMs / 1e3}`);
    const range = seconds.slice(fromMs / 1e3, untilMs / 1e3);
    const count = range.reduce((sum, { samples = 1_000 }) => sum + samples, 0);
    const worst = Math.max(...range.map(({ ms = 1 }) => ms));
    const timeouts = range.reduce((sum, second) => sum + (second.timeouts ?? 0), 0);
    return {
      trend: () => ({ count, min: 0, max: worst, mean: worst, percentile: () => worst }),
      total: () => ({ count: timeouts, rate: count === 0 ? 0 : timeouts / count }),
      gauge: () => null,
      worst: () => assert.fail('nobody asks for the worst second'),
    };
  };
}

const PLAN = { rampMs: 5_000, totalMs: 60_000 };
const CALM: readonly Second[] = Array.from({ length: 60 }, () => ({}));

function withTrouble(from: number, trouble: Second): Second[] {
  return CALM.map((second, at) => (at >= from ? trouble : second));
}

/** The first second at whose end the run is ended, and the words. */
function firstFailure(watch: AbortWatch, untilS = 60): [atS: number, words: string] | null {
  for (let second = 1; second <= untilS; second++) {
    const words = watch.look(second * 1_000);
    if (words !== null) return [second, words];
  }
  return null;
}

const P99: Thresholds<string> = { push_duration: [{ expression: 'p(99)<1000', abortOnFail: true }] };

test('the first second that breaks it ends the run, with its figures', () => {
  const watch = new AbortWatch(P99, PLAN, measureOf(withTrouble(30, { ms: 2_100 })));
  assert.deepEqual(firstFailure(watch), [
    31,
    'push_duration p(99) was 2.1 s over the last 10 s, limit 1 s (abort condition)',
  ]);
});

test('a calm run goes on to its end', () => {
  assert.equal(firstFailure(new AbortWatch(P99, PLAN, measureOf(CALM))), null);
});

test('thresholds that end no run are not looked at', () => {
  const asked: string[] = [];
  const thresholds = { push_duration: ['p(99)<0.1', { expression: 'max<0.1', abortOnFail: false }] };
  const watch = new AbortWatch(thresholds, PLAN, measureOf(CALM, asked));
  assert.equal(watch.isIdle, true);
  assert.equal(firstFailure(watch), null);
  assert.deepEqual(asked, []);
});

test('the ramp is not looked at, and no look reaches into it', () => {
  const asked: string[] = [];
  const seconds = CALM.map((_, at) => (at < 5 ? { ms: 9_000 } : {}));
  assert.equal(firstFailure(new AbortWatch(P99, PLAN, measureOf(seconds, asked)), 17), null);
  assert.deepEqual(asked.slice(0, 2), ['5-6', '5-7']);
  assert.deepEqual(asked.slice(-2), ['6-16', '7-17']);
  assert.equal(LOOK_BACK_MS, 10_000);
  const early = new AbortWatch(P99, PLAN, measureOf(withTrouble(5, { ms: 2_000 })));
  assert.deepEqual(firstFailure(early), [
    6,
    'push_duration p(99) was 2 s over the last 1 s, limit 1 s (abort condition)',
  ]);
});

test('a ramp that ends within a second leaves that second out', () => {
  const asked: string[] = [];
  firstFailure(new AbortWatch(P99, { rampMs: 1_500, totalMs: 60_000 }, measureOf(CALM, asked)), 4);
  assert.deepEqual(asked, ['2-3', '2-4']);
});

test('the delay counts from the end of the ramp', () => {
  const thresholds = {
    push_duration: [{ expression: 'p(99)<1000', abortOnFail: true, delayAbortEval: '20s' }],
  };
  const watch = new AbortWatch(thresholds, PLAN, measureOf(withTrouble(6, { ms: 2_000 })));
  assert.equal(firstFailure(watch)?.[0], 25);
});

test('a look with too few samples says nothing', () => {
  const few = withTrouble(10, { ms: 9_000, samples: 3 }).map((second) => ({ samples: 3, ...second }));
  assert.equal(firstFailure(new AbortWatch(P99, PLAN, measureOf(few))), null);
});

test('what comes after the plan ends nothing any more', () => {
  const watch = new AbortWatch(
    P99,
    { rampMs: 0, totalMs: 20_000 },
    measureOf(withTrouble(20, { ms: 9_000 })),
  );
  assert.equal(watch.look(21_000), null);
});

test('a count that has to be reached is held against ten whole seconds, one not to be passed at once', () => {
  const reached = { push_timeouts: [{ expression: 'count>=50', abortOnFail: true }] };
  const slow = CALM.map(() => ({ timeouts: 6 }));
  assert.equal(firstFailure(new AbortWatch(reached, PLAN, measureOf(slow))), null);
  const slower = CALM.map(() => ({ timeouts: 4 }));
  assert.equal(firstFailure(new AbortWatch(reached, PLAN, measureOf(slower)))?.[0], 15);
  const none = { push_timeouts: [{ expression: 'count==0', abortOnFail: true }] };
  assert.equal(firstFailure(new AbortWatch(none, PLAN, measureOf(slow)))?.[0], 6);
});

test('of several the first written is told', () => {
  const thresholds: Thresholds<string> = {
    push_timeouts: [{ expression: 'rate<0.01', abortOnFail: true }],
    push_duration: [{ expression: 'max<500', abortOnFail: true }],
  };
  const watch = new AbortWatch(thresholds, PLAN, measureOf(withTrouble(20, { ms: 900, timeouts: 400 })));
  assert.match(firstFailure(watch)?.[1] ?? '', /^push_timeouts rate was 4 % over the last 10 s, limit 1 %/);
});

test('a metric called like something of every object is a metric', () => {
  const thresholds = Object.fromEntries([['__proto__', [{ expression: 'count==0', abortOnFail: true }]]]);
  const watch = new AbortWatch(thresholds, PLAN, measureOf(withTrouble(8, { timeouts: 1 })));
  assert.equal(firstFailure(watch)?.[0], 9);
});
