import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Refusal } from '../base/refusal.ts';
import { BREACH, OUTCOME } from '../wire/outcome-words.ts';
import { explainConnection, explainRefusal, worthTelling } from './explain-refusal.ts';

function refusal(changes: Partial<Refusal>): Refusal {
  return { operation: 'join', topic: 'room:#', event: null, how: 'error', cause: '', count: 1, ...changes };
}

/** What is tried first, as one text. */
function triedFor(changes: Partial<Refusal>): string {
  return explainRefusal(refusal(changes)).tryThis.join('\n');
}

test('tells who, how many and in whose words', () => {
  const words: [Partial<Refusal>, string][] = [
    [
      { count: 5_000, cause: '{"reason":"unmatched topic"}' },
      '5,000 joins of room:# were refused: {"reason":"unmatched topic"}',
    ],
    [{ how: 'timeout', cause: 'no reply' }, '1 join of room:# was not answered'],
    [
      { operation: 'connect', topic: null, count: 2, cause: 'HTTP 403' },
      '2 connections were refused: HTTP 403',
    ],
    [
      { operation: 'connect', topic: null, how: 'closed', cause: 'closed by the server with 1011' },
      '1 connection ended: closed by the server with 1011',
    ],
    [
      { operation: 'push', event: 'new_msg', how: 'timeout', count: 70, cause: 'no reply' },
      '70 pushes new_msg to room:# were not answered',
    ],
    [
      { operation: 'channel', event: 'shuot', how: 'crash', count: 3, cause: 'phx_error' },
      '3 channels of room:# crashed with shuot under way',
    ],
    [{ operation: 'channel', how: 'crash' }, '1 channel of room:# crashed'],
    [{ operation: 'heartbeat', topic: null, how: 'timeout', count: 4 }, '4 heartbeats were not answered'],
  ];
  for (const [changes, what] of words) assert.equal(explainRefusal(refusal(changes)).what, what);
});

test('an unmatched topic leads to the channel route, the cap to its setting, a crash to the log', () => {
  assert.match(triedFor({ cause: '{"reason":"unmatched topic"}' }), /^channel "room:\*", MyAppWeb/);
  assert.match(triedFor({ cause: '{"reason":"too many channels joined"}' }), /max_channels_per_transport/);
  assert.match(triedFor({ cause: '{"reason":"join crashed"}' }), /log of the server/);
});

test('a reason of the application is told as its own answer', () => {
  for (const cause of ['{"reason":"unauthorized"}', '{"reason":"full"}', '"no"', '{}']) {
    assert.match(explainRefusal(refusal({ cause })).why, /join\/3 answered \{:error, …\}/, cause);
  }
});

test('a push without a reply leads to --cast, one in error to the payload', () => {
  const push = { operation: 'push', event: 'new_msg' } as const;
  assert.match(triedFor({ ...push, how: 'timeout', cause: 'no reply' }), /--cast in place of --push/);
  assert.match(triedFor({ ...push, cause: '{"reason":"empty"}' }), /payload/);
  assert.match(explainRefusal(refusal({ ...push, cause: '{"reason":"unmatched topic"}' })).why, /had ended/);
});

test('a crash with an event under way blames handle_in, one without does not', () => {
  const crash = { operation: 'channel', how: 'crash' } as const;
  assert.match(explainRefusal(refusal({ ...crash, event: 'shuot' })).why, /FunctionClauseError/);
  assert.doesNotMatch(explainRefusal(refusal(crash)).why, /handle_in\b/);
});

