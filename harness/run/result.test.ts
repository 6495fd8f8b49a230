import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import { ownSpecs } from '../base/own-metrics.ts';
import type { Measurements } from '../judge/evaluate.ts';
import type { Result } from '../scenario/finding.ts';
import { resultOf } from './result.ts';

const own = ownSpecs({ heard: 'counter', found: 'rate', size: { kind: 'gauge', unit: 'bytes' } });

/** What was measured: 2,000 pushes of which 60 when steady, and 1,940 heard a second. */
const measured: Measurements = {
  spec: (metric) => own.get(metric),
  trend(metric, during) {
    if (metric !== 'push_duration') return null;
    const count = during === 'all' ? 2_000 : during === 'steady' ? 60 : 0;
    return { count, min: 1, max: 7_190, mean: 40, percentile: (p) => p * 10 };
  },
  total(metric, during) {
    if (metric === 'heard') return during === 'all' ? { count: 19_400, rate: 1_940 } : null;
    if (metric === 'found') return { count: 3, rate: 0.25 };
    return metric === 'drops' ? { count: 0, rate: 0 } : null;
  },
  gauge: (metric) => (metric === 'size' ? { value: 2_048, min: 1, max: 4_096 } : null),
  worst: () => null,
};

const result = resultOf(
  measured,
  { own, faultKinds: ['slow_join'] },
  {
    clients: { planned: 20, connected: 20, joined: 19, failed: 1, joinedAfterMs: null },
    verdict: { status: 'fail', reasons: [] },
    thresholds: [],
  },
) as Result<'heard' | 'found' | 'size'>;

/** The problem of a figure that nobody could have a threshold on. */
function refused(ask: () => unknown): string {
  try {
    ask();
  } catch (error) {
    assert.ok(error instanceof FiredrillError);
    assert.equal(error.exitCode, 107);
    assert.doesNotMatch(error.message, />=0/);
    return error.message;
  }
  return assert.fail('should be refused');
}

test('a figure is a number in the unit of its metric', () => {
  assert.equal(result.figure('push_duration', 'max'), 7_190);
  assert.equal(result.figure('push_duration', 'p(99)'), 990);
  assert.equal(result.figure('push_duration', 'count', { during: 'steady' }), 60);
  assert.equal(result.figure('heard', 'rate'), 1_940);
  assert.equal(result.figure('found', 'rate'), 0.25);
  assert.equal(result.figure('size', 'max'), 4_096);
  assert.equal(result.figure('delivery_missing', 'count'), 0);
});

test('its text is what a person would say', () => {
  assert.equal(result.text('push_duration', 'max'), '7.19 s');
  assert.equal(result.text('heard', 'rate'), '1,940/s');
  assert.equal(result.text('heard', 'count'), '19,400');
  assert.equal(result.text('found', 'rate'), '25 %');
  assert.equal(result.text('size', 'value'), '2 KiB');
});

test('what was not measured is null and nothing; too few samples are told from none', () => {
  const steady = { during: 'steady' } as const;
  assert.equal(result.figure('join_duration', 'max'), null);
  assert.equal(result.text('join_duration', 'p(99)'), 'nothing');
  assert.equal(result.text('heard', 'rate', steady), 'nothing');
  assert.equal(result.figure('push_duration', 'p(99)', steady), null);
  assert.equal(result.text('push_duration', 'p(99)', steady), 'too few samples');
  assert.equal(result.text('push_duration', 'med', { during: 'slow_join' }), 'nothing');
  assert.equal(result.text('push_duration', 'med', steady), '500 ms');
});

test('a figure that no threshold could name is refused with what there is', () => {
  assert.match(
    refused(() => result.figure('push_durations' as 'heard', 'max')),
    /did you mean push_duration\?/,
  );
  assert.match(
    refused(() => result.text('push_duration', 'p99' as 'max')),
    /figure\('push_duration', 'p99'\)\n {2}got {5}'p99'\n {2}wanted {2}p\(N\), avg/,
  );
  assert.match(
    refused(() => result.figure('push_duration', 'rate')),
    /which is a trend/,
  );
  assert.match(
    refused(() => result.figure('drops', 'count', { during: 'intercept' })),
    /unknown-part/,
  );
  assert.match(
    refused(() => result.figure('drops{a:b}' as 'heard', 'count')),
    /untagged-metric/,
  );
  for (const name of ['__proto__', 'constructor'])
    assert.match(
      refused(() => result.figure(name as 'heard', 'count')),
      /unknown-metric/,
    );
});

test('tells who was there and how it was judged', () => {
  assert.deepEqual([result.clients, result.verdict, result.thresholds], [19, 'fail', []]);
});
