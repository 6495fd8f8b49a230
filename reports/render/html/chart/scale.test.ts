import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decadeAbove, decadeBelow, linearScale, logScale } from './scale.ts';

test('maps linearly and holds what is outside at the edge', () => {
  const scale = linearScale(0, 10, 100, 0);
  assert.equal(scale.at(0), 100);
  assert.equal(scale.at(2.5), 75);
  assert.equal(scale.at(-5), 100);
  assert.equal(scale.at(50), 0);
});

test('maps decades to equal steps', () => {
  const scale = logScale(0.1, 1_000, 0, 400);
  assert.ok(Math.abs(scale.at(1) - 100) < 1e-9);
  assert.ok(Math.abs(scale.at(100) - 300) < 1e-9);
  assert.equal(scale.at(0), 0);
});

test('makes an empty, negative or endless domain usable', () => {
  for (const scale of [
    linearScale(0, 0, 0, 1),
    logScale(0, 0, 0, 1),
    logScale(-3, Number.NaN, 0, 1),
    logScale(5, 5, 0, 1),
  ]) {
    assert.ok(scale.to > scale.from);
    assert.ok(Number.isFinite(scale.at(1)));
  }
});

test('finds the decades around a value, exact powers included', () => {
  assert.equal(decadeBelow(1_000), 1_000);
  assert.equal(decadeAbove(1_000), 1_000);
  assert.equal(decadeBelow(0.2), 0.1);
  assert.equal(decadeAbove(3_912), 10_000);
  assert.equal(decadeAbove(0), 1);
});
