import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusals } from './ledger-refusals.ts';
import { reasonWords, responseWords, topicWords } from './ledger-words.ts';

test('like refusals are one, most frequent first', () => {
  const refusals = new Refusals();
  refusals.add('connect', null, null, 'error', 'HTTP 403');
  for (const room of [1, 22, 333]) refusals.add('join', `room:${room}`, null, 'error', '{"reason":"full"}');
  const join = { operation: 'join', topic: 'room:#', event: null, how: 'error' };
  assert.deepEqual(refusals.all(), [
    { ...join, cause: '{"reason":"full"}', count: 3 },
    { operation: 'connect', topic: null, event: null, how: 'error', cause: 'HTTP 403', count: 1 },
  ]);
});

test('beyond two hundred kinds they are other causes, and none is lost', () => {
  const refusals = new Refusals();
  for (let nth = 0; nth < 1_000; nth++)
    refusals.add('push', 'room', `event ${nth}`, 'error', 'x'.repeat(500));
  const all = refusals.all();
  assert.equal(all.length, 201);
  assert.equal(
    all.reduce((sum, { count }) => sum + count, 0),
    1_000,
  );
  assert.deepEqual(all[0], {
    operation: 'push',
    topic: null,
    event: null,
    how: 'error',
    cause: 'other causes',
    count: 800,
  });
  assert.ok(all.every(({ cause }) => cause.length <= 120));
});

test('topics of one kind are one', () => {
  assert.equal(topicWords('room:17:user:4'), 'room:#:user:#');
  assert.equal(topicWords('doc:550e8400-e29b-41d4-a716-446655440000'), 'doc:#');
  assert.equal(topicWords(`t:${'é'.repeat(500)}`).length, 120);
});

test('a server’s words are kept, what may be somebody’s is not', () => {
  assert.equal(responseWords('{"reason":"unmatched topic"}'), '{"reason":"unmatched topic"}');
  assert.equal(responseWords('{"code":403,"body":"my secret","n":7}'), '{"code":403,"body":"…","n":"…"}');
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc-def_ghi';
  assert.equal(responseWords(`{"reason":"bad token ${token}"}`), '{"reason":"bad token …"}');
  assert.equal(
    responseWords('{"errors":{"name":["is 123456 too long"]}}'),
    '{"errors":{"name":["is # too long"]}}',
  );
  assert.equal(responseWords('{"payload":{"message":"my secret"}}'), '{"payload":"…"}');
  assert.equal(responseWords('"plain text"'), '"plain text"');
  assert.ok(responseWords(JSON.stringify({ reason: 'no '.repeat(500) })).length <= 120);
  assert.equal(responseWords('{"__proto__":{"reason":"x"}}'), '{"__proto__":"…"}');
  assert.equal(reasonWords({ reason: 'channel_crash' }), '{"reason":"channel_crash"}');
  assert.equal(reasonWords(undefined), '');
});
