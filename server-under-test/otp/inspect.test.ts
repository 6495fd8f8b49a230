import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inspect } from './inspect.ts';
import { describeMessage } from './message-name.ts';

test('whatever a state holds becomes JSON of a bounded size', () => {
  const anything = fc.anything({
    withBigInt: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withDate: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      const text = JSON.stringify(inspect(value));
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(inspect(value))));
      assert.ok(text.length < 500_000);
    }),
  );
});

test('JSON that is small enough comes out as it went in', () => {
  const value = JSON.parse('{"__proto__": {"a": [1, null, true]}, "constructor": "x", "n": -0.5}') as unknown;
  assert.equal(JSON.stringify(inspect(value)), JSON.stringify(value));
});

test('cuts what is long, deep or endless', () => {
  const cycle: Record<string, unknown> = { long: 'x'.repeat(300) };
  cycle['self'] = cycle;
  const shown = JSON.stringify(inspect(cycle));
  assert.ok(shown.length < 2_000 && shown.includes('…'));
  const list = inspect(Array.from({ length: 1_000 }, (_, n) => n)) as unknown[];
  assert.deepEqual([list.length, list.at(-1)], [51, '…']);
  const wide = Array.from({ length: 40 }, () => Array.from({ length: 40 }, () => 0));
  assert.ok(JSON.stringify(inspect(wide)).length < 2_000);
});

test('a message goes by its event, its own text, or its class, whatever a client calls it', () => {
  class CloseNotice {
    readonly topic = null;
  }
  const messages = [
    { event: 'ping' },
    'run',
    new CloseNotice(),
    Object.create(null),
    { constructor: 'x' },
    5,
    null,
  ];
  assert.deepEqual(messages.map(describeMessage), [
    'ping',
    'run',
    'CloseNotice',
    'Object',
    'Object',
    'number',
    'object',
  ]);
  assert.equal(describeMessage({ event: 'e'.repeat(5_000) }).length, 101);
});
