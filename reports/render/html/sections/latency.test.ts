import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainWindow } from '../../testing/plain-record.ts';
import { drawnBuckets } from './histograms.ts';
import { worstMailboxes } from './mailboxes.ts';
import { curvePoints } from './percentiles.ts';

test('places quantiles at 1/(1−q) and leaves out the maximum and what a log axis cannot hold', () => {
  const points = curvePoints([
    [0, 1],
    [0.5, 2],
    [0.9, 0],
    [0.99, 30],
    [1, 99],
  ]);
  assert.deepEqual(
    points.map(([x, y]) => [Math.round(x), y]),
    [
      [1, 1],
      [2, 2],
      [100, 30],
    ],
  );
});

test('draws buckets of samples only, on positive edges', () => {
  assert.deepEqual(
    drawnBuckets([
      [0, 1, 5],
      [1, 2, 0],
      [2, 4, 7],
      [4, 4, 1],
    ]),
    [
      { fromMs: 0.1, toMs: 1, count: 5 },
      { fromMs: 2, toMs: 4, count: 7 },
    ],
  );
});

test('lists a process once, at its longest, the longest process first', () => {
  const box = (pid: string, len: number, oldestWaitMs: number) => ({
    pid,
    kind: 'channel',
    topic: 'room:1',
    len,
    highWater: len,
    oldestWaitMs,
  });
  const windows = [
    plainWindow(0, { mailbox: { sum: 0, max: 0, oldestWaitMs: 0, top: [box('a', 5, 90), box('b', 9, 1)] } }),
    plainWindow(1_000, { mailbox: { sum: 0, max: 0, oldestWaitMs: 0, top: [box('a', 12, 40)] } }),
    plainWindow(2_000, { mailbox: { sum: 0, max: 0, oldestWaitMs: 0, top: [box('c', 0, 0)] } }),
  ];
  const worst = worstMailboxes(windows);
  assert.deepEqual(
    worst.map((one) => [one.pid, one.len, one.oldestWaitMs, one.atMs]),
    [
      ['a', 12, 90, 1_000],
      ['b', 9, 1, 0],
    ],
  );
});
