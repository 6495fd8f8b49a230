import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from './json.ts';

test('integers of any length come out as they went in', () => {
  for (const text of [
    '{"id":12345678901234567890}',
    '[-98765432109876543210,1]',
    '{"a":{"b":[900719925474099311]}}',
    '12345678901234567890123456789012345678901234567890',
  ]) {
    assert.equal(JSON.stringify(parseJson(text)), text);
  }
});

test('numbers a double holds stay numbers, long fractions too', () => {
  assert.deepEqual(parseJson('[9007199254740991,0.1234567890123456789,1e300]'), [
    Number.MAX_SAFE_INTEGER,
    0.123_456_789_012_345_68,
    1e300,
  ]);
});

test('digits inside texts are left alone, and so is a key called __proto__', () => {
  const parsed = parseJson('{"__proto__":12345678901234567890,"a":"12345678901234567890"}') as object;
  assert.equal(JSON.stringify(parsed), '{"__proto__":12345678901234567890,"a":"12345678901234567890"}');
  assert.equal(Object.getPrototypeOf(parsed), Object.prototype);
});

test('what is no JSON throws', () => {
  assert.throws(() => parseJson('{nope 12345678901234567890'), SyntaxError);
});
