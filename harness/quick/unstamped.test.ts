import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Summary } from '../record/run-record.ts';
import type { QuickDrill } from './drill.ts';
import { unstampedNote } from './unstamped.ts';

function drillOf(kind: 'push' | 'publish'): Pick<QuickDrill, 'sends'> {
  return { sends: [{ kind, event: ['shout'], payload: null }] };
}

function runOf(
  expected: number,
  received: number,
  ok: number,
  timeout = 0,
): Parameters<typeof unstampedNote>[1] {
  const none = { planned: ok, sent: ok, ok, error: 0, timeout, lost: 0, dropped: 0, inFlight: 0 };
  const operations: Summary['operations'] = { connect: none, join: none, push: none, heartbeat: none };
  return {
    deliveries: { expected, received, missing: expected - received, duplicate: 0, reordered: 0 },
    operations,
  };
}

test('deliveries that all came back without their stamp are told, with what counts them instead', () => {
  assert.match(
    unstampedNote(drillOf('publish'), runOf(5_000, 0, 100)) ?? '',
    /none of 5,000 .*--push and --listen/,
  );
  // An application that answers nothing may still broadcast.
  assert.notEqual(unstampedNote(drillOf('publish'), runOf(5_000, 0, 0, 100)), null);
});

test('nothing is said where some came, none was expected, or nothing was published', () => {
  for (const [kind, run] of [
    ['publish', runOf(5_000, 1, 100)],
    ['publish', runOf(0, 0, 100)],
    ['publish', runOf(5_000, 0, 0)],
    ['push', runOf(5_000, 0, 100)],
  ] as const) {
    assert.equal(unstampedNote(drillOf(kind), run), null);
  }
});
