import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRIC_NAMES } from '../../base/metrics.ts';
import { fault, type Scenario } from '../api.ts';
import { checkScenario } from '../check.ts';
import type { FaultPlan } from '../fault-plan.ts';
import { planRun } from '../plan.ts';

const good: Scenario = {
  about: 'pings',
  load: { clients: 10, ramp: '1s', hold: '60s' },
  client: () => undefined,
};

const problemsOf = (plan: FaultPlan): string[] =>
  checkScenario({ ...good, faults: [plan.at('5s').for('5s')] }, METRIC_NAMES).map(
    ({ code, path }) => `${code} ${path}`,
  );

const wordsOf = (plan: FaultPlan): string => {
  const [planned] = planRun({ ...good, faults: [plan.at('5s').for('5s')] }, { seed: 7 }).faults;
  return `${planned?.share} ${planned?.whom}: ${planned?.what}`;
};

test('each says whom it hits and what it does to them', () => {
  const said: [FaultPlan, string][] = [
    [fault.reset({ share: 0.05 }), '0.05 5 % of connections: reset, within a second'],
    [fault.close(), '1 all connections: ended without a close frame, within a second'],
    [fault.close({ code: 1001 }), '1 all connections: closed with 1001, within a second'],
    [fault.blackhole({ topic: 'room:*' }), '1 all connections in room:*: half-open until lifted'],
    [
      fault.stall({ share: 0.5, tag: 'kind:mobile' }),
      '0.5 50 % of connections tagged kind:mobile: read nothing until lifted',
    ],
    [fault.latency({ delayMs: 200 }), '1 all connections: 200 ms late each way'],
    [
      fault.latency({ delayMs: 1500, jitterMs: 50, direction: 'in' }),
      '1 all connections: 1.5 s ± 50 ms late to the client',
    ],
    [
      fault.bandwidth({ bytesPerSecond: 2000, direction: 'out' }),
      '1 all connections: 2,000 bytes a second from the client',
    ],
    [fault.slicer({ bytes: 5 }), '1 all connections: pieces of 5 bytes, 10 ms apart'],
    [fault.byteLimit({ bytes: 10_000 }), '1 all connections: reset after each 10,000 bytes'],
    [fault.heartbeatLoss(), '1 all connections: heartbeats never leave'],
    [
      fault.garbage({ form: 'utf8', share: 0.01 }),
      '0.01 1 % of connections: send text that is not UTF-8 once, within a second',
    ],
    [fault.staleJoinRef(), '1 all connections: push under the join_ref of an earlier join'],
  ];
  for (const [plan, words] of said) {
    assert.deepEqual(problemsOf(plan), [], plan.kind);
    assert.equal(wordsOf(plan), words);
  }
});

test('what is out of range is refused by its place', () => {
  const path = 'faults[0].params';
  const refused: [FaultPlan, string][] = [
    [fault.close({ code: 999 }), `out-of-range ${path}.code`],
    [fault.close({ code: 5000 }), `out-of-range ${path}.code`],
    [fault.latency({ delayMs: 0 }), `out-of-range ${path}.delayMs`],
    [fault.latency({ delayMs: 5, direction: 'up' as 'in' }), `unknown-choice ${path}.direction`],
    [fault.latency({} as { delayMs: number }), `missing ${path}.delayMs`],
    [fault.bandwidth({ bytesPerSecond: 0.5 }), `out-of-range ${path}.bytesPerSecond`],
    [fault.slicer({ bytes: 1.5 }), `out-of-range ${path}.bytes`],
    [fault.slicer({ bytes: 5, delayMs: 0 }), `out-of-range ${path}.delayMs`],
    [fault.byteLimit({ bytes: 0 }), `out-of-range ${path}.bytes`],
    [fault.garbage({ form: 'nonsense' as 'json' }), `unknown-choice ${path}.form`],
    [fault.stall({ share: 1.5 }), `out-of-range ${path}.share`],
  ];
  for (const [plan, problem] of refused) assert.deepEqual(problemsOf(plan), [problem], plan.kind);
  for (const code of [0, 1000, 4999]) assert.deepEqual(problemsOf(fault.close({ code })), []);
});
