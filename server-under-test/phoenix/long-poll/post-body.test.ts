import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readLines } from './post-body.ts';

const shown = (body: string): unknown =>
  readLines(body)?.map(({ binary, payload }) => [binary, Buffer.from(payload).toString('latin1')]) ?? null;

test('a line that starts with a bracket is text, any other is base64', () => {
  assert.deepEqual(shown(`["a"]\n${Buffer.from('xyz').toString('base64')}\r\n[2]`), [
    [false, '["a"]'],
    [true, 'xyz'],
    [false, '[2]'],
  ]);
});

test('an empty line is base64 of no bytes, also the one behind a last line break', () => {
  assert.deepEqual(shown('[1]\n'), [
    [false, '[1]'],
    [true, ''],
  ]);
});

test('lines beyond 100 are ignored, whatever is in them', () => {
  const lines = Array.from({ length: 100 }, (_, n) => `[${n}]`);
  assert.equal(readLines([...lines, '!', 'more'].join('\n'))?.length, 100);
  assert.equal(readLines(['!', ...lines].join('\n')), null);
});

test('what is no base64 is refused', () => {
  for (const line of ['{"topic":"t"}', 'abc', 'ab=c', 'abcd====', 'ab\td', ' abcd', 'ab-_']) {
    assert.equal(readLines(line), null, line);
  }
});

test('base64 over 10,000,000 bytes is refused, text of that length is not', () => {
  const most = 'A'.repeat(10_000_000);
  assert.equal(readLines(most)?.[0]?.payload.length, 7_500_000);
  assert.equal(readLines(`${most}AAAA`), null);
  assert.equal(readLines(`[${most}`)?.[0]?.payload.length, 10_000_001);
});

test('any bytes come back from their base64', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1 }), { minLength: 1, maxLength: 100 }), (all) => {
      const read = readLines(all.map((bytes) => Buffer.from(bytes).toString('base64')).join('\r\n'));
      // Base64 has no bracket, so none of these is taken for text.
      assert.deepEqual(
        read?.map(({ binary, payload }) => [binary, Buffer.from(payload).toString('hex')]),
        all.map((bytes) => [true, Buffer.from(bytes).toString('hex')]),
      );
    }),
  );
});
