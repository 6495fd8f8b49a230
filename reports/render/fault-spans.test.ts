import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultSpans, spanAt, spanBehind, spanNamed } from './fault-spans.ts';
import { plainFault, plainSummary } from './testing/plain-record.ts';

const faults = [
  plainFault('never', 'never', null, null),
  plainFault('late', 'late', 50_000, null),
  plainFault('early', 'early', 10_000, 20_000),
];
const spans = faultSpans(plainSummary({ durationMs: 60_000, faults }));

test('orders faults by their appearance, those never applied last', () => {
  assert.deepEqual(
    spans.map((span) => [span.fault.id, span.colour, span.toMs]),
    [
      ['early', 0, 20_000],
      ['late', 1, 60_000],
      ['never', 2, 60_000],
    ],
  );
});

test('finds the fault on at a moment, its end excluded', () => {
  assert.equal(spanAt(spans, 10_000)?.fault.id, 'early');
  assert.equal(spanAt(spans, 20_000), null);
  assert.equal(spanAt(spans, 59_999)?.fault.id, 'late');
});

test('lays an aftermath on the fault before it, for as long as it may last', () => {
  assert.equal(spanBehind(spans, 29_999)?.fault.id, 'early');
  assert.equal(spanBehind(spans, 30_000), null);
});

test('finds a fault by id or by name', () => {
  assert.equal(spanNamed(spans, 'late')?.fault.id, 'late');
  assert.equal(spanNamed(spans, 'unheard of'), null);
});

test('gives the fifth fault the first colour with another hatch', () => {
  const many = faultSpans(
    plainSummary({
      faults: Array.from({ length: 16 }, (_, index) => plainFault(`f${index}`, 'f', index, index + 1)),
    }),
  );
  assert.equal(many[4]?.colour, 0);
  assert.equal(new Set(many.map((span) => `${span.colour}/${span.hatch}`)).size, 16);
});
