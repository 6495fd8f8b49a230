import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GAUGES, type Gauges } from '../drive/gauges.ts';
import type { BroadcastResult } from '../measure/broadcasts.ts';
import { mergeDeltas } from '../measure/merge.ts';
import { Recorder } from '../measure/recorder.ts';
import { toBroadcastLine, toWindowLine, type ServerReading } from './timeline.ts';

const NO_GAUGES = Object.fromEntries(GAUGES.map((name) => [name, 0])) as Gauges;

function lineOf(
  record: (recorder: Recorder) => void,
  reading: ServerReading = {},
  window = 3,
): ReturnType<typeof toWindowLine> {
  const recorder = new Recorder();
  record(recorder);
  return toWindowLine(mergeDeltas(window, [recorder.takeDelta(window)]), NO_GAUGES, 2, reading);
}

test('a second without samples has no trends, and says 0 to what is counted', () => {
  const line = lineOf(() => {});
  assert.equal(line.atMs, 3_000);
  assert.deepEqual([line.offered, line.sent, line.errors, line.deliveries], [0, 0, 0, 0]);
  assert.deepEqual([line.timeouts, line.pushCells], [{}, []]);
  for (const name of ['push', 'join', 'connect', 'broadcast', 'mailbox', 'server'])
    assert.equal(name in line, false);
  assert.equal(line.driver.workers, 2);
});

test('counts errors of every operation, and timeouts by their cause', () => {
  const line = lineOf(({ counters }) => {
    counters.push_planned = 9;
    counters.push_sent = 8;
    counters.push_dropped = 1;
    counters.push_error = 1;
    counters.join_error = 2;
    counters.connect_error = 4;
    counters.heartbeat_error = 8;
    counters.push_timeout = 3;
    counters.join_timeout = 5;
  });
  assert.deepEqual([line.offered, line.sent, line.dropped, line.errors], [9, 8, 1, 15]);
  assert.deepEqual(line.timeouts, { push: 3, join: 5 });
});

test('trends are in milliseconds, and the cells of the heat-map hold every push once', () => {
  const us = [1, 9, 1_000, 1_000, 1_200, 10_000, 999_000];
  const line = lineOf((recorder) => {
    for (const one of us) recorder.trend('push_duration').record(one);
    recorder.trend('send_lateness').record(2_000);
  });
  assert.equal(line.push?.count, us.length);
  assert.ok(Math.abs((line.push?.p50 ?? 0) - 1) < 0.01);
  assert.ok(Math.abs((line.push?.max ?? 0) - 999) < 1);
  assert.ok(Math.abs(line.driver.latenessP99Ms - 2) < 0.01);
  const edges = line.pushCells.map(([edge]) => edge);
  assert.deepEqual(
    edges,
    edges.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(edges).size, edges.length);
  assert.equal(
    line.pushCells.reduce((sum, [, count]) => sum + count, 0),
    us.length,
  );
  assert.deepEqual(line.pushCells.find(([edge]) => edge === 1)?.[1], 3);
  for (const [edge] of line.pushCells) {
    const cell = Math.log10(edge * 1_000) * 10;
    assert.ok(Math.abs(cell - Math.round(cell)) < 0.01, `${edge} ms is no edge of ten a decade`);
  }
});

test('what the observer says comes in, and the second stays the second', () => {
  const mailbox = { sum: 5, max: 3, oldestWaitMs: 7, top: [] };
  const server = { cpu: 0.5, rssBytes: 1, connections: 2, processes: 3, runQueue: 0, loopLagMs: 1 };
  const line = lineOf(() => {}, { mailbox, server });
  assert.equal(line.atMs, 3_000);
  assert.deepEqual([line.mailbox, line.server], [mailbox, server]);
});

test('a broadcast is placed at its due time, with its first and last receiver', () => {
  const result: BroadcastResult = {
    topic: 'lobby',
    event: 'shout',
    publisher: 4,
    sequence: 9,
    dueUs: 5_500_000,
    expected: 10,
    received: 9,
    missing: 1,
    duplicate: 0,
    reordered: 0,
    firstUs: 5_501_234,
    lastUs: 5_600_000,
  };
  const line = toBroadcastLine(result, 1_000_000);
  assert.deepEqual([line.atMs, line.firstMs, line.lastMs], [4_500, 1.234, 100]);
  assert.deepEqual([line.expected, line.received, line.missing], [10, 9, 1]);
  const unheard = toBroadcastLine({ ...result, received: 0, missing: 10, firstUs: Infinity, lastUs: 0 }, 0);
  assert.deepEqual([unheard.firstMs, unheard.lastMs], [null, null]);
});
