import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeltaLog } from './delta-log.ts';
import type { Slice } from './slice.ts';

function added(clock: number): Slice {
  return { replica: 'a', from: clock - 1, to: clock, removed: [], values: [[clock, 't', `k${clock}`, {}]] };
}

test('reaches back as far as its size allows and says when it cannot', () => {
  const log = new DeltaLog(3);
  for (let clock = 1; clock <= 5; clock += 1) log.push(added(clock));
  const since = (clock: number): string => {
    const slice = log.since(clock);
    return slice === null ? 'no' : `${slice.from}-${slice.to}: ${slice.values.length}`;
  };
  assert.deepEqual([since(1), since(2), since(4), since(5)], ['no', '2-5: 3', '4-5: 1', 'no']);
});

test('forgets deltas that weigh nothing as well', () => {
  const log = new DeltaLog(2);
  for (let clock = 1; clock <= 5; clock += 1) log.push({ ...added(clock), values: [] });
  assert.deepEqual([log.since(2), log.since(3)?.to], [null, 5]);
});

test('tells only the sum: an entry that left again is not in it', () => {
  const log = new DeltaLog();
  log.push(added(1));
  log.push({ replica: 'a', from: 1, to: 2, removed: [1], values: [] });
  assert.deepEqual(log.since(0), { replica: 'a', from: 0, to: 2, removed: [], values: [] });
});
