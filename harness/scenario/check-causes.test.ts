import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../base/errors.ts';
import { METRIC_NAMES } from '../base/metrics.ts';
import { TIMEOUT_CAUSES } from '../base/timeout-causes.ts';
import { checkThresholds } from './check-thresholds.ts';

function problemsOf(metric: string): Problem[] {
  const problems: Problem[] = [];
  const names = { knownMetrics: METRIC_NAMES, own: new Map<string, never>(), faultKinds: [] };
  checkThresholds({ [metric]: ['count==0'] }, names, problems);
  return problems;
}

test('the rates of timeouts are split by each cause there is, heartbeats too', () => {
  for (const metric of ['join_timeouts', 'push_timeouts', 'heartbeat_timeouts']) {
    for (const cause of TIMEOUT_CAUSES) assert.deepEqual(problemsOf(`${metric}{cause:${cause}}`), []);
  }
});

test('a cause there is none of is a problem, not a threshold that always holds', () => {
  for (const cause of ['blocked handler', 'blocked_handlers', '__proto__', 'toString']) {
    const [problem, ...more] = problemsOf(`push_timeouts{cause:${cause}}`);
    assert.equal(problem?.code, 'unknown-cause', cause);
    assert.deepEqual(more, []);
  }
  const [near] = problemsOf('push_timeouts{cause:half-open}');
  assert.match(near?.hint ?? '', /did you mean half_open/);
});

test('on any other metric a cause is a tag like all others', () => {
  assert.deepEqual(problemsOf('errors{cause:anything}'), []);
  assert.deepEqual(
    problemsOf('heartbeat_timeouts{kind:web}').map(({ code }) => code),
    ['untagged-metric'],
  );
});
