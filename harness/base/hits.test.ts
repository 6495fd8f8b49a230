import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hitNoun, hitWords, readHits, type Hits } from './hits.ts';

test('says how many of how many, in the singular where it is one', () => {
  const said: [Hits, string][] = [
    [{ count: 20_000, of: 100_000, what: 'clients' }, '20,000 of 100,000 clients'],
    [{ count: 1, of: 2, what: 'nodes' }, '1 of 2 nodes'],
    [{ count: 0, of: 1, what: 'nodes' }, '0 of 1 node'],
    [{ count: 412, of: null, what: 'calls' }, '412 calls'],
    [{ count: 1, of: null, what: 'processes' }, '1 process'],
    [{ count: 1, of: 1, what: 'addresses' }, '1 of 1 address'],
    [{ count: 0, of: null, what: 'rows' }, '0 rows'],
  ];
  for (const [hits, words] of said) assert.equal(hitWords(hits), words);
});

test('a word nobody knows, or the name of what every object has, stays as it is', () => {
  for (const what of ['drones', 'toString', '__proto__', 'constructor']) assert.equal(hitNoun(what, 1), what);
});

test('reads what a server says it has hit, with or without of how many', () => {
  for (const all of [null, 3, 5]) {
    const hits = { count: 3, of: all, what: 'joins' };
    assert.deepEqual(readHits({ id: 'f1', hits: { ...hits, more: true } }), hits);
  }
});

test('a server that does not say, and one that says what cannot be, has said nothing', () => {
  const good = { count: 3, of: 5, what: 'joins' };
  for (const hits of [
    undefined,
    null,
    3,
    'many',
    [],
    { ...good, count: -1 },
    { ...good, count: 1.5 },
    { ...good, count: '3' },
    { ...good, count: Number.NaN },
    { ...good, count: 2 ** 60 },
    { ...good, of: 2 },
    { ...good, of: -1 },
    { ...good, of: undefined },
    { ...good, of: '5' },
    { ...good, what: 'toString' },
    { ...good, what: '\u001b[31mjoins' },
    { ...good, what: null },
    { count: 3, what: 'joins' },
  ])
    assert.equal(readHits({ id: 'f1', hits }), null, JSON.stringify(hits));
  for (const answer of [null, undefined, 'hits', 7, []]) assert.equal(readHits(answer), null);
});
