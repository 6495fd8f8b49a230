import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaPath, boxPath, linePath, pieces } from './path.ts';

test('breaks a line where the data has a gap', () => {
  assert.equal(linePath([[0, 1], [1, 2], null, [3, 4], [4, 5]]), 'M0 1L1 2M3 4L4 5');
});

test('shows a point alone as a stroke of no length', () => {
  assert.equal(linePath([null, [2, 3], null]), 'M2 3h0');
});

test('fills each piece of an area to its base', () => {
  assert.equal(
    areaPath(
      [
        [0, 1],
        [1, 2],
      ],
      10,
      1,
    ),
    'M0 10L0 1L1 2L1 10Z',
  );
  assert.equal(areaPath([[5, 1]], 10, 2), 'M4 1h2v9h-2z');
});

test('draws nothing from nothing', () => {
  assert.equal(linePath([]), '');
  assert.equal(linePath([null, null]), '');
  assert.deepEqual(pieces([null]), []);
});

test('closes a box', () => {
  assert.equal(boxPath(1, 2, 3, 4), 'M1 2h3v4h-3z');
});
