import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rateLine } from './rate-line.ts';

const stage = fc.record({
  to: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1_000, noNaN: true })),
  forMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60_000 })),
});
const from = fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1_000, noNaN: true }));
const line = fc.tuple(from, fc.array(stage, { maxLength: 6 }));

test('a constant rate of 20 a second has the 5th due at 250 ms', () => {
  const constant = rateLine(20, [{ to: 20, forMs: 10_000 }]);
  assert.equal(constant.total, 200);
  assert.equal(constant.dueUs(5), 250_000);
  assert.equal(constant.countAt(250_000), 5);
});

test('a ramp from nothing to 100 a second in 10 s has half of its 500 due after 7.07 s', () => {
  const ramp = rateLine(0, [{ to: 100, forMs: 10_000 }]);
  assert.equal(ramp.total, 500);
  assert.ok(Math.abs(ramp.dueUs(250) - 1e7 / Math.SQRT2) < 1e-3);
  assert.equal(ramp.dueUs(0), 0);
  assert.equal(rateLine(100, [{ to: 0, forMs: 10_000 }]).dueUs(500 - 1e-9) <= 1e7, true);
});

test('a stretch at rate 0 is passed over, and nothing falls due where the rate stays 0', () => {
  const late = rateLine(0, [
    { to: 0, forMs: 5_000 },
    { to: 10, forMs: 0 },
    { to: 10, forMs: 1_000 },
    { to: 0, forMs: 0 },
  ]);
  assert.equal(late.dueUs(0), 5e6);
  assert.equal(late.dueUs(10), Infinity);
  assert.equal(rateLine(0, []).dueUs(0), Infinity);
});

test('goes on at the last rate behind the stages', () => {
  const on = rateLine(0, [{ to: 10, forMs: 1_000 }]);
  assert.equal(on.total, 5);
  assert.equal(on.dueUs(25), 3e6);
  assert.equal(on.countAt(3e6), 25);
});

test('the inverse undoes the integral, wherever the rate is above 0', () => {
  fc.assert(
    fc.property(line, fc.double({ min: 0, max: 1, noNaN: true }), ([first, stages], part) => {
      const { total, dueUs, countAt, endUs } = rateLine(first, stages);
      const count = total * part;
      const due = dueUs(count);
      if (due === Infinity) return;
      assert.ok(due >= 0 && (due <= endUs + 1e-3 || part > 1 - 1e-9), `${count} of ${total} at ${due}`);
      assert.ok(Math.abs(countAt(due) - count) <= 1e-6 * Math.max(1, total), `${countAt(due)} for ${count}`);
    }),
    { numRuns: 300 },
  );
});

test('what counts more never falls due earlier', () => {
  fc.assert(
    fc.property(line, fc.nat(100), fc.nat(100), ([first, stages], one, other) => {
      const { total, dueUs } = rateLine(first, stages);
      const [low, high] = [(Math.min(one, other) / 100) * total, (Math.max(one, other) / 100) * total];
      assert.ok(dueUs(low) <= dueUs(high) + 1e-3);
    }),
  );
});
