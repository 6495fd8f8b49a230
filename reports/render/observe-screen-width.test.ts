import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asManyAsFit, cell, cellsOf, cutCells, shown } from './observe-screen-width.ts';

test('counts wide letters twice and marks not at all', () => {
  assert.equal(cellsOf('room'), 4);
  assert.equal(cellsOf('日本'), 4);
  assert.equal(cellsOf('한'), 2);
  assert.equal(cellsOf('e\u0301'), 1);
  assert.equal(cellsOf('👍'), 2);
  assert.equal(cellsOf('▁█›…'), 4);
});

test('takes apart what terminals draw as one picture or as several', () => {
  assert.equal(shown('👩‍👩‍👧'), '👩👩👧');
  assert.equal(shown('👍🏽'), '👍');
  assert.equal(shown('❤\ufe0f'), '❤');
});

test('cuts through no wide letter', () => {
  assert.equal(cutCells('日本語', 4), '日…');
  assert.equal(cutCells('abc', 3), 'abc');
  assert.equal(cutCells('abcd', 0), '');
});

test('fills a cell exactly, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 40 }), (text, width) => {
      for (const side of ['left', 'right'] as const) {
        assert.equal(cellsOf(cell(shown(text), width, side)), width);
      }
    }),
  );
});

test('leaves out the items there is no room for, and says so', () => {
  assert.equal(asManyAsFit(['aa', 'bb', 'cc'], 12), 'aa   bb   cc');
  assert.equal(asManyAsFit(['aa', 'bb', 'cc'], 11), 'aa   bb …');
  assert.equal(asManyAsFit(['aaaaaa'], 3), 'aa…');
  assert.equal(asManyAsFit([], 3), '');
});
