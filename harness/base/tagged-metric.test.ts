import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricOf } from './metrics.ts';
import { metricParts, TAGGED_METRICS } from './tagged-metric.ts';

test('takes a name with one tag apart, values with colons and spaces among them', () => {
  assert.deepEqual(metricParts('drops'), { metric: 'drops', tag: null });
  assert.deepEqual(metricParts('push_duration{kind:search}'), {
    metric: 'push_duration',
    tag: { key: 'kind', value: 'search' },
  });
  assert.deepEqual(metricParts('heard{room:room:a b}')?.tag, { key: 'room', value: 'room:a b' });
  assert.deepEqual(metricParts('heard{__proto__:x}')?.tag, { key: '__proto__', value: 'x' });
});

test('knows no name with braces that hold anything else', () => {
  for (const name of [
    'a{',
    'a}',
    'a{}',
    'a{b}',
    'a{b:}',
    'a{:b}',
    'a{b:c,d:e}',
    '{b:c}',
    'a{b:c}d',
    'a{b:{c}}',
  ]) {
    assert.equal(metricParts(name), null, name);
  }
});

test('the metrics that have tags are metrics', () => {
  for (const name of TAGGED_METRICS) assert.equal(metricOf(name)?.name, name);
});
