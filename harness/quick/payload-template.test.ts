import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { parsePayload } from './payload-template.ts';
import { TemplateError, type Scope } from './template.ts';
import { IN_CLIENT, writePayload } from './write-value.ts';

const ALL: Scope = { seq: true, row: true };
const USER = { index: 12, row: { id: 'u7' }, random: { integer: (below: number) => below - 1 } };

/** What the written payload is when the script runs. */
function valueOf(source: string, width = 0): unknown {
  const body = writePayload(parsePayload(source, 0, ALL), IN_CLIENT, 0, width);
  const result = runInNewContext(`JSON.stringify(${body})`, { user: USER, seq: 3 }) as string;
  return JSON.parse(result);
}

test('a number stays a number and a text a text, wherever the hole stands', () => {
  assert.deepEqual(
    valueOf(
      '{"n":{client % 10},"t":"{client % 10}","list":[{seq},"{seq}",{random 1..6},null,true],"id":{row.id}}',
    ),
    { n: 2, t: '2', list: [3, '3', 6, null, true], id: 'u7' },
  );
});

test('braces are told apart: of JSON, of a hole, of a text', () => {
  assert.deepEqual(valueOf('{ "a" : { } , "b":{"c":{client}},"d":"{{x}","e":"}" }'), {
    a: {},
    b: { c: 12 },
    d: '{x}',
    e: '}',
  });
});

test('an escaped brace is no hole', () => {
  assert.deepEqual(valueOf(String.raw`{"a":"\u007bclient}","b":"\"{client}\"\n"}`), {
    a: '{client}',
    b: '"12"\n',
  });
});

test('whatever is JSON arrives as it was, on one line and on many', () => {
  const object = fc.dictionary(
    fc.string({ unit: 'binary' }),
    fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<unknown>,
  );
  fc.assert(
    fc.property(object, fc.constantFrom(0, 200), (value, width) => {
      const source = JSON.stringify(value);
      // Within texts a brace is doubled; outside of them it is JSON's own.
      const doubled = source.replace(/"(?:[^"\\]|\\.)*"/g, (text) => text.replaceAll('{', '{{'));
      assert.deepEqual(valueOf(doubled, width), JSON.parse(source));
    }),
    { numRuns: 50 },
  );
});

test('__proto__ is a field like any other', () => {
  const value = valueOf('{"__proto__":{"admin":true},"constructor":1}') as Record<string, unknown>;
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
  assert.equal(JSON.stringify(value), '{"__proto__":{"admin":true},"constructor":1}');
});

test('what is no payload is told with its place', () => {
  const places: [string, number][] = [
    ['{"a":}', 5],
    ['{"a":1', 6],
    ['{"a" 1}', 5],
    ['{a:1}', 0],
    ['[1]', 0],
    ['{client}', 0],
    ['{"a":01}', 5],
    ['{"a":tru}', 5],
    ['{"a":1}x', 7],
    ['{"a":"x}', 5],
    ['{"a":[1 2]}', 8],
    ['{"a":"{nope}"}', 6],
    ['{"{client}":1}', 1],
    ['{"a":9007199254740993}', 5],
    ['{"a":1e999}', 5],
    [String.raw`{"a":"\x"}`, 5],
  ];
  for (const [source, at] of places) {
    assert.throws(
      () => parsePayload(source, 0, ALL),
      (error) => {
        assert.ok(error instanceof TemplateError, source);
        assert.equal(error.at, at, `${source}: ${error.message}`);
        return true;
      },
    );
  }
});

test('a payload nested without end is refused, not followed', () => {
  assert.throws(() => parsePayload(`{"a":${'['.repeat(100_000)}`, 0, ALL), TemplateError);
});
