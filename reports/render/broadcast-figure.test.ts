import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BroadcastLine } from '../../harness/record/timeline-line.ts';
import { broadcastFigure } from './broadcast-figure.ts';
import { faultSpans } from './fault-spans.ts';
import { plainFault, plainRecord } from './testing/plain-record.ts';

function broadcast(atMs: number, expected: number, lastMs: number | null): BroadcastLine {
  return {
    type: 'broadcast',
    atMs,
    topic: 't',
    event: 'e',
    publisher: 0,
    sequence: 0,
    expected,
    received: expected,
    missing: 0,
    firstMs: 1,
    lastMs,
  };
}

test('takes the middle of the largest broadcasts when no fault was on, and the worst with its fault', () => {
  const faults = [plainFault('intercept-1', 'intercepted broadcast', 50_000, 60_000)];
  const broadcasts = [
    broadcast(0, 100, 90),
    broadcast(1_000, 100, 94),
    broadcast(2_000, 98, 99),
    broadcast(3_000, 5, 1),
    broadcast(55_000, 100, 260),
  ];
  const record = plainRecord({ durationMs: 60_000, faults }, { broadcasts });
  assert.deepEqual(broadcastFigure(record, faultSpans(record.summary)), {
    receivers: 100,
    lastMs: 94,
    count: 3,
    worst: { lastMs: 260, faultName: 'intercepted broadcast' },
  });
});

test('is unknown when nobody received anything', () => {
  assert.equal(broadcastFigure(plainRecord({}, { broadcasts: [broadcast(0, 5, null)] }), []), null);
});
