import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTurn } from '../base/next-turn.ts';
import { Stalls } from './stalls.ts';

const MS = 1_000;

test('a span holds what fell into it of each halt, and no more', () => {
  const stalls = new Stalls();
  stalls.looked(100 * MS, 300 * MS);
  stalls.looked(400 * MS, 500 * MS);
  assert.equal(stalls.stoodStillUs(0, 1_000 * MS), 300 * MS);
  assert.equal(stalls.stoodStillUs(200 * MS, 450 * MS), 150 * MS);
  assert.equal(stalls.stoodStillUs(300 * MS, 400 * MS), 0);
  assert.equal(stalls.stoodStillUs(600 * MS, 900 * MS), 0);
});

test('a look that comes within 50 ms is no halt', () => {
  const stalls = new Stalls();
  stalls.looked(100 * MS, 149 * MS);
  assert.equal(stalls.stoodStillUs(0, 1_000 * MS), 0);
});

test('a halt that is not over counts up to now', () => {
  const stalls = new Stalls();
  stalls.expect(100 * MS);
  assert.equal(stalls.stoodStillUs(0, 140 * MS), 0);
  assert.equal(stalls.stoodStillUs(0, 400 * MS), 300 * MS);
  assert.equal(stalls.stoodStillUs(250 * MS, 400 * MS), 150 * MS);
  stalls.looked(100 * MS, 500 * MS);
  assert.equal(stalls.stoodStillUs(0, 500 * MS), 400 * MS);
});

test('more halts than are kept forget the oldest', () => {
  const stalls = new Stalls();
  for (let nth = 0; nth < 300; nth++) stalls.looked(nth * 100 * MS, (nth * 100 + 60) * MS);
  assert.equal(stalls.stoodStillUs(0, 30_000 * MS), 256 * 60 * MS);
});

test('a turn lasts until all that can be read in it has been', async () => {
  const stalls = new Stalls();
  const turn = stalls.turn();
  await Promise.resolve();
  assert.equal(stalls.turn(), turn);
  await nextTurn();
  assert.notEqual(stalls.turn(), turn);
});
