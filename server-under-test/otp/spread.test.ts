import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spread, spreadText } from './spread.ts';

test('every second id, as channels have them, fills all ways about evenly', () => {
  for (const ways of [2, 3, 4, 7]) {
    const counts = Array.from({ length: ways }, () => 0);
    for (let id = 1; id < 20_000; id += 2) {
      const way = spread(id, ways);
      counts[way] = (counts[way] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(Math.abs(count - 10_000 / ways) < 600, counts.join());
  }
});

test('a text has one way, whatever the characters, and texts that differ in the end have several', () => {
  const ways = Array.from({ length: 200 }, (_, n) => spreadText(`room:💡${n}`, 5));
  assert.deepEqual(
    ways,
    Array.from({ length: 200 }, (_, n) => spreadText(`room:💡${n}`, 5)),
  );
  assert.deepEqual(new Set(ways), new Set([0, 1, 2, 3, 4]));
});
