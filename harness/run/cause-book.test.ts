import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zeroCounters, type Counters } from '../measure/names.ts';
import { RunTotals } from '../measure/run-totals.ts';
import { emptySeries } from '../measure/series.ts';
import { CauseBook } from './cause-book.ts';
import { totalOf, type MeasuredRun } from './measurements.ts';

function totalsOf(...seconds: Partial<Counters>[]): RunTotals {
  const totals = new RunTotals();
  seconds.forEach((counters, window) =>
    totals.add({ window, counters: { ...zeroCounters(), ...counters }, trends: {}, own: emptySeries() }),
  );
  return totals;
}

/** A run whose fault was on in its second second. */
function runOf(totals: RunTotals): MeasuredRun {
  return {
    totals,
    windows: [],
    broadcasts: [],
    recoveriesMs: [],
    startUs: 0,
    parts: { within: (during) => (second) => during === 'all' || second === 1, faultOn: () => null },
  };
}

test('what is settled later counts in its own second, for thresholds too', () => {
  const totals = totalsOf({ push_sent: 10 }, { push_sent: 10 });
  const book = new CauseBook(totals);
  const lines = book.add([{ window: 1, kind: 'push', cause: 'blocked_handler', count: 4 }]);
  assert.deepEqual(lines, [
    { type: 'causes', atMs: 1_000, kind: 'push', cause: 'blocked_handler', count: 4 },
  ]);
  book.add([{ window: 0, kind: 'push', cause: 'blocked_handler', count: 1 }]);
  const name = 'push_timeouts{cause:blocked_handler}';
  assert.deepEqual(totalOf(runOf(totals), name, 'all'), { count: 5, rate: 0.25 });
  assert.deepEqual(totalOf(runOf(totals), name, 'slow_join'), { count: 4, rate: 0.4 });
  assert.deepEqual(totalOf(runOf(totals), 'push_timeouts{cause:half_open}', 'all'), { count: 0, rate: 0 });
});

test('a cause that is settled before its second is merged waits for it', () => {
  const totals = totalsOf({ heartbeat_sent: 2 });
  new CauseBook(totals).add([{ window: 1, kind: 'heartbeat', cause: 'half_open', count: 1 }]);
  const name = 'heartbeat_timeouts{cause:half_open}';
  assert.deepEqual(totalOf(runOf(totals), name, 'all'), { count: 1, rate: 0.5 });
  totals.add({
    window: 1,
    counters: { ...zeroCounters(), heartbeat_sent: 2 },
    trends: {},
    own: emptySeries(),
  });
  assert.deepEqual(totalOf(runOf(totals), name, 'fault'), { count: 1, rate: 0.5 });
});

test('what was never sent is part of what its cause is a share of', () => {
  const totals = totalsOf({ push_sent: 6, push_dropped: 2, push_unsent: 2 });
  new CauseBook(totals).add([{ window: 0, kind: 'push', cause: 'channel_cap', count: 2 }]);
  assert.deepEqual(totalOf(runOf(totals), 'push_timeouts{cause:channel_cap}', 'all'), {
    count: 2,
    rate: 0.25,
  });
});

test('what was with a worker that died is unknown, and the sums are whole again', () => {
  const totals = totalsOf({ push_timeout: 5, join_unsent: 1, connect_timeout: 2 }, {});
  const book = new CauseBook(totals);
  book.add([
    { window: 0, kind: 'push', cause: 'slow_join', count: 3 },
    { window: 0, kind: 'connect', cause: 'half_open', count: 2 },
  ]);
  assert.deepEqual(book.addLost(), [
    { type: 'causes', atMs: 1_000, kind: 'join', cause: 'unknown', count: 1 },
    { type: 'causes', atMs: 1_000, kind: 'push', cause: 'unknown', count: 2 },
  ]);
  assert.deepEqual(book.byKind(), {
    push: { slow_join: 3, unknown: 2 },
    connect: { half_open: 2 },
    join: { unknown: 1 },
  });
});
