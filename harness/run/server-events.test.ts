import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WindowLine } from '../record/timeline-line.ts';
import { countOfEvents, ServerEvents, sumOfEvents } from './server-events.ts';

const rise = (counts: Record<string, number>, connectsPerSecond: number) => ({
  counts: new Map(Object.entries(counts)),
  connectsPerSecond,
});

test('a line has what was counted since the one before, and the faster of two looks', () => {
  const events = new ServerEvents();
  assert.deepEqual(events.take(), {});
  events.add(null);
  assert.deepEqual(events.take(), {});
  assert.equal(events.total(), null);
  events.add(rise({ 'phoenix.socket_connected': 30, 'phoenix.channel_joined': 0 }, 30.04));
  events.add(rise({ 'phoenix.socket_connected': 12, 'firedrill.exit': 1 }, 11));
  assert.deepEqual(events.take(), {
    connects: 42,
    connectsPerSecond: 30,
    events: { 'phoenix.socket_connected': 42, 'firedrill.exit': 1 },
  });
  assert.deepEqual(events.take(), {});
  events.add(rise({ 'phoenix.socket_connected': 0 }, 0));
  assert.deepEqual(events.take(), { connects: 0, connectsPerSecond: 0, events: {} });
  assert.deepEqual(
    [...(events.total() ?? [])],
    [
      ['phoenix.socket_connected', 42],
      ['phoenix.channel_joined', 0],
      ['firedrill.exit', 1],
    ],
  );
});

test('an event may be called __proto__', () => {
  const events = new ServerEvents();
  events.add({ counts: new Map([['__proto__', 3]]), connectsPerSecond: 0 });
  assert.deepEqual(Object.entries(events.take().events ?? {}), [['__proto__', 3]]);
});

const lines = [
  { server: { events: { 'phoenix.socket_connected': 5, 'firedrill.exit': 2 } } },
  { server: {} },
  {},
  { server: { events: { 'phoenix.channel_joined': 7, 'phoenix.socket_connected': 1 } } },
] as unknown as WindowLine[];
const all = new Map([
  ['phoenix.socket_connected', 6],
  ['phoenix.channel_joined', 7],
  ['phoenix.socket_drain', 0],
  ['firedrill.exit', 2],
]);

function sum(
  metric: string,
  over: readonly WindowLine[] = lines,
  known: typeof all | null = all,
): number | null {
  const count = countOfEvents(metric);
  assert.ok(count, metric);
  return sumOfEvents(count, over, known);
}

test('a metric counts one event, or all that Phoenix emits', () => {
  assert.equal(sum('server_connects'), 6);
  assert.equal(sum('server_events{event:firedrill.exit}'), 2);
  assert.equal(sum('server_events{event:phoenix.socket_drain}'), 0);
  assert.equal(sum('server_events'), 13);
  assert.equal(sum('server_connects', lines.slice(3)), 1);
  for (const other of ['connections', 'server_memory', 'heard{event:x}', 'server_events{x'])
    assert.equal(countOfEvents(other), null);
});

test('an event that nobody has heard of was not counted, nor one of seconds without a look', () => {
  assert.equal(sum('server_events{event:phoenix.disconnect}'), null);
  assert.equal(sum('server_events{event:phoenix.disconnect}', lines, null), 0);
  assert.equal(sum('server_connects', lines.slice(1, 3)), null);
});
