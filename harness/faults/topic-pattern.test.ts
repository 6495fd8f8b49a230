import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topicMatcher } from './topic-pattern.ts';

test('a pattern is exact, or a prefix that ends in a star', () => {
  const wanted: [string, string, boolean][] = [
    ['room:*', 'room:1', true],
    ['room:*', 'room:', true],
    ['room:*', 'room', false],
    ['room:*', 'my room:1', false],
    ['room:1', 'room:1', true],
    ['room:1', 'room:12', false],
    ['*', '', true],
    ['*', 'lobby', true],
    ['', 'lobby', false],
    ['lobby', 'lobby', true],
    // A star elsewhere is a letter like any other, and nothing is an expression.
    ['r*m:1', 'room:1', false],
    ['r.om:*', 'room:1', false],
  ];
  for (const [pattern, topic, matches] of wanted) {
    assert.equal(topicMatcher(pattern)(topic), matches, `${pattern} ~ ${topic}`);
  }
});
