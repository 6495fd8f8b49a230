import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSubprotocol } from './auth-token.ts';

const PREFIX = 'base64url.bearer.phx.';

/** As phoenix.js encodes it. */
function encode(token: string): string {
  return PREFIX + btoa(token).replaceAll('=', '');
}

test('the token of phoenix.js is read and answered with phoenix', () => {
  for (const token of ['1234', 'a', 'ab', '>>>???', '']) {
    assert.deepEqual(readSubprotocol(`phoenix, ${encode(token)}`), {
      authToken: token,
      subprotocol: 'phoenix',
    });
  }
});

test('without a header, without a token, with the token alone', () => {
  assert.deepEqual(readSubprotocol(undefined), { authToken: null, subprotocol: null });
  assert.deepEqual(readSubprotocol('other,phoenix'), { authToken: null, subprotocol: 'phoenix' });
  assert.deepEqual(readSubprotocol(encode('1234')), { authToken: '1234', subprotocol: null });
});

test('two tokens are none', () => {
  const header = `phoenix, ${encode('a')}, ${encode('b')}`;
  assert.deepEqual(readSubprotocol(header), { authToken: null, subprotocol: 'phoenix' });
});

test('other protocols and tokens that are no base64 are refused', () => {
  for (const header of [
    'other',
    '',
    `other, ${encode('a')}`,
    `phoenix, ${PREFIX}_-8`,
    `phoenix, ${PREFIX}MTIzNA=a`,
  ]) {
    assert.equal(readSubprotocol(header), null, header);
  }
  assert.equal(readSubprotocol(`phoenix, ${PREFIX}MTIzN`), null, 'a length no base64 has');
});
