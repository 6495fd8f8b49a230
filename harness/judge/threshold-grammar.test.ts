import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkStatistic, holds, isProblem, parseThreshold, statisticText } from './threshold-grammar.ts';
import type { ThresholdExpression } from './threshold-grammar.ts';

function parsed(text: string): ThresholdExpression {
  const result = parseThreshold(text, 't');
  assert.ok(!isProblem(result), `${text} should parse`);
  return result;
}

test('reads the forms of k6', () => {
  assert.deepEqual(parsed('p(99)<250'), { stat: 'p', percentile: 99, operator: '<', limit: 250 });
  assert.deepEqual(parsed('p(99.9)<=1.5'), { stat: 'p', percentile: 99.9, operator: '<=', limit: 1.5 });
  assert.deepEqual(parsed(' rate < 0.01 '), { stat: 'rate', operator: '<', limit: 0.01 });
  assert.deepEqual(parsed('count===0'), { stat: 'count', operator: '==', limit: 0 });
  assert.deepEqual(parsed('value!=3'), { stat: 'value', operator: '!=', limit: 3 });
  assert.deepEqual(parsed('min>.5'), { stat: 'min', operator: '>', limit: 0.5 });
});

test('refuses what is no expression, and says which forms there are', () => {
  for (const text of [
    '',
    'p(99)',
    'p()<1',
    'p(-1)<2',
    'avg<',
    'avg=<3',
    'sum<3',
    'p(99)<250;',
    'avg<1e999',
    '<5',
  ]) {
    const result = parseThreshold(text, 'thresholds.push_duration[0]');
    assert.ok(isProblem(result), `${text} should not parse`);
    assert.equal(result.path, 'thresholds.push_duration[0]');
    assert.match(result.wanted ?? '', /p\(N\)/);
  }
});

test('refuses percentiles that no sample can have', () => {
  for (const text of ['p(0)<1', 'p(100)<1', 'p(101)<1'])
    assert.ok(isProblem(parseThreshold(text, 't')), text);
});

test('shows how to write a slip', () => {
  const hint = (text: string): string | undefined => {
    const result = parseThreshold(text, 't');
    return isProblem(result) ? result.hint : undefined;
  };
  assert.equal(hint('p99<250'), 'write p(99)<250');
  assert.match(hint('p(99)<250ms') ?? '', /: p\(99\)<250$/);
  assert.match(hint('p99<2s') ?? '', /: p\(99\)<2000$/);
  assert.match(hint('rate<1%') ?? '', /: rate<0.01$/);
});

test('knows which statistics a kind of metric has', () => {
  assert.equal(checkStatistic(parsed('p(99)<1'), 'push_duration', 'trend', 't'), undefined);
  assert.equal(checkStatistic(parsed('rate<1'), 'drops', 'counter', 't'), undefined);
  const problem = checkStatistic(parsed('p(99)<1'), 'push_timeouts', 'rate', 't');
  assert.equal(problem?.got, 'p(99) of push_timeouts, which is a rate');
  assert.equal(problem?.wanted, 'rate, count');
});

test('reads back whatever it can say', () => {
  const operator = fc.constantFrom('<', '<=', '>', '>=', '==', '!=');
  const limit = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(fc.constantFrom('avg', 'max', 'p(99.95)', 'rate'), operator, limit, (stat, sign, number) => {
      const expression = parsed(`${stat} ${sign} ${number}`);
      assert.equal(statisticText(expression), stat);
      assert.equal(expression.operator, sign);
      assert.equal(expression.limit, number);
      assert.equal(holds(expression, number), sign.includes('=') && sign !== '!=');
    }),
  );
});
