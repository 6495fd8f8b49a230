import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseQuery, type Param, type Params } from './plug-params.ts';

/** As the parser makes maps: without a prototype. */
function map(entries: Record<string, Param> | [string, Param][]): Params {
  const pairs = Array.isArray(entries) ? entries : Object.entries(entries);
  const made = Object.create(null) as Record<string, Param>;
  for (const [name, value] of pairs) made[name] = value;
  return made;
}

function isList(param: Param): param is readonly Param[] {
  return Array.isArray(param);
}

function printParam(name: string, param: Param): string[] {
  if (typeof param === 'string') return [`${name}=${encodeURIComponent(param).replaceAll('%20', '+')}`];
  if (isList(param)) return param.flatMap((item) => printParam(`${name}%5B%5D`, item));
  return Object.entries(param).flatMap(([key, value]) =>
    printParam(`${name}[${encodeURIComponent(key)}]`, value),
  );
}

function print(params: Params): string {
  return Object.entries(params)
    .flatMap(([name, value]) => printParam(encodeURIComponent(name), value))
    .join('&');
}

const CASES: [query: string, params: Params][] = [
  ['', map({})],
  ['a=1&b=2', map({ a: '1', b: '2' })],
  ['&&a=1&', map({ a: '1' })],
  ['a', map({ a: '' })],
  ['a=b=c', map({ a: 'b=c' })],
  ['=1', map([['', '1']])],
  ['a=1&a=2', map({ a: '2' })],
  ['a=x+y%20z', map({ a: 'x y z' })],
  ['a=%C3%A9&%C3%A9=1', map({ a: 'é', é: '1' })],
  ['a=100%&b=%zz', map({ a: '100%', b: '%zz' })],
  ['a[b]=1&a[c]=2', map({ a: map({ b: '1', c: '2' }) })],
  ['a%5Bb%5D=1', map({ a: map({ b: '1' }) })],
  ['a[b][c][d]=1', map({ a: map({ b: map({ c: map({ d: '1' }) }) }) })],
  ['a[]=1&a[]=2', map({ a: ['1', '2'] })],
  ['a[]', map({ a: [''] })],
  ['a[b][]=1&a[b][]=2', map({ a: map({ b: ['1', '2'] }) })],
  ['a[][b]=1&a[][c]=2', map({ a: [map({ b: '1', c: '2' })] })],
  // What came last says what it is; a map that was there first stays where it was.
  ['a[b]=1&a=2', map({ a: '2' })],
  ['a=2&a[b]=1', map({ a: map({ b: '1' }) })],
  ['a[b]=1&a=2&a[c]=3', map({ a: '2' })],
  ['a[]=1&a[b]=2', map({ a: map({ b: '2' }) })],
  ['a[b]=2&a[]=1', map({ a: ['1'] })],
  // Names that only look nested.
  ['[a]=1', map({ '[a]': '1' })],
  ['a]=1', map({ 'a]': '1' })],
  ['a[b=1', map({ 'a[b': '1' })],
  ['a[b]c]=1', map({ a: map({ 'b]c': '1' }) })],
];

test('reads a query as Plug does', () => {
  for (const [query, params] of CASES) assert.deepEqual(parseQuery(query), params, query);
});

test('names of every object are names', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  for (const name of names) {
    assert.deepEqual(parseQuery(`${name}=1`), map([[name, '1']]), name);
    assert.deepEqual(parseQuery(`${name}[${name}]=1`), map([[name, map([[name, '1']])]]), name);
  }
  assert.equal(parseQuery('a=1')?.['constructor'], undefined);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  parseQuery('__proto__[polluted]=1');
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('what is no UTF-8 is no query', () => {
  for (const query of ['a=%8b', '%ff=1', 'a[%8b]=1', 'a=%C3', 'a=%ED%A0%80', 'a=\u008b']) {
    assert.equal(parseQuery(query), null, query);
  }
  assert.deepEqual(parseQuery('a=\u00c3\u00a9'), map({ a: 'é' }), 'raw bytes, one character each');
});

test('nesting deeper than a stack is read', () => {
  let param = parseQuery(`a${'[]'.repeat(20_000)}=1`)?.['a'];
  let depth = 0;
  for (; param !== undefined && isList(param); param = param[0]) depth += 1;
  assert.deepEqual([depth, param], [20_000, '1']);
});

const name = fc
  .string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
  .filter((text) => !/[[\]]/.test(text));
const names = fc.oneof(name, fc.constantFrom('__proto__', 'constructor', 'valueOf'));
const texts = fc.string({ unit: 'grapheme' });
const { params } = fc.letrec<{ params: Params; param: Param }>((tie) => ({
  param: fc.oneof({ depthSize: 'small' }, texts, fc.array(texts, { minLength: 1 }), tie('params')),
  params: fc
    .uniqueArray(fc.tuple(names, tie('param')), { minLength: 1, maxLength: 5, selector: ([key]) => key })
    .map(map),
}));

test('params that are printed are read back', () => {
  fc.assert(fc.property(params, (given) => assert.deepEqual(parseQuery(print(given)), given)));
});

test('no query makes it throw', () => {
  const pieces = fc.constantFrom('a', '[', ']', '[]', '][', '=', '&', '%', '%5B', '+', 'b', '%ff', 'é');
  fc.assert(
    fc.property(fc.array(pieces), (parts) => {
      const query = parts.join('');
      const read = parseQuery(query);
      assert.equal(read === null, !utf8(query), query);
    }),
  );
});

/** Whether the query's bytes are UTF-8, asked of somebody else: é here is one raw byte. */
function utf8(query: string): boolean {
  return query.split('&').every((pair) =>
    pair.split(/=(.*)/s, 2).every((part) => {
      const raw = part.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      const bytes = Buffer.from(raw, 'latin1');
      return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
    }),
  );
}
