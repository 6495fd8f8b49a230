import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainThreshold } from './testing/plain-record.ts';
import {
  comparisonOf,
  duringText,
  limitText,
  marginText,
  nearestHold,
  worstFailure,
} from './threshold-words.ts';

test('takes an expression apart', () => {
  assert.deepEqual(comparisonOf('p(99.9) <= 250'), { statistic: 'p(99.9)', operator: '<=' });
  assert.deepEqual(comparisonOf('count==0'), { statistic: 'count', operator: '==' });
  assert.deepEqual(comparisonOf('nonsense'), { statistic: 'nonsense', operator: '' });
});

test('writes limit and margin in the way of the comparison', () => {
  assert.equal(limitText(plainThreshold()), '< 250 ms');
  assert.equal(marginText(plainThreshold()), '−225 %');
  assert.equal(marginText(plainThreshold({ expression: 'rate>0.5', actual: 0.75, limit: 0.5 })), '50 %');
  assert.equal(marginText(plainThreshold({ actual: null })), '');
  assert.equal(marginText(plainThreshold({ expression: 'count==0', actual: 0, limit: 0 })), '');
});

test('takes the worst failure by level, then by margin', () => {
  const warning = plainThreshold({ level: 'warn', actual: 9_999 });
  const slight = plainThreshold({ actual: 251 });
  const heavy = plainThreshold({ actual: 812 });
  assert.equal(worstFailure([warning, slight, heavy]), heavy);
  assert.equal(worstFailure([plainThreshold({ status: 'pass' })]), null);
});

test('finds the threshold that holds with the least to spare', () => {
  const near = plainThreshold({ status: 'pass', actual: 240 });
  assert.equal(nearestHold([plainThreshold({ status: 'pass', actual: 10 }), near]), near);
});

test('names the part of the run, and an unknown one by its own text', () => {
  assert.equal(duringText(plainThreshold(), []), '');
  assert.equal(duringText(plainThreshold({ during: 'steady' }), []), 'when steady');
  assert.equal(duringText(plainThreshold({ during: 'x-1' }), []), 'during x-1');
});