test('every outcome of a connection has a cause and something to try', () => {
  // What follows a word in an artefact; closing is nothing to explain when it was our own.
  const wordings: Record<string, string[]> = {
    closedByClient: [],
    closedByServer: [1000, 1001, 1002, 1003, 1007, 1009, 1011, 1012, 1013, 4000].map(
      (code) => ` ${code}: bye`,
    ),
    protocolError: Object.values(BREACH).map(([, what]) => `: ${what}`),
    http: [301, 308, 400, 401, 403, 404, 426, 429, 500, 502, 503, 504].map((status) => ` ${status}`),
    tlsFailed: [': ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
    badRequest: [': a header with a line end'],
  };
  for (const [name, words] of Object.entries(OUTCOME)) {
    for (const rest of wordings[name] ?? ['']) {
      const { why, tryThis } = explainConnection(words + rest);
      assert.ok(why !== '' && tryThis.length > 0, words + rest);
    }
  }
  for (const code of [
    'ECONNABORTED',
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EADDRNOTAVAIL',
    'EMFILE',
  ]) {
    assert.notEqual(explainConnection(code).why, '', code);
  }
});

test('names the cure of each TLS trouble', () => {
  assert.match(explainConnection(OUTCOME.certificateSelfSigned).tryThis.join(), /--ca/);
  assert.match(explainConnection(OUTCOME.certificateUnknown).tryThis.join(), /--ca/);
  assert.match(explainConnection(OUTCOME.speaksNoTls).tryThis.join(), /^ws:\/\//);
  assert.match(explainConnection(OUTCOME.speaksTls).tryThis.join(), /^wss:\/\//);
  assert.match(explainConnection('HTTP 301, redirected to https://x/').tryThis.join(), /^wss:\/\//);
});

test('a connection lost without a word is not explained like one that was refused', () => {
  const cause = 'ECONNRESET';
  const refused = explainRefusal(refusal({ operation: 'connect', topic: null, cause }));
  const lost = explainRefusal(refusal({ operation: 'connect', topic: null, how: 'lost', cause }));
  assert.match(refused.tryThis.join(), /--ramp/);
  assert.match(lost.why, /without a close frame/);
});

test('what nobody has words for keeps its own', () => {
  const odd = refusal({ operation: 'connect', topic: null, cause: '__proto__ closed by the server with' });
  assert.deepEqual(explainRefusal(odd), {
    what: '1 connection was refused: __proto__ closed by the server with',
    why: '',
    tryThis: [],
  });
});

test('a push that waited for its join is told apart from one without a reply', () => {
  const push = { operation: 'push', event: 'a', how: 'timeout' } as const;
  const waited = explainRefusal(refusal({ ...push, cause: 'never sent', count: 2 }));
  assert.equal(waited.what, '2 pushes a to room:# were never sent');
  assert.match(waited.why, /join/);
  assert.doesNotMatch(waited.tryThis.join(), /--cast/);
});

test('a connection the client closed itself is one whose heartbeats were not answered', () => {
  const ended = { operation: 'connect', topic: null, how: 'lost', cause: 'closed by the client' } as const;
  assert.match(explainRefusal(refusal(ended)).why, /stands still/);
});

test('what a fault of the run has cut is no surprise', () => {
  const cut = refusal({ operation: 'connect', topic: null, how: 'lost', cause: 'reset by a fault' });
  assert.match(explainRefusal(cut).why, /a fault of this run/);
  assert.deepEqual(worthTelling([cut, refusal({})]), [refusal({})]);
  assert.deepEqual(worthTelling(), []);
});

test('a cause, and what to try first, fit a line of the terminal', () => {
  const causes = [
    'unmatched topic',
    'join crashed',
    'too many channels',
    'unauthorized',
    'full',
    'never sent',
    'no reply',
  ];
  const openings = Object.values(OUTCOME).flatMap((words) =>
    [
      1000, 1001, 1002, 1006, 1007, 1009, 1011, 1012, 1013, 4000, 301, 400, 401, 403, 404, 426, 429, 500, 502,
      503,
    ].map((code) => `${words} ${code}`),
  );
  const codes = [
    'ECONNABORTED',
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'ETIMEDOUT',
    'EADDRNOTAVAIL',
    'EMFILE',
    'EHOSTUNREACH',
  ];
  for (const cause of [...causes, ...openings, ...codes]) {
    for (const operation of ['connect', 'join', 'push', 'heartbeat', 'channel'] as const) {
      for (const how of ['error', 'timeout', 'lost', 'closed', 'crash']) {
        const { why, tryThis } = explainRefusal(refusal({ operation, how, cause, event: how }));
        for (const line of [why, tryThis[0] ?? '']) assert.ok([...line].length <= 101, line);
      }
    }
  }
});

test('what was lost is told behind what it was lost by, however often', () => {
  const crash = refusal({ operation: 'channel', how: 'crash', event: 'boom', count: 20 });
  const lost = refusal({
    operation: 'push',
    how: 'lost',
    event: 'boom',
    cause: 'channel crashed',
    count: 90,
  });
  const ended = refusal({ operation: 'connect', topic: null, how: 'lost', cause: 'ECONNRESET', count: 2 });
  assert.deepEqual(worthTelling([lost, crash, ended]), [crash, ended, lost]);
});
