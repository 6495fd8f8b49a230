import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../base/errors.ts';
import { METRIC_NAMES } from '../base/metrics.ts';
import { fault, scenario } from './api.ts';
import { checkScenario } from './check.ts';

const good = scenario({
  about: 'pings',
  load: { clients: 10, ramp: '5s', hold: '30s' },
  client: () => undefined,
});

const steadyState = { push_duration: ['p(95)<250'] };

const faultWith = (changes: object): object => {
  const one = fault.latency({ delayMs: 5 }).at('10s').for('5s');
  return { faults: [{ ...one, ...changes }] };
};

/** Every place of a scenario that takes one of several words, and a word it knows with a slip in it. */
const PLACES: readonly { put(word: string): object; known: string; slip: string }[] = [
  { put: (check) => ({ drill: { steadyState, check } }), known: 'continuously', slip: 'continously' },
  { put: (rollback) => ({ drill: { steadyState, rollback } }), known: 'always', slip: 'allways' },
  { put: (webServer) => ({ server: { webServer } }), known: 'bandit', slip: 'bandti' },
  { put: (kind) => faultWith({ kind }), known: 'latency', slip: 'latnecy' },
  {
    put: (name) => faultWith({ params: { delayMs: 5, [name]: 1 } }),
    known: 'jitterMs',
    slip: 'jiterMs',
  },
  {
    put: (direction) => faultWith({ params: { delayMs: 5, direction } }),
    known: 'both',
    slip: 'boht',
  },
  {
    put: (during) => ({ thresholds: { push_duration: [{ expression: 'max<5', during }] } }),
    known: 'steady',
    slip: 'stedy',
  },
  {
    put: (cause) => ({ thresholds: { [`push_timeouts{cause:${cause}}`]: ['count==0'] } }),
    known: 'half_open',
    slip: 'half-opn',
  },
];

function problemOf(changes: object): Problem {
  const [problem] = checkScenario({ ...good, ...changes }, METRIC_NAMES);
  return problem ?? assert.fail(`nothing was found in ${JSON.stringify(changes)}`);
}

test('a word that is near none is told the list once', () => {
  for (const { put, known } of PLACES) {
    const { wanted = '', hint } = problemOf(put('zzzzzzzzzz'));
    assert.match(wanted, new RegExp(`\\b${known}\\b`));
    assert.equal(hint, undefined, wanted);
  }
});

test('a word with a slip is told the one that was meant', () => {
  for (const { put, known, slip } of PLACES) {
    assert.equal(problemOf(put(slip)).hint, `did you mean ${known}?`);
  }
});

test('a fault that takes no parameters says so', () => {
  const killed = { ...fault.trackerShardKill().at('10s').for('5s'), params: { shard: 1 } };
  const { wanted, hint } = problemOf({ faults: [killed] });
  assert.deepEqual([wanted, hint], ['for tracker_shard_kill: no parameters', undefined]);
});
