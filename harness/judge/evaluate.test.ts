import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import type { ThresholdResult } from '../record/run-record.ts';
import { evaluateThresholds, samplesNeeded } from './evaluate.ts';
import type { Measurements, Thresholds } from './evaluate.ts';

const nothing: Measurements = { trend: () => null, total: () => null, gauge: () => null, worst: () => null };

/** A trend of 1 … count ms. */
function steps(count: number): Measurements['trend'] {
  return () => ({
    count,
    min: 1,
    max: count,
    mean: (count + 1) / 2,
    percentile: (p) => Math.ceil((p / 100) * count),
  });
}

function one(thresholds: Thresholds, source: Partial<Measurements>): ThresholdResult {
  const results = evaluateThresholds(thresholds, { ...nothing, ...source });
  assert.equal(results.length, 1);
  assert.ok(results[0]);
  return results[0];
}

test('compares each statistic of a trend with its limit', () => {
  const results = evaluateThresholds(
    { push_duration: ['p(99)<=990', 'p(99)<990', 'avg<501', 'med==500', 'min>1', 'max<1001', 'count>=1000'] },
    { ...nothing, trend: steps(1_000) },
  );
  assert.deepEqual(
    results.map((result) => [result.expression, result.actual, result.status]),
    [
      ['p(99)<=990', 990, 'pass'],
      ['p(99)<990', 990, 'fail'],
      ['avg<501', 500.5, 'pass'],
      ['med==500', 500, 'pass'],
      ['min>1', 1, 'fail'],
      ['max<1001', 1_000, 'pass'],
      ['count>=1000', 1_000, 'pass'],
    ],
  );
  assert.equal(results[0]?.unit, 'ms');
  assert.equal(results[6]?.unit, 'count');
});

test('asks for ten samples beyond a percentile', () => {
  assert.deepEqual(
    [50, 90, 95, 99, 99.9, 99.99, 1].map(samplesNeeded),
    [20, 100, 200, 1_000, 10_000, 100_000, 1_000],
  );
});

test('a percentile of too few samples is inconclusive and says how many it needs', () => {
  const few = one({ push_duration: ['p(99.9)<250'] }, { trend: steps(9_999) });
  assert.equal(few.status, 'inconclusive');
  assert.equal(few.actual, null);
  assert.equal(few.reason, 'p(99.9) of push_duration had 9,999 samples, needs 10,000');
  assert.equal(one({ push_duration: ['p(99.9)<25000'] }, { trend: steps(10_000) }).status, 'pass');
  assert.equal(one({ push_duration: ['med<250'] }, { trend: steps(19) }).status, 'inconclusive');
});

test('the largest value needs no more than one sample', () => {
  assert.equal(one({ recovery_duration: ['max<10000'] }, { trend: steps(1) }).status, 'pass');
});

test('what was not measured is inconclusive, never a pass', () => {
  for (const [metric, expression] of [
    ['push_duration', 'max<1'],
    ['push_timeouts', 'rate<0.01'],
    ['mailbox_max', 'max<10'],
  ] as const) {
    const result = one({ [metric]: [expression] }, {});
    assert.equal(result.status, 'inconclusive', metric);
    assert.equal(result.reason, `nothing was measured for ${metric}`);
  }
  assert.equal(
    one({ push_timeouts: ['rate<0.01'] }, { total: () => ({ count: 0, rate: Number.NaN }) }).status,
    'inconclusive',
  );
});

test('a counter that nobody touched stands at nought over the whole run, but not over a part that never came', () => {
  assert.equal(one({ delivery_missing: ['count==0'] }, {}).status, 'pass');
  assert.equal(one({ heard: ['count>0'] }, {}).status, 'fail');
  const part = one({ drops: [{ expression: 'count==0', during: 'network_drop' }] }, {});
  assert.equal(part.status, 'inconclusive');
  assert.equal(part.reason, 'nothing was measured for drops during network_drop');
});

test('a counter that others keep and did not tell is no nought', () => {
  for (const metric of ['server_connects', 'server_events{event:phoenix.socket_drain}', 'syn_retransmits']) {
    const result = one({ [metric]: ['count==0'] }, {});
    assert.equal(result.status, 'inconclusive', metric);
    assert.equal(result.reason, `nothing was measured for ${metric}`);
  }
});

test('a gauge of so many a second is read as such', () => {
  const result = one(
    { server_connect_rate: ['max<500'] },
    { gauge: () => ({ value: 1, min: 0, max: 812.5 }) },
  );
  assert.deepEqual([result.status, result.actual, result.unit], ['fail', 812.5, 'perSecond']);
});

test('looks at the part of the run the threshold names, at its level', () => {
  const asked: string[] = [];
  const result = one(
    { push_duration: [{ expression: 'max<5', during: 'steady', level: 'warn' }] },
    {
      trend: (metric, during) => {
        asked.push(`${metric} ${during}`);
        return steps(10)(metric, during);
      },
      worst: (metric, stat) => ({ atMs: 21_000, during: `${metric} ${stat}` }),
    },
  );
  assert.deepEqual(asked, ['push_duration steady']);
  assert.deepEqual(
    [result.status, result.during, result.level, result.worstAtMs, result.worstDuring],
    ['fail', 'steady', 'warn', 21_000, 'push_duration max'],
  );
});

test('gives each figure its unit', () => {
  const source = { total: () => ({ count: 3, rate: 0.5 }), gauge: () => ({ value: 1, min: 0, max: 2 }) };
  const unit = (metric: string, expression: string): string => one({ [metric]: [expression] }, source).unit;
  assert.equal(unit('push_timeouts', 'rate<1'), 'share');
  assert.equal(unit('push_timeouts', 'count<9'), 'count');
  assert.equal(unit('deliveries', 'rate<1'), 'perSecond');
  assert.equal(unit('ets_memory', 'max<9'), 'bytes');
  assert.equal(unit('mailbox_oldest_wait', 'value<9'), 'ms');
  assert.equal(unit('mailbox_len', 'value<9'), 'count');
});

test('refuses an expression that does not parse', () => {
  assert.throws(
    () => evaluateThresholds({ push_duration: ['p99<1'] }, nothing),
    (error) => error instanceof FiredrillError && error.problems[0]?.path === 'thresholds.push_duration[0]',
  );
});

test('metrics of the scenario are judged by the kind and unit it declared, with a tag or without', () => {
  const spec: Measurements['spec'] = (metric) =>
    metric.startsWith('size') ? { kind: 'trend', unit: 'bytes' } : { kind: 'rate', unit: 'share' };
  const size = one({ 'size{kind:a}': ['max<=9'] }, { spec, trend: steps(9) });
  assert.deepEqual([size.actual, size.unit, size.status], [9, 'bytes', 'pass']);
  const so = one({ so: ['rate<0.5'] }, { spec, total: () => ({ count: 3, rate: 0.75 }) });
  assert.deepEqual([so.actual, so.unit, so.status], [0.75, 'share', 'fail']);
});

test('a metric of ours with a tag is judged as without', () => {
  const tagged = one({ 'push_duration{kind:search}': ['max<5'] }, { trend: steps(4) });
  assert.deepEqual([tagged.actual, tagged.unit, tagged.status], [4, 'ms', 'pass']);
});
