import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawFor, hash, Random } from './random.ts';

const selects = (seed: number, value: number | string, share: number): boolean =>
  drawFor(seed, value) < share;

const draws = (seed: number, count: number): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.next());
};

test('the same seed draws the same numbers, another seed others', () => {
  assert.deepEqual(draws(7, 50), draws(7, 50));
  const other = draws(8, 50);
  assert.ok(draws(7, 50).every((value, i) => value !== other[i]));
});

test('draws lie in [0, 1), spread evenly', () => {
  const values = draws(1, 20_000);
  assert.ok(values.every((value) => value >= 0 && value < 1));
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = values.filter((value) => Math.floor(value * 10) === tenth).length;
    assert.ok(count > 1_800 && count < 2_200, `${count} in tenth ${tenth}`);
  }
});

test('a whole number is below its bound, and every one of them comes up', () => {
  const random = new Random(3);
  const seen = new Set(Array.from({ length: 500 }, () => random.integer(6)));
  assert.deepEqual(seen, new Set([0, 1, 2, 3, 4, 5]));
});

test('a share is met closely, by index and by name', () => {
  for (const share of [0.02, 0.1, 0.5]) {
    for (const name of [(i: number) => i, (i: number) => `room:${i}`]) {
      const hit = Array.from({ length: 20_000 }, (_, i) => selects(7, name(i), share)).filter(Boolean).length;
      assert.ok(Math.abs(hit / 20_000 - share) < 0.02, `${hit} for ${share}`);
    }
  }
});

test('none is none, all is all, and a larger share holds the smaller one', () => {
  for (let i = 0; i < 5_000; i++) {
    assert.equal(selects(7, i, 0), false);
    assert.equal(selects(7, i, 1), true);
    if (selects(7, i, 0.1)) assert.ok(selects(7, i, 0.2));
  }
});

test('another seed selects others', () => {
  const chosen = (seed: number): string =>
    Array.from({ length: 200 }, (_, i) => (selects(seed, i, 0.5) ? '1' : '0')).join('');
  assert.notEqual(chosen(1), chosen(2));
});

test('a hash is 32 bits wide and stands still: runs must repeat over versions', () => {
  assert.deepEqual([hash(7, 0), hash(7, 'room:0')], [2893720707, 1601729062]);
  for (const value of [0, 1, -1, 2 ** 32, '', 'żółć']) {
    const h = hash(0xffff_ffff, value);
    assert.ok(Number.isInteger(h) && h >= 0 && h < 2 ** 32);
  }
});
