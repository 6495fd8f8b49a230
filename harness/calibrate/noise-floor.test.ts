import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noiseFloor } from './noise-floor.ts';

test('the shift is the median of the pairs, the spread the largest of them', () => {
  const floor = noiseFloor('push_duration', 'p99', [
    [10, 11],
    [10, 8],
    [10, 10],
  ]);
  assert.equal(floor?.typicalMs, 10);
  assert.equal(floor?.shift, 0);
  assert.equal(floor?.spread, 0.25);
});

test('a pair that was not measured does not count', () => {
  assert.equal(noiseFloor('push_duration', 'p50', [[0, 3]]), null);
  assert.ok(
    Math.abs(
      (noiseFloor('push_duration', 'p50', [
        [0, 3],
        [2, 3],
      ])?.shift ?? 0) - 0.5,
    ) < 1e-9,
  );
});
