import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownSpecs } from '../base/own-metrics.ts';
import { sumGauges } from '../drive/gauges.ts';
import { balanceBooks } from '../judge/books.ts';
import { mergeDeltas } from '../measure/merge.ts';
import { Recorder } from '../measure/recorder.ts';
import { RunTotals } from '../measure/run-totals.ts';
import type { TrendMetric } from '../record/run-record.ts';
import type { MeasuredRun } from './measurements.ts';
import { RunParts } from './parts.ts';
import { attemptsOf, metricsOf, operationsOf, samplePairs } from './summarise.ts';

/** One second in which the recorder recorded. */
function runOf(record: (recorder: Recorder) => void): MeasuredRun {
  const recorder = new Recorder();
  record(recorder);
  const totals = new RunTotals();
  totals.add(mergeDeltas(0, [recorder.takeDelta(0)]));
  return {
    totals,
    windows: [],
    broadcasts: [],
    recoveriesMs: [],
    startUs: 0,
    parts: new RunParts([], new Map(), 0, 1_000),
    own: ownSpecs({ heard: 'counter', size: { kind: 'trend', unit: 'bytes' }, so: 'rate', depth: 'gauge' }),
  };
}

test('the summary has metrics of ours, those of the scenario, and each of them by tag', () => {
  const metrics = metricsOf(
    runOf((recorder) => {
      recorder.trend('push_duration').record(2_500);
      recorder.tagged('push_duration', 'kind:a').record(2_500);
      recorder.countTagged('push_ok', 'kind:a');
      recorder.count('heard', 2, ['kind:a']);
      recorder.record('size', 7);
      recorder.level('depth', 4, 1);
    }),
  );
  assert.equal((metrics['push_duration'] as TrendMetric).max, 2.5);
  assert.equal((metrics['push_duration{kind:a}'] as TrendMetric).max, 2.5);
  assert.deepEqual(metrics['push_timeouts{kind:a}'], { count: 0, rate: 0 });
  assert.deepEqual(metrics['errors{kind:a}'], { count: 0, rate: 0 });
  assert.deepEqual(metrics['heard{kind:a}'], { count: 2, rate: 2 });
  assert.equal((metrics['size'] as TrendMetric).max, 7);
  assert.deepEqual(metrics['depth'], { value: 4, min: 4, max: 4 });
  // Declared and never touched: nought is a figure.
  assert.deepEqual(metrics['so'], { count: 0, rate: 0 });
  assert.equal(Object.keys(metrics).includes('push_ok{kind:a}'), false);
});

test('the books take in buffered pushes, casts and arrivals', () => {
  const run = runOf(({ counters }) => {
    counters.push_planned = 5;
    counters.push_sent = counters.push_ok = 3;
    counters.push_dropped = 1;
    counters.casts_planned = 2;
    counters.casts = counters.casts_dropped = 1;
    counters.arrivals_planned = 3;
    counters.arrivals_begun = 2;
    counters.dropped_arrivals = 1;
  });
  const gauges = { ...sumGauges([]), bufferedPush: 1 };
  const deliveries = { expected: 0, received: 0, missing: 0, duplicate: 0, reordered: 0 };
  const operations = operationsOf(run, gauges);
  assert.equal(operations.push.buffered, 1);
  const problems = balanceBooks({ operations, ...attemptsOf(run), samples: samplePairs(run), deliveries });
  // Only the samples are wanting: this test has recorded none.
  assert.deepEqual(
    problems.map((problem) => problem.split(':')[0]),
    ['push_duration', 'push_service_duration'],
  );
});
