import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isTimeoutCause, TIMED_KINDS, type TimeoutCause } from '../base/timeout-causes.ts';
import { causeOf, type Evidence } from './timeout-cause.ts';

/** A push that was sent, and of which nothing is known but that it timed out. */
const SILENT_ABOUT: Evidence = {
  kind: 'push',
  isSent: true,
  answer: 'none',
  isOwnLate: false,
  isForged: false,
  isCapped: false,
  join: 'none',
  isSilent: false,
  end: 'none',
  isStandstill: false,
  isMuteBefore: false,
  isBehindLate: false,
  isPassedOver: false,
  isNeverAnswered: false,
};

const ROWS: readonly (readonly [what: string, evidence: Partial<Evidence>, cause: TimeoutCause])[] = [
  ['nothing is known', {}, 'unknown'],
  ['forged, and silence', { isForged: true }, 'stale_join_ref'],
  ['forged, but answered late: the server took it', { isForged: true, answer: 'late' }, 'blocked_handler'],
  ['forged, and a later one was answered', { isForged: true, isPassedOver: true }, 'stale_join_ref'],
  ['its topic is beyond the cap', { isSent: false, isCapped: true }, 'channel_cap'],
  ['its answer lay in the socket', { answer: 'same turn' }, 'generator_late'],
  ['a join whose answer lay in the socket', { kind: 'join', answer: 'same turn' }, 'generator_late'],
  ['answered late, but we stood still', { answer: 'late', isOwnLate: true }, 'generator_late'],
  [
    'a join answered late, but we stood still',
    { kind: 'join', answer: 'late', isOwnLate: true },
    'generator_late',
  ],
  ['we stood still, and nothing else is known', { isOwnLate: true }, 'generator_late'],
  ['we stood still, and a later one was answered', { isOwnLate: true, isPassedOver: true }, 'no_reply_coded'],
  [
    'we stood still, and the link was dead',
    { isOwnLate: true, isSilent: true, end: 'given up' },
    'half_open',
  ],
  ['a join answered late', { kind: 'join', answer: 'late' }, 'slow_join'],
  ['behind a join that was answered since', { join: 'slow' }, 'slow_join'],
  ['behind such a join, and answered then', { join: 'slow', answer: 'late' }, 'slow_join'],
  [
    'a heartbeat behind a slow join',
    { kind: 'heartbeat', join: 'slow', isSilent: true, end: 'given up' },
    'slow_join',
  ],
  ['behind a join of which nothing was heard', { join: 'unanswered' }, 'unknown'],
  ['a push that waited for a slow join', { isSent: false, join: 'slow' }, 'slow_join'],
  ['answered late', { answer: 'late' }, 'blocked_handler'],
  ['answered late, as a heartbeat was', { answer: 'late', isStandstill: true }, 'unknown'],
  ['behind one that was answered late', { isBehindLate: true }, 'blocked_handler'],
  [
    'behind one that was answered late, and we stood still',
    { isBehindLate: true, isOwnLate: true },
    'generator_late',
  ],
  ['a heartbeat answered late', { kind: 'heartbeat', answer: 'late' }, 'unknown'],
  ['a later one was answered', { isPassedOver: true }, 'no_reply_coded'],
  ['its event never is', { isNeverAnswered: true }, 'no_reply_coded'],
  ['a later one was answered, and then this one', { isPassedOver: true, answer: 'late' }, 'blocked_handler'],
  ['silence until the client gave up', { isSilent: true, end: 'given up' }, 'half_open'],
  [
    'a heartbeat, and silence until then',
    { kind: 'heartbeat', isSilent: true, end: 'given up' },
    'half_open',
  ],
  ['silence behind a join', { isSilent: true, end: 'given up', join: 'unanswered' }, 'unknown'],
  ['a join, and silence: it may be slow', { kind: 'join', isSilent: true, end: 'given up' }, 'unknown'],
  ['silence, and the run ends', { isSilent: true }, 'unknown'],
  ['silence, and the server says goodbye', { isSilent: true, end: 'said' }, 'unknown'],
  [
    'silence, of heartbeats as well, and the connection breaks',
    { isSilent: true, isStandstill: true, end: 'broken' },
    'node_gone',
  ],
  [
    'silence, and the connection breaks: a channel may have been busy before',
    { isSilent: true, end: 'broken' },
    'unknown',
  ],
  ['the connection breaks, but it had lived', { isStandstill: true, end: 'broken' }, 'unknown'],
  [
    'a join, and the connection breaks',
    { kind: 'join', isSilent: true, isStandstill: true, end: 'broken' },
    'unknown',
  ],
  [
    'a join after a heartbeat that waits, and the connection breaks',
    { kind: 'join', isSilent: true, isStandstill: true, isMuteBefore: true, end: 'broken' },
    'node_gone',
  ],
  [
    'behind such a join, and silence until the client gave up',
    { join: 'unanswered', isSilent: true, isMuteBefore: true, end: 'given up' },
    'half_open',
  ],
  ['the client gives up, but it had lived', { end: 'given up' }, 'unknown'],
  ['a connect, and the next one is refused', { kind: 'connect', end: 'refused' }, 'node_gone'],
  ['a connect after a dead link', { kind: 'connect', isSilent: true, end: 'given up' }, 'half_open'],
  ['a connect', { kind: 'connect' }, 'unknown'],
  [
    'a join that never went out, as nobody was there',
    { kind: 'join', isSent: false, end: 'refused' },
    'node_gone',
  ],
  [
    'a join that never went out after a dead link',
    { kind: 'join', isSent: false, isSilent: true, end: 'given up' },
    'half_open',
  ],
];

for (const [what, evidence, cause] of ROWS) {
  test(`${cause}: ${what}`, () => {
    assert.equal(causeOf({ ...SILENT_ABOUT, ...evidence }), cause);
  });
}

const anyEvidence: fc.Arbitrary<Evidence> = fc.record({
  kind: fc.constantFrom(...TIMED_KINDS),
  isSent: fc.boolean(),
  answer: fc.constantFrom('none', 'same turn', 'late'),
  isOwnLate: fc.boolean(),
  isForged: fc.boolean(),
  isCapped: fc.boolean(),
  join: fc.constantFrom('none', 'unanswered', 'slow'),
  isSilent: fc.boolean(),
  end: fc.constantFrom('none', 'given up', 'said', 'broken', 'refused'),
  isStandstill: fc.boolean(),
  isMuteBefore: fc.boolean(),
  isBehindLate: fc.boolean(),
  isPassedOver: fc.boolean(),
  isNeverAnswered: fc.boolean(),
});

test('whatever the evidence, there is one cause, and only pushes have those of a channel', () => {
  const ofChannels: readonly TimeoutCause[] = ['blocked_handler', 'no_reply_coded'];
  fc.assert(
    fc.property(anyEvidence, (evidence) => {
      const cause = causeOf(evidence);
      assert.ok(isTimeoutCause(cause));
      if (evidence.kind !== 'push') assert.ok(!ofChannels.includes(cause), cause);
    }),
  );
});

test('a cause has its evidence: without an answer, an end, a join or us nothing is charged to them', () => {
  const none: Partial<Evidence> = { answer: 'none', isOwnLate: false, isForged: false, isCapped: false };
  const rest: Partial<Evidence> = { join: 'none', end: 'none', isBehindLate: false, isPassedOver: false };
  fc.assert(
    fc.property(anyEvidence, (evidence) => {
      const bare = { ...evidence, ...none, ...rest, isNeverAnswered: false };
      assert.equal(causeOf(bare), 'unknown');
    }),
  );
});
