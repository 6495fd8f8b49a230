import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TIMED_KINDS, TIMEOUT_CAUSES } from '../base/timeout-causes.ts';
import { Histogram } from '../measure/histogram.ts';
import { COUNTERS, TRENDS, zeroCounters } from '../measure/names.ts';
import type { Delta } from '../measure/recorder.ts';
import { decodeWindow, encodeWindow, type WorkerWindow } from './delta-codec.ts';
import { GAUGES, type Gauges } from './gauges.ts';

const count = fc.nat(Number.MAX_SAFE_INTEGER);
const name = fc.string({ unit: 'binary', maxLength: 30 });
const timeUs = fc.oneof(fc.double({ min: 0, max: 1e15, noNaN: true }), fc.constantFrom(0, Infinity));

const histogram = fc
  .array(fc.integer({ min: 1, max: 1e7 }), { minLength: 1, maxLength: 5 })
  .map((samples): Buffer => {
    const made = new Histogram();
    for (const us of samples) made.record(us);
    return made.encode();
  });

const trends = fc
  .array(fc.tuple(fc.constantFrom(...TRENDS), histogram))
  .map((all): Delta['trends'] => Object.fromEntries(all));

/** Metrics by any name, `__proto__` too. */
const mapOf = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Map<string, Value>> =>
  fc
    .array(fc.tuple(fc.oneof(name, fc.constantFrom('__proto__', 'constructor')), value), { maxLength: 4 })
    .map((all) => new Map(all));

/** As the code makes them: with the prototype of a plain object. */
const PLAIN = { noNullPrototype: true };

const delta = fc.record(
  {
    window: fc.nat(100_000),
    counters: fc
      .array(fc.tuple(fc.constantFrom(...COUNTERS), count))
      .map((all) => ({ ...zeroCounters(), ...Object.fromEntries(all) })),
    own: fc.record(
      {
        counters: mapOf(count),
        shares: mapOf(fc.record({ count, of: count }, PLAIN)),
        levels: mapOf(fc.record({ value: timeUs, min: timeUs, max: timeUs, atUs: timeUs }, PLAIN)),
        trends: mapOf(histogram),
      },
      PLAIN,
    ),
    trends,
  },
  PLAIN,
);

const gauges = fc
  .tuple(...GAUGES.map(() => fc.double({ min: -1, max: 1e15, noNaN: true })))
  .map((values) => Object.fromEntries(GAUGES.map((gauge, i) => [gauge, values[i]! + 0])) as Gauges);

const published = fc.record(
  { topic: name, event: name, publisher: count, sequence: count, dueUs: timeUs },
  PLAIN,
);
const tally = fc.record(
  {
    topic: name,
    event: name,
    publisher: count,
    sequence: count,
    dueUs: timeUs,
    sure: count,
    sureReceived: count,
    unsureReceived: count,
    duplicate: count,
    reordered: count,
    firstUs: timeUs,
    lastUs: timeUs,
  },
  PLAIN,
);

const anyWindow: fc.Arbitrary<WorkerWindow> = fc.record(
  {
    delta,
    gauges,
    published: fc.array(published, { maxLength: 5 }),
    tallies: fc.array(tally, { maxLength: 5 }),
    causes: fc.array(
      fc.record(
        {
          window: fc.nat(100_000),
          kind: fc.constantFrom(...TIMED_KINDS),
          cause: fc.constantFrom(...TIMEOUT_CAUSES),
          count,
        },
        PLAIN,
      ),
      { maxLength: 5 },
    ),
  },
  PLAIN,
);

test('a window comes back as it went', () => {
  fc.assert(
    fc.property(anyWindow, (window) => {
      assert.deepEqual(decodeWindow(Buffer.from(encodeWindow(window))), window);
    }),
    { numRuns: 60 },
  );
});

test('a window larger than the buffer it begins with comes back too', () => {
  const [window] = fc.sample(anyWindow, 1);
  const long = 'room:ż'.repeat(500);
  const row = { topic: long, event: 'shout', publisher: 1, sequence: 2, dueUs: 3 };
  const large = { ...window!, published: Array.from({ length: 50 }, () => row) };
  assert.deepEqual(decodeWindow(encodeWindow(large)), large);
});

test('two windows do not share their bytes', () => {
  const [one, two] = fc.sample(anyWindow, { numRuns: 2, seed: 5 });
  const first = encodeWindow(one!);
  encodeWindow(two!);
  assert.deepEqual(decodeWindow(first), one);
});
