import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { sign, signingKey, verify } from './signed-token.ts';

const KEY = signingKey('x'.repeat(64), 'test');
const NOW_MS = 1_000_000;

test('what is signed is read back, whatever it says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (data) => {
      assert.equal(verify(sign(data, KEY, NOW_MS), KEY, NOW_MS, 0), data);
    }),
  );
});

test('a token of the same text can stand in a URL', () => {
  assert.match(sign('{"a":">>>???"}', KEY, NOW_MS), /^[\w-]+\.[\w-]+\.[\w-]+$/);
});

test('a token ends at its age, to the millisecond', () => {
  const token = sign('u1', KEY, NOW_MS);
  assert.equal(verify(token, KEY, NOW_MS + 2_000, 2), 'u1');
  assert.equal(verify(token, KEY, NOW_MS + 2_001, 2), null);
  assert.equal(verify(token, KEY, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY), 'u1');
});

test('another key, another salt and every changed character are refused', () => {
  const token = sign('u1', KEY, NOW_MS);
  assert.equal(verify(token, signingKey('y'.repeat(64), 'test'), NOW_MS, 60), null);
  assert.equal(verify(token, signingKey('x'.repeat(64), 'other'), NOW_MS, 60), null);
  for (let at = 0; at < token.length; at += 1) {
    const other = token[at] === 'A' ? 'B' : 'A';
    assert.equal(verify(token.slice(0, at) + other + token.slice(at + 1), KEY, NOW_MS, 60), null, String(at));
  }
});

test('what is no token is refused', () => {
  for (const token of [
    '',
    '.',
    '..',
    'a.b.c',
    'x',
    `${sign('u1', KEY, NOW_MS)}=`,
    ` ${sign('u1', KEY, NOW_MS)}`,
  ]) {
    assert.equal(verify(token, KEY, NOW_MS, 60), null, token);
  }
  // Signed with the right key by something else.
  const signature = createHmac('sha256', KEY).update('other').digest('base64url');
  assert.equal(verify(`other.${signature}`, KEY, NOW_MS, 60), null);
});
