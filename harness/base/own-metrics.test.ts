import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownOrCounted, ownSpecs } from './own-metrics.ts';

test('declared metrics stand for themselves, whatever else was counted', () => {
  const declared = ownSpecs({ heard: 'counter', size: { kind: 'trend', unit: 'bytes' } });
  assert.deepEqual(
    [...ownOrCounted(declared, ['seen'])],
    [
      ['heard', { kind: 'counter', unit: 'count' }],
      ['size', { kind: 'trend', unit: 'bytes' }],
    ],
  );
});

test('without declarations what was counted is a counter, tags and odd names left out', () => {
  const own = ownOrCounted(ownSpecs(), ['heard', 'push_ok{kind:a}', 'Seen', '']);
  assert.deepEqual([...own], [['heard', { kind: 'counter', unit: 'count' }]]);
});
