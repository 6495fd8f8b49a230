import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arrivalDueUs, clientIndexOf, clientsOf } from './arrivals.ts';

test('spreads four clients over a second as 0, 250, 500 and 750 ms', () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => arrivalDueUs(index, 4, 1e6)),
    [0, 250_000, 500_000, 750_000],
  );
});

test('the first arrives at once, each later than the one before, the last within the ramp', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 3.6e9 }), (clients, rampUs) => {
      let before = -1;
      for (let index = 0; index < clients; index++) {
        const due = arrivalDueUs(index, clients, rampUs);
        assert.ok(due > before && due < rampUs, `client ${index} at ${due}`);
        before = due;
      }
      assert.equal(arrivalDueUs(0, clients, rampUs), 0);
    }),
  );
});

test('all arrive at once without a ramp', () => {
  assert.equal(arrivalDueUs(99, 100, 0), 0);
});

test('deals seven clients to three workers as 3, 2, 2', () => {
  assert.deepEqual(
    [0, 1, 2].map((worker) => clientsOf(worker, 3, 7)),
    [3, 2, 2],
  );
});

test('every client belongs to exactly one worker', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 40 }), (clients, workers) => {
      const seen: number[] = [];
      for (let worker = 0; worker < workers; worker++) {
        const count = clientsOf(worker, workers, clients);
        for (let nth = 0; nth < count; nth++) seen.push(clientIndexOf(nth, worker, workers));
      }
      assert.deepEqual(
        seen.toSorted((a, b) => a - b),
        Array.from({ length: clients }, (_, index) => index),
      );
    }),
  );
});
