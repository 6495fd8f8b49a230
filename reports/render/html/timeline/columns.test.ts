import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BroadcastLine } from '../../../../harness/record/timeline-line.ts';
import { plainRecord, plainTrend, plainWindow } from '../../testing/plain-record.ts';
import { timelineOf } from './columns.ts';

function broadcast(
  atMs: number,
  firstMs: number | null,
  lastMs: number | null,
  missing: number,
): BroadcastLine {
  return {
    type: 'broadcast',
    atMs,
    topic: 't',
    event: 'e',
    publisher: 0,
    sequence: 0,
    expected: 5,
    received: 5 - missing,
    missing,
    firstMs,
    lastMs,
  };
}

test('has a hole where no window was written', () => {
  const record = plainRecord(
    { durationMs: 4_000 },
    { windows: [plainWindow(0), plainWindow(1_000), plainWindow(3_000)] },
  );
  const { columns, toMs } = timelineOf(record);
  assert.deepEqual(
    columns.map((column) => column?.fromMs ?? null),
    [0, 1_000, null, 3_000],
  );
  assert.equal(toMs, 4_000);
});

test('merges seconds beyond the most columns: worst latency, fewest clients, mean counts', () => {
  const windows = [
    plainWindow(0, {
      clients: { connected: 10, joined: 9 },
      sent: 4,
      push: plainTrend(1, 50),
      timeouts: { push: 3 },
      pushCells: [[1, 2]],
    }),
    plainWindow(1_000, {
      clients: { connected: 7, joined: 7 },
      sent: 8,
      push: plainTrend(5, 10),
      timeouts: { join: 1 },
      pushCells: [
        [1, 3],
        [10, 1],
      ],
    }),
  ];
  const { columns, secondsPerColumn } = timelineOf(plainRecord({ durationMs: 2_000 }, { windows }), 1);
  const [column] = columns;
  assert.equal(secondsPerColumn, 2);
  assert.equal(columns.length, 1);
  assert.equal(column?.connected, 7);
  assert.equal(column?.sent, 6);
  assert.deepEqual(column?.push, { count: 60, p50: 5, p99: 15, p999: 25, max: 30 });
  assert.deepEqual(column?.timeouts, { push: 1.5, join: 0.5 });
  assert.deepEqual(
    [...(column?.cells ?? [])],
    [
      [1, 5],
      [10, 1],
    ],
  );
});

test('keeps a run of ten minutes under the most columns, to its last second', () => {
  const windows = Array.from({ length: 600 }, (_, second) => plainWindow(second * 1_000));
  const { columns, secondsPerColumn, toMs } = timelineOf(plainRecord({ durationMs: 600_000 }, { windows }));
  assert.equal(secondsPerColumn, 2);
  assert.equal(columns.length, 300);
  assert.equal(toMs, 600_000);
});

test('joins the broadcasts of a column, earliest first and latest last', () => {
  const broadcasts = [broadcast(100, 3, 40, 0), broadcast(900, 2, null, 5), broadcast(950, null, 60, 1)];
  const [column] = timelineOf(
    plainRecord({ durationMs: 1_000 }, { windows: [plainWindow(0)], broadcasts }),
  ).columns;
  assert.deepEqual(column?.broadcasts, { count: 3, firstMs: 2, lastMs: 60, missing: 6 });
});

test('has one empty column for a run of nothing', () => {
  assert.deepEqual(timelineOf(plainRecord()).columns, [null]);
});
