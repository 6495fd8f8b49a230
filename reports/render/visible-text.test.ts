import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visibleLine, visibleText } from './visible-text.ts';

test('takes out escape sequences, direction overrides and nulls', () => {
  assert.equal(visibleText('a\u001b[31mb\u202ec\u0000d'), 'a\ufffd[31mb\ufffdc\ufffdd');
});

test('keeps tabs and line ends in a text, and makes them spaces in a line', () => {
  assert.equal(visibleText('a\tb\nc'), 'a\tb\nc');
  assert.equal(visibleLine(' a\tb\r\n c '), 'a b c');
});

test('mends lone surrogates', () => {
  assert.equal(visibleText('a\ud800b'), 'a\ufffdb');
});

test('cuts at the longest length without parting a surrogate pair', () => {
  assert.equal(visibleText('abcdef', 4), 'abc…');
  assert.equal(visibleText('ab😀def', 4), 'ab…');
});
