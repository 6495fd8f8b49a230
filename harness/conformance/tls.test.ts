import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { realClock } from '../base/clock.ts';
import { FiredrillError } from '../base/errors.ts';
import { ALL_CASES } from './all-cases.ts';
import { lookAt } from './look-at-target.ts';
import { judge } from './run-cases.ts';
import type { ConformanceTarget } from './target.ts';
import { answering, FakeServer } from './testing/fake-server.ts';
import { selfSigned } from './testing/self-signed.ts';
import { Trial } from './trial.ts';

const identity = selfSigned();
// Where everything must run, a missing openssl is a failure and no excuse.
const skip =
  identity === null && (process.env['FIREDRILL_REQUIRE_ALL'] ?? '') === '' ? 'there is no openssl' : false;

const ok = answering(([joinRef, ref, topic, event]) => [
  event === 'phx_join' && String(topic).startsWith('probe:')
    ? [null, ref, topic, 'phx_reply', { status: 'error', response: { reason: 'unmatched topic' } }]
    : [joinRef, ref, topic, 'phx_reply', { status: 'ok', response: {} }],
]);

async function secureTarget(t: TestContext, ca: boolean): Promise<ConformanceTarget> {
  assert.ok(identity, 'openssl is needed for the certificate of this test');
  const server = await FakeServer.start(ok, undefined, identity);
  t.after(() => server.stop());
  const at = { ...server.at, ...(ca ? { ca: identity.cert } : {}) };
  assert.ok(at.secure);
  return server.target({ at });
}

test('a wss:// target is judged when its certificate is vouched for', { skip }, async (t) => {
  const target = await lookAt(await secureTarget(t, true), realClock);
  const heartbeat = ALL_CASES.find(({ number }) => number === 6);
  assert.ok(heartbeat);
  assert.deepEqual(await judge(heartbeat, target, realClock), { status: 'passed', notes: [] });
});

test('plain requests to a wss:// target trust the same certificate', { skip }, async (t) => {
  const trial = new Trial(realClock, await secureTarget(t, true), 'tls');
  assert.equal(await trial.status(trial.query()), 101);
  assert.equal((await trial.longPoll('GET', trial.query())).status, 400);
});

test('a certificate nobody vouches for is refused, with the flag that helps', { skip }, async (t) => {
  await assert.rejects(lookAt(await secureTarget(t, false), realClock), (error) => {
    assert.ok(error instanceof FiredrillError);
    assert.equal(error.exitCode, 114);
    const [problem] = error.problems;
    assert.match(problem?.got ?? '', /self-signed certificate/);
    assert.match(problem?.hint ?? '', /--ca cert\.pem/);
    return true;
  });
});
