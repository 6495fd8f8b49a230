import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Piece, piece, wrapPieces, writeLine } from './terminal.ts';

function wrap(pieces: readonly Piece[], columns: number, indent = 2): string[] {
  return wrapPieces(pieces, columns, indent).map((line) => writeLine(line, false));
}

test('wraps between words and indents what follows', () => {
  assert.deepEqual(wrap([piece(' one two three four')], 9), [' one two', '  three', '  four']);
});

test('parts neither a number from its unit nor a word that is marked in the middle', () => {
  assert.deepEqual(wrap([piece('limit is 5 s. And')], 11), ['limit is', '  5 s. And']);
  assert.deepEqual(wrap([piece('it was '), piece('bad', 'fail'), piece(', so')], 9), ['it was', '  bad, so']);
});

test('keeps marks, one piece for a run of them', () => {
  assert.deepEqual(wrapPieces([piece('a b', 'soft'), piece(' c d', 'soft')], 5, 0), [
    [{ text: 'a b c', mark: 'soft' }],
    [{ text: 'd', mark: 'soft' }],
  ]);
});

test('loses no word and no line is longer than asked, but for a word that is', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 30 });
  fc.assert(
    fc.property(words, fc.integer({ min: 10, max: 40 }), (some, columns) => {
      const lines = wrap([piece(some.join(' '))], columns);
      assert.equal(lines.map((line) => line.trim()).join(' '), some.join(' '));
      for (const line of lines) assert.ok(line.length <= columns, line);
    }),
  );
});
