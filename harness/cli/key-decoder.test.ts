import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeKeys } from './key-decoder.ts';

const named = (input: string): unknown[] =>
  decodeKeys(input).keys.map((key) => ('named' in key ? key.named : key.typed));

test('reads the arrows in both of their spellings', () => {
  assert.deepEqual(named('\u001b[A\u001b[B\u001bOA\u001bOB'), ['up', 'down', 'up', 'down']);
  assert.deepEqual(named('\u001b[5~\u001b[6~\u001b[H\u001b[4~'), ['page-up', 'page-down', 'home', 'end']);
  assert.deepEqual(named('\u001b[1;5A'), ['up']);
});

test('reads typed letters, also beyond ASCII, one by one', () => {
  assert.deepEqual(named('j/é日😀'), ['j', '/', 'é', '日', '😀']);
  assert.deepEqual(named('\r\u007f\u0003'), ['enter', 'backspace', 'interrupt']);
});

test('keeps the beginning of a key that arrives in two pieces', () => {
  const first = decodeKeys('x\u001b[');
  assert.deepEqual(first, { keys: [{ typed: 'x' }], rest: '\u001b[' });
  assert.deepEqual(named(`${first.rest}B`), ['down']);
});

test('an Escape is one when another key follows, and open when nothing does', () => {
  assert.deepEqual(named('\u001bq'), ['escape', 'q']);
  assert.deepEqual(named('\u001b\u001b[A'), ['escape', 'up']);
  assert.deepEqual(decodeKeys('\u001b'), { keys: [], rest: '\u001b' });
});

test('passes over sequences and signs it has no use for', () => {
  assert.deepEqual(named('\u001b[200~a\u001b[201~\u0001\u001b[Z'), ['a']);
  assert.deepEqual(named('\u001b[constructor'), ['o', 'n', 's', 't', 'r', 'u', 'c', 't', 'o', 'r']);
});
