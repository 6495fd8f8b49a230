import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatLogLine, printable } from './log-line.ts';

test('a line has its time, level, metadata and message, in this order', () => {
  const metadata = [{ node: 'node0' }, { topic: 'room:1', user_id: null, request_id: undefined, n: 3 }];
  assert.equal(
    formatLogLine(0, 'info', metadata, 'JOINED'),
    '1970-01-01T00:00:00.000Z [info] node=node0 topic=room:1 n=3 JOINED\n',
  );
});

test('a value that could pass for another field is quoted', () => {
  const line = formatLogLine(0, 'info', [{ topic: 'a" level=error' }], 'm');
  assert.equal(line, '1970-01-01T00:00:00.000Z [info] topic="a\\" level=error" m\n');
});

test('escapes what breaks lines, moves cursors or turns the reading direction', () => {
  assert.equal(
    printable('a\r\nb\tc\u001b[2J\u0085\u2028\u202e\u0000\u{e0041}\ud800'),
    'a\\r\\nb\\tc\\u001b[2J\\u0085\\u2028\\u202e\\u0000\\u{e0041}\\ud800',
  );
  assert.equal(printable('zażółć 😀 µs'), 'zażółć 😀 µs');
});

test('any message and any topic make exactly one line', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, (message, topic) => {
      const line = formatLogLine(0, 'error', [{ topic }], message);
      assert.equal(line.split(/[\n\r\u2028\u2029\u0085]/).length, 2);
      assert.ok(line.endsWith('\n'));
    }),
  );
});

test('cuts a message that is too long and says how long it was', () => {
  assert.equal(printable('abcdef', 3), 'abc… (6 characters)');
});
