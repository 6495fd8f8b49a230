import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrillLook } from '../record/drill-record.ts';
import type { Measurements } from './evaluate.ts';
import {
  countLook,
  deviationWords,
  figuresOf,
  lookAt,
  mostTelling,
  neverTold,
  unseen,
  untoldWords,
} from './steady-state.ts';

const HYPOTHESIS = { push_duration: ['p(95)<250'], push_timeouts: ['rate<0.01'] };
const STRETCH = { when: 'during', fromMs: 21_000, untilMs: 31_000 } as const;

/** A stretch with so many pushes, all of that duration, and that share of timeouts. */
function measured(count: number, ms: number, rate: number | null = 0): Measurements {
  return {
    trend: (metric) =>
      metric === 'push_duration' ? { count, min: ms, max: ms, mean: ms, percentile: () => ms } : null,
    total: () => (rate === null ? null : { count: 0, rate }),
    gauge: () => null,
    worst: () => assert.fail('which second was worst is not asked'),
  };
}

function look(source: Measurements, over: Partial<typeof STRETCH> | object = {}): DrillLook {
  return lookAt(HYPOTHESIS, source, { ...STRETCH, ...over });
}

test('a look holds when every expression does', () => {
  const held = look(measured(1_000, 40));
  assert.equal(held.status, 'held');
  assert.deepEqual(
    held.probes.map(({ metric, expression, actual, limit, unit, status }) => [
      `${metric} ${expression}`,
      actual,
      limit,
      unit,
      status,
    ]),
    [
      ['push_duration p(95)<250', 40, 250, 'ms', 'held'],
      ['push_timeouts rate<0.01', 0, 0.01, 'share', 'held'],
    ],
  );
});

test('it deviates when one of them does, also when another cannot be told', () => {
  const deviated = look(measured(1_000, 812, null));
  assert.deepEqual(
    [deviated.status, ...deviated.probes.map(({ status }) => status)],
    ['deviated', 'deviated', 'cannot tell'],
  );
  assert.equal(figuresOf(deviated), 'push_duration p(95) was 812 ms, limit 250 ms');
});

test('with too few samples it cannot tell, and says what would help', () => {
  const untold = look(measured(40, 812));
  assert.equal(untold.status, 'cannot tell');
  assert.equal(
    untoldWords(untold.probes),
    'p(95) of push_duration had 40 samples, needs 200 (a longer --window, more load, or a lower percentile helps)',
  );
});

test('where there was nothing to look at it cannot tell, a counter of nought neither', () => {
  const nothing = unseen({ drops: ['count==0'] }, STRETCH, 'no second was left');
  assert.equal(nothing.status, 'cannot tell');
  assert.deepEqual(
    nothing.probes.map(({ actual, status, reason }) => [actual, status, reason]),
    [[null, 'cannot tell', 'no second was left']],
  );
});

test('names of metrics are ordinary keys, __proto__ too', () => {
  const odd = lookAt(Object.fromEntries([['__proto__', ['count==0']]]), measured(1, 1), STRETCH);
  assert.deepEqual(
    odd.probes.map(({ metric }) => metric),
    ['__proto__'],
  );
});

test('the words name the moment, and the fault that went on last', () => {
  const spans = [
    { name: 'slow joins', appliedAtMs: 10_000, liftedAtMs: 20_000 },
    { name: 'blocking handlers', appliedAtMs: 27_004, liftedAtMs: null },
    { name: 'resets', appliedAtMs: null, liftedAtMs: null },
  ];
  const bad = look(measured(1_000, 812));
  assert.equal(
    deviationWords(bad, spans),
    'the steady state deviated at 0:31, 4 s after blocking handlers went on: push_duration p(95) was 812 ms, limit 250 ms',
  );
  assert.match(
    deviationWords({ ...bad, untilMs: 24_000 }, spans),
    /^the steady state deviated at 0:24, 4 s after the lift of slow joins: /,
  );
  assert.match(deviationWords({ ...bad, untilMs: 9_000 }, spans), /^the steady state deviated at 0:09: /);
  assert.match(
    deviationWords({ ...bad, untilMs: 27_500 }, spans),
    /0:27, 496 ms after blocking handlers went on/,
  );
  assert.match(
    deviationWords({ ...bad, when: 'after' }, spans.slice(0, 1)),
    /^the steady state was not back at 0:31, 11 s after the lift of slow joins: /,
  );
  assert.match(
    deviationWords({ ...bad, when: 'before' }, []),
    /^the steady state did not hold before the first fault: push_duration p\(95\) was 812 ms/,
  );
});

test('of many looks the first that deviated says most, else the tightest', () => {
  const calm = look(measured(1_000, 40));
  const tight = look(measured(1_000, 200), { untilMs: 32_000 });
  const untold = look(measured(3, 200), { untilMs: 33_000 });
  const first = look(measured(1_000, 812), { untilMs: 34_000 });
  const worse = look(measured(1_000, 4_000), { untilMs: 35_000 });
  assert.equal(mostTelling([]), null);
  assert.equal(mostTelling([untold, calm, tight, calm]), tight);
  assert.equal(mostTelling([calm, tight, first, worse]), first);
  const counts = { looks: 0, held: 0, deviated: 0, cannotTell: 0 };
  for (const one of [calm, tight, untold, first, worse]) countLook(counts, one);
  assert.deepEqual(counts, { looks: 5, held: 2, deviated: 2, cannotTell: 1 });
});

test('an expression that wants much is tightest when there is little', () => {
  const pushes = (count: number): DrillLook =>
    lookAt({ push_duration: ['count>100'] }, measured(count, 1), STRETCH);
  const [plenty, few] = [pushes(5_000), pushes(101)];
  assert.equal(mostTelling([plenty, few, plenty]), few);
});

test('only what no look could tell was never told', () => {
  const few = look(measured(3, 1));
  const enough = look(measured(1_000, 1, null));
  const told = (...looks: DrillLook[]): string[] => neverTold(looks).map(({ metric }) => metric);
  assert.deepEqual(told(), []);
  assert.deepEqual(told(few, few), ['push_duration']);
  assert.deepEqual(told(few, enough), []);
  assert.deepEqual(told(look(measured(3, 1, null))), ['push_duration', 'push_timeouts']);
});
