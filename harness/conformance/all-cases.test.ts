import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALL_CASES } from './all-cases.ts';
import { ALL_NUMBERS, readSelection, SECTION_TEN, sectionOf } from './section-ten.ts';

/** The first column of the tables of phoenix-semantics 10, as it is printed there. */
const PRINTED =
  '1 2 3 4 5 6 7 8 10 11 13 14 15 16 17 18 19 20 22 23 25 26 27 28 30 31 33 34 35 37 38 39 40 41 42 45 46 47 48 49 ' +
  '51 52 53 56 57 58 59 60 61 63 64 65 66 67 68 70 71 72 74 75 76 77 78 79 81 82 83 84 85 87 88 89 90 91 92 93';

/** What is stated outside those tables. */
const BEYOND = Array.from({ length: 15 }, (_, index) => `b${index + 1}`);

test('there is one case for every number of section 10 and beyond, and for no other', () => {
  const printed = [...PRINTED.split(' ').map(Number), ...BEYOND];
  assert.deepEqual([...ALL_NUMBERS], printed);
  assert.deepEqual(
    ALL_CASES.map(({ number }) => number),
    printed,
  );
});

test('only cases about the client and LiveView are judged elsewhere', () => {
  const elsewhere = ALL_CASES.filter((conformance) => 'elsewhere' in conformance).map(({ number }) => number);
  assert.deepEqual(elsewhere, [...(SECTION_TEN['10.6'] ?? []), ...(SECTION_TEN['10.7'] ?? [])]);
});

test('a number knows its subsection', () => {
  assert.equal(sectionOf(1), '10.1');
  assert.equal(sectionOf(76), '10.5');
  assert.equal(sectionOf('b15'), 'beyond 10');
  assert.throws(() => sectionOf(9), RangeError);
  assert.throws(() => sectionOf('b16'), RangeError);
});

test('a selection is numbers and ranges, and nothing that selects no case', () => {
  assert.deepEqual(readSelection('16,20-23'), new Set([16, 20, 22, 23]));
  assert.deepEqual(readSelection('b2,1,b14-b99'), new Set(['b2', 1, 'b14', 'b15']));
  for (const text of [
    '',
    '9',
    '9-9',
    '16,',
    'a',
    '30-20',
    '1;2',
    '-5',
    'b',
    'b0',
    'b16',
    'b2-3',
    '2-b3',
    'B1',
  ])
    assert.equal(readSelection(text), null, text);
});

test('every range that holds a case selects exactly the cases inside it', () => {
  fc.assert(
    fc.property(fc.nat(120), fc.nat(120), (from, to) => {
      const inside = ALL_NUMBERS.filter(
        (number) => typeof number === 'number' && number >= from && number <= to,
      );
      assert.deepEqual(readSelection(`${from}-${to}`), inside.length === 0 ? null : new Set(inside));
    }),
  );
});
