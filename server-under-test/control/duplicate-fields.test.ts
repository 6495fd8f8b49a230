import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { duplicateFields } from './duplicate-fields.ts';

test('finds what stands twice in the first two levels, escapes and all', () => {
  assert.deepEqual(duplicateFields('{"a":1,"b":{"c":1,"c":2},"\\u0061":3,"d":[{"x":1},{"x":1}]}'), [
    'b.c',
    'a',
  ]);
  assert.deepEqual(duplicateFields('{"a":{"b":{"c":1,"c":2}},"__proto__":1}'), []);
  assert.deepEqual(duplicateFields('{"a":"\\"a\\":{","b":": a"}'), []);
});

test('finds nothing in what was made from an object', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.deepEqual(duplicateFields(JSON.stringify(value)), []);
    }),
  );
});
