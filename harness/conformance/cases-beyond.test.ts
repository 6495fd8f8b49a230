import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { realClock } from '../base/clock.ts';
import { ALL_CASES } from './all-cases.ts';
import type { CaseNumber } from './case.ts';
import { judge } from './run-cases.ts';
import { answering, FakeServer } from './testing/fake-server.ts';

/** A server that answers every message itself, in the place of one whose channels do. */
async function statusOf(
  t: TestContext,
  number: CaseNumber,
  answer: (message: unknown[]) => readonly unknown[],
  version = { version: '1.8.12', patch: 12 },
): Promise<string> {
  const conformance = ALL_CASES.find((one) => one.number === number);
  assert.ok(conformance);
  const server = await FakeServer.start(answering(answer));
  t.after(() => server.stop());
  return (await judge(conformance, server.target(version), realClock)).status;
}

const reply = (joinRef: unknown, [, ref, topic]: unknown[], response: unknown = {}): unknown[] => [
  joinRef,
  ref,
  topic,
  'phx_reply',
  { status: 'ok', response },
];

test('b1 fails a server that makes a map of what is none', async (t) => {
  const echo = (message: unknown[]): unknown[] => [
    reply(message[0], message, message[3] === 'ping' ? message[4] : {}),
  ];
  assert.equal(await statusOf(t, 'b1', echo), 'passed');
  const mapped = (message: unknown[]): unknown[] => [
    reply(message[0], message, { ...(message[4] as object) }),
  ];
  assert.equal(await statusOf(t, 'b1', mapped), 'failed');
});

test('b3 fails a server whose phx_close names the ref a join without join_ref goes by', async (t) => {
  const serve =
    (closes: (joinRef: string) => unknown) =>
    (message: unknown[]): unknown[] => {
      const [joinRef, ref, topic, event] = message;
      const own = Number(ref) < 64 ? '60' : '64';
      if (event === 'phx_join') {
        return [reply(null, message), ...(own === '60' ? [[own, null, topic, 'after_join', { n: 1 }]] : [])];
      }
      if (joinRef !== null) return [];
      if (event === 'crash') return [[null, null, topic, 'phx_error', { reason: 'channel_crash' }]];
      if (event !== 'phx_leave') return [reply(own, message)];
      return [reply(own, message), [closes(own), closes(own), topic, 'phx_close', {}]];
    };
  assert.equal(
    await statusOf(
      t,
      'b3',
      serve(() => null),
    ),
    'passed',
  );
  assert.equal(
    await statusOf(
      t,
      'b3',
      serve((joinRef) => joinRef),
    ),
    'failed',
  );
});

test('b10 fails a server that lets a stale client leave', async (t) => {
  const strict = (message: unknown[]): unknown[] => (message[0] === '0' ? [] : [reply(message[0], message)]);
  assert.equal(await statusOf(t, 'b10', strict), 'passed');
  assert.equal(await statusOf(t, 'b10', (message) => [reply(message[0], message)]), 'failed');
});
