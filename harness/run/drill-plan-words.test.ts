import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fault } from '../scenario/api.ts';
import { planDrill, type DrillFlags } from '../scenario/drill-plan.ts';
import { planRun } from '../scenario/plan.ts';
import type { CheckedScenario } from '../scenario/variants.ts';
import { drillLines, tellDrill, type ToldDrill } from './drill-plan-words.ts';

const scenario: CheckedScenario = {
  about: 'rooms whose handlers block',
  load: { clients: 1_000, ramp: '5s', hold: '40s', rate: 300 },
  client: () => undefined,
  faults: [
    fault.latency({ delayMs: 200, share: 0.5 }).at('28s').for('4s').optional(),
    fault.blockingHandler({ delayMs: 150, topic: 'room:*', share: 0.1 }).at('15s').for('10s'),
  ],
  drill: { steadyState: { push_duration: ['p(95)<250'], push_timeouts: ['rate<0.01'] } },
  thresholds: {
    push_duration: ['p(99)<900', { expression: 'p(99)<2000', abortOnFail: true, delayAbortEval: '5s' }],
  },
};
const place = { control: null, wantsToken: false, isOwnServer: true, namespace: null, pid: 1 };

function told(flags: Partial<DrillFlags> = {}, of: CheckedScenario = scenario): ToldDrill {
  const plan = planRun(of, { seed: 7 });
  const loaded = { name: 'rooms', file: '/rooms.ts', sha256: '', variant: null, scenario: of };
  return tellDrill(loaded, plan, planDrill(of, plan, { hypothesis: {}, ...flags }), place);
}

test('the whole drill, line by line, its faults in the order they go on', () => {
  assert.deepEqual(drillLines(told()), [
    'drill rooms: rooms whose handlers block',
    '  load        1,000 clients over 5 s, then 40 s, 300 pushes/s',
    '  phases      ramp 5 s (0:00–0:05) · hold 40 s (0:05–0:45)',
    '  hypothesis  push_duration p(95)<250',
    '              push_timeouts rate<0.01',
    '  looked at   before the first fault, over 0:05–0:15; no fault goes on unless it holds',
    '              at the end, over 0:35–0:45',
    '  faults      0:15–0:25  blocking handlers, 10 % of topics room:*: handle_in takes 150 ms',
    "                lifted by the harness, at 0:25; should we die: it ends with the server, which is the run's own and ends with it",
    '              0:28–0:32  late links, 50 % of connections: 200 ms late each way (where the target can take it)',
    '                lifted by the harness, at 0:32; should we die: they end with the run',
    '  abort       unless push_duration p(99)<2000, from 0:10 on',
    '  rollback    always: whatever ends the drill, faults that are on are lifted',
  ]);
});

test('when it is looked at, for each check', () => {
  const looks = (flags: Partial<DrillFlags>): string[] =>
    told(flags).looks.map(({ when, words }) => `${when}: ${words}`);
  assert.deepEqual(looks({ check: 'during', windowMs: 3_000 }), [
    'during: each second while a fault is on, over the last 3 s',
  ]);
  assert.deepEqual(looks({ check: 'continuously' }), [
    'before: before the first fault, over 0:05–0:15; no fault goes on unless it holds',
    'during: each second from 0:15 to 0:45, over the last 10 s',
    'after: at the end, over 0:35–0:45',
  ]);
  assert.deepEqual(looks({ check: 'after', windowMs: 60_000 }), ['after: at the end, over 0:32–0:45']);
  assert.equal(looks({ check: 'before' }).length, 1);
});

test('a scenario without a drill is told that its thresholds are the hypothesis', () => {
  const { drill: _, ...plain } = scenario;
  assert.match(
    drillLines(told({}, plain)).join('\n'),
    /p\(99\)<900\n.*p\(99\)<2000\n.*thresholds: it has no drill/,
  );
  assert.equal(told({}, plain).hypothesisFrom, 'thresholds');
});

test('the document has the times as numbers', () => {
  const { phases, faults, aborts, rollback } = told({ rollback: 'never' });
  assert.deepEqual(phases[1], { name: 'hold', fromMs: 5_000, untilMs: 45_000 });
  assert.deepEqual([faults[0]?.fromMs, faults[0]?.untilMs, faults[1]?.isOptional], [15_000, 25_000, true]);
  assert.deepEqual(aborts, [{ metric: 'push_duration', expression: 'p(99)<2000', fromMs: 10_000 }]);
  assert.equal(rollback.strategy, 'never');
});
