import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeParams, filterParams } from './param-filter.ts';

test('secrets are filtered wherever their key contains the word', () => {
  assert.deepEqual(
    filterParams({
      token: 'abc',
      user: { password_confirmation: 'x', name: 'ann', list: [{ clientSecret: 1 }, 2] },
    }),
    {
      token: '[FILTERED]',
      user: { password_confirmation: '[FILTERED]', name: 'ann', list: [{ clientSecret: '[FILTERED]' }, 2] },
    },
  );
});

test('leaves the original as it was', () => {
  const params = { token: 'abc', list: [1] };
  filterParams(params);
  assert.deepEqual(params, { token: 'abc', list: [1] });
});

test('hostile keys are ordinary ones', () => {
  const params: unknown = JSON.parse('{"__proto__":{"token":"t"},"constructor":1,"toJSON":2}');
  assert.equal(describeParams(params), '{"__proto__":{"token":"[FILTERED]"},"constructor":1,"toJSON":2}');
});

test('depth, width, texts and bytes are cut to a sane size', () => {
  let deep: unknown = 'bottom';
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  assert.equal(describeParams(deep), `${'['.repeat(8)}"…"${']'.repeat(8)}`);
  const wide = filterParams(Array.from({ length: 60 }, (_, n) => n)) as unknown[];
  assert.deepEqual(wide.slice(-2), [49, '… 10 more']);
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${n}`, n]));
  assert.equal(Object.keys(filterParams(many) as object).length, 51);
  assert.equal(describeParams({ text: 'x'.repeat(501) }), `{"text":"${'x'.repeat(500)}… (501 characters)"}`);
  assert.equal(describeParams(new Uint8Array(3)), '"<<3 bytes>>"');
  assert.deepEqual(
    [describeParams(undefined), describeParams(null), describeParams(7n)],
    ['null', 'null', '"7"'],
  );
});
