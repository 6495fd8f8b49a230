import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Refusal } from '../base/refusal.ts';
import { mergeRefusals } from './merged-refusals.ts';

const refusal = (cause: string, count: number, topic: string | null = null): Refusal => ({
  operation: 'join',
  topic,
  event: null,
  how: 'error',
  cause,
  count,
});

test('alike ones of all workers are one, most frequent first', () => {
  const merged = mergeRefusals([[refusal('a', 1), refusal('b', 2)], [refusal('a', 5)], []]);
  assert.deepEqual(merged, [refusal('a', 6), refusal('b', 2)]);
});

test('the parts are left as they were', () => {
  const part = [refusal('a', 1)];
  mergeRefusals([part, part]);
  assert.deepEqual(part, [refusal('a', 1)]);
});

test('texts that only look alike put together stay apart', () => {
  assert.equal(mergeRefusals([[refusal('b","c', 1, 'a')], [refusal('c', 1, 'a","b')]]).length, 2);
});
