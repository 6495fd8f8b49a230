import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import type { FaultSpan } from '../faults/schedule.ts';
import type { Measurements } from '../judge/evaluate.ts';
import { fault, type FaultPlan } from '../scenario/api.ts';
import { planDrill, type DrillFlags } from '../scenario/drill-plan.ts';
import { planRun } from '../scenario/plan.ts';
import type { CheckedScenario } from '../scenario/variants.ts';
import { DrillWatch } from './drill-watch.ts';

/** A drill of 30 s, its ramp 5 s long, against pushes that take so long in each second. */
type Scene = {
  watch: DrillWatch;
  clock: ManualClock;
  spans: FaultSpan[];
  heard: string[];
  /** Asked of what was measured: `from–until`, in seconds. */
  asked: string[];
  /** Milliseconds a push takes from this second on. */
  pushesTake(ms: number, fromSecond: number): void;
  /** No push is answered from this second on. */
  silent(fromSecond: number): void;
  /** Every second up to this one has been measured. */
  settle(untilSecond: number): void;
};

const SLOW = fault.slowJoin({ delayMs: 400 }).at('12s').for('6s');

function scene(flags: Partial<DrillFlags> = {}, faults: readonly FaultPlan[] = [SLOW]): Scene {
  const scenario: CheckedScenario = {
    about: 'x',
    load: { clients: 10, ramp: '5s', hold: '25s' },
    client: () => undefined,
    faults,
    drill: { steadyState: { push_duration: ['med<100'] }, window: '4s' },
  };
  const plan = planRun(scenario, { seed: 7 });
  const clock = new ManualClock();
  const perSecond = Array.from({ length: 30 }, () => 40);
  const heard: string[] = [];
  const asked: string[] = [];
  const spans = plan.faults.map((planned): FaultSpan => ({
    fault: planned,
    appliedAtMs: null,
    liftedAtMs: null,
    failure: null,
  }));
  const watch = new DrillWatch({
    clock,
    drill: planDrill(scenario, plan, { hypothesis: {}, ...flags }),
    plan,
    listener: {
      onDeviated: (words, atMs) => heard.push(`deviated ${atMs} ${words}`),
      onStopped: (words) => heard.push(`stopped ${words}`),
    },
    measure(fromMs, untilMs) {
      asked.push(`${fromMs / 1e3}–${untilMs / 1e3}`);
      return pushesOf(perSecond.slice(fromMs / 1e3, untilMs / 1e3));
    },
  });
  watch.attach({ spans, rollBack: () => heard.push('rolled back') });
  let settled = 0;
  return {
    watch,
    clock,
    spans,
    heard,
    asked,
    pushesTake: (ms, from) => void perSecond.fill(ms, from),
    silent: (from) => void perSecond.fill(NaN, from),
    settle(until) {
      while (settled < until) watch.settled(++settled * 1e3);
    },
  };
}

/** Ten pushes a second; the worst second speaks for all. */
function pushesOf(seconds: readonly number[]): Measurements {
  const known = seconds.filter((ms) => !Number.isNaN(ms));
  const worst = Math.max(...known);
  return {
    trend: () =>
      known.length === 0
        ? null
        : { count: 10 * known.length, min: worst, max: worst, mean: worst, percentile: () => worst },
    total: () => null,
    gauge: () => null,
    worst: () => null,
  };
}

/** The fault goes on if it may, at the time it was planned for. */
async function due({ watch, spans }: Scene, nth = 0): Promise<boolean> {
  const span = spans[nth];
  assert.ok(span);
  const may = await watch.gate(span.fault);
  if (may) span.appliedAtMs = span.fault.atMs;
  return may;
}

function lift({ spans }: Scene, nth = 0): void {
  const span = spans[nth];
  assert.ok(span);
  span.liftedAtMs = span.fault.atMs + span.fault.forMs;
}

test('before: it is looked at when the first fault is due, over the last calm seconds', async () => {
  const at = scene();
  at.settle(12);
  assert.equal(await due(at), true);
  assert.deepEqual(at.asked, ['8–12']);
  assert.equal(at.watch.looks.before?.status, 'held');
  assert.deepEqual(at.heard, []);
});

test('before: it waits for the second that has just ended to be measured', async () => {
  const at = scene();
  at.settle(11);
  const asked = due(at);
  await Promise.resolve();
  assert.deepEqual(at.asked, []);
  at.settle(12);
  assert.equal(await asked, true);
  assert.deepEqual(at.asked, ['8–12']);
});

test('before: a second that nobody delivers is not waited for for ever', async () => {
  const at = scene();
  at.settle(11);
  const asked = due(at);
  at.clock.advanceUs(6_000_000);
  assert.equal(await asked, true);
});

test('before: a run that ends meanwhile lets no fault on', async () => {
  const at = scene();
  const asked = due(at);
  at.watch.end();
  assert.equal(await asked, false);
  assert.deepEqual([at.asked, at.heard], [[], []]);
});

test('before: where it does not hold no fault goes on, and the run ends', async () => {
  const at = scene({}, [SLOW, fault.intercept({ event: 'shout' }).at('20s').for('2s')]);
  at.pushesTake(812, 10);
  at.settle(12);
  assert.equal(await due(at, 0), false);
  assert.equal(await due(at, 1), false);
  const words =
    'the steady state did not hold before the first fault: push_duration med was 812 ms, limit 100 ms; no fault was injected';
  assert.deepEqual(at.heard, [
    `deviated 12000 ${words}`,
    'stopped the steady state did not hold before the first fault',
  ]);
  at.watch.end();
  at.watch.lookAfter(true);
  assert.deepEqual(at.watch.findings, { deviated: [words], untold: [], isStopped: true });
  const { status, stoppedBefore, looks, deviatedAtMs } = at.watch.summary([]);
  assert.deepEqual([status, stoppedBefore, looks.length, deviatedAtMs], ['deviated', true, 1, 12_000]);
});

test('before: where it cannot be told no fault goes on either, and that is no deviation', async () => {
  const at = scene();
  at.silent(0);
  at.settle(12);
  assert.equal(await due(at), false);
  assert.match(
    at.heard.join(),
    /^stopped the steady state could not be told before the first fault, so none is/,
  );
  at.watch.lookAfter(true);
  const { deviated, untold } = at.watch.findings;
  assert.deepEqual(deviated, []);
  assert.match(untold.join(), /nothing was measured for push_duration .*window/);
  assert.equal(at.watch.summary([]).status, 'cannot tell');
});

test('after: it is looked at over the end of the plan, but never over a fault', async () => {
  const at = scene();
  at.settle(12);
  await due(at);
  lift(at);
  at.pushesTake(4_000, 12);
  at.pushesTake(40, 26);
  at.settle(30);
  at.watch.end();
  at.watch.lookAfter(false);
  assert.deepEqual(at.asked, ['8–12', '26–30']);
  assert.deepEqual(at.watch.findings, { deviated: [], untold: [], isStopped: false });
  assert.equal(at.watch.summary([]).status, 'held');

  const late = scene({ windowMs: 20_000 });
  late.settle(12);
  await due(late);
  lift(late);
  late.spans[0]!.liftedAtMs = 18_400;
  late.settle(30);
  late.watch.lookAfter(false);
  assert.deepEqual(late.asked, ['5–12', '19–30']);
});

test('after: what is not back is the first deviation, at the end of the plan', async () => {
  const at = scene();
  at.settle(12);
  await due(at);
  lift(at);
  at.pushesTake(500, 18);
  at.settle(30);
  at.watch.lookAfter(false);
  const words =
    'the steady state was not back at 0:30, 12 s after the lift of slow joins: push_duration med was 500 ms, limit 100 ms';
  assert.deepEqual(at.heard, [`deviated 30000 ${words}`]);
  assert.deepEqual(at.watch.findings.deviated, [words]);
});

test('after: a run that was cut short has none, and nobody is blamed for it', async () => {
  const at = scene();
  at.settle(12);
  await due(at);
  at.watch.end();
  at.watch.lookAfter(true);
  assert.deepEqual(at.watch.findings, { deviated: [], untold: [], isStopped: false });
  assert.equal(at.watch.summary([]).status, 'cannot tell');
});

test('during: it is looked at in each second that a fault touches, and the first deviation is kept', async () => {
  const at = scene({ check: 'during' });
  at.settle(12);
  assert.equal(await due(at), true);
  assert.deepEqual(at.asked, [], 'without a look before there is no gate');
  at.pushesTake(812, 15);
  at.settle(18);
  lift(at);
  at.settle(30);
  assert.deepEqual(at.asked, ['9–13', '10–14', '11–15', '12–16', '13–17', '14–18']);
  const words =
    'the steady state deviated at 0:16, 4 s after slow joins went on: push_duration med was 812 ms, limit 100 ms';
  assert.deepEqual(at.heard, [`deviated 16000 ${words}`]);
  at.watch.lookAfter(false);
  assert.deepEqual(at.watch.findings.deviated, [words]);
  const { during, looks, deviatedAtMs } = at.watch.summary([]);
  assert.deepEqual(during, { looks: 6, held: 3, deviated: 3, cannotTell: 0 });
  assert.deepEqual(
    looks.map(({ when, untilMs }) => [when, untilMs]),
    [['during', 16_000]],
  );
  assert.equal(deviatedAtMs, 16_000);
});

test('during: a look that cannot tell is no deviation, but one that never could is inconclusive', async () => {
  const at = scene({ check: 'during', windowMs: 1_000 });
  at.settle(12);
  await due(at);
  at.silent(12);
  at.settle(14);
  assert.deepEqual(at.heard, []);
  assert.match(at.watch.findings.untold.join(), /could not be told while faults were on/);
  at.pushesTake(40, 14);
  at.settle(16);
  assert.match(at.watch.findings.untold.join(), /had 10 samples, needs 20/);
});

test('during: where no fault ever went on nothing was looked at', () => {
  const at = scene({ check: 'during' });
  at.settle(30);
  at.watch.lookAfter(false);
  assert.deepEqual(at.watch.findings.untold, ['the steady state was never looked at while faults were on']);
});

test('continuously: each second from the look before to the end, and one look after', async () => {
  const at = scene({ check: 'continuously', windowMs: 2_000 });
  at.settle(12);
  await due(at);
  lift(at);
  at.settle(30);
  at.watch.settled(31_000);
  at.watch.lookAfter(false);
  assert.deepEqual(at.asked.slice(0, 3), ['10–12', '11–13', '12–14']);
  assert.deepEqual(at.asked.slice(-2), ['28–30', '28–30']);
  assert.equal(at.watch.summary([]).during?.looks, 18);
});

test('continuously: what was broken and is not back is told twice, the first moment first', async () => {
  const at = scene({ check: 'continuously' });
  at.settle(12);
  await due(at);
  at.pushesTake(900, 14);
  lift(at);
  at.settle(30);
  at.watch.lookAfter(false);
  const [first, second] = at.watch.findings.deviated;
  assert.match(first ?? '', /^the steady state deviated at 0:15/);
  assert.match(second ?? '', /^the steady state was not back at 0:30/);
  assert.equal(at.heard.length, 1);
});

test('rollback deviated lifts at the first deviation, once, and then leaves nothing', async () => {
  const at = scene({ check: 'continuously', rollback: 'deviated' });
  at.settle(12);
  await due(at);
  assert.equal(at.watch.leavesFaults, true);
  at.pushesTake(812, 13);
  at.settle(20);
  assert.deepEqual(
    at.heard.map((one) => one.split(' ')[0]),
    ['deviated', 'rolled'],
  );
  assert.equal(at.watch.leavesFaults, false);
});

test('rollback always and never roll nothing back on the way; never leaves what is on', async () => {
  for (const rollback of ['always', 'never'] as const) {
    const at = scene({ check: 'continuously', rollback });
    at.settle(12);
    await due(at);
    at.pushesTake(812, 13);
    at.settle(20);
    assert.equal(at.heard.includes('rolled back'), false);
    assert.equal(at.watch.leavesFaults, rollback === 'never');
  }
});

test('a look after for which no second was left cannot tell', async () => {
  const at = scene();
  at.settle(12);
  await due(at);
  at.spans[0]!.liftedAtMs = 29_400;
  at.settle(30);
  at.watch.lookAfter(false);
  assert.match(at.watch.findings.untold.join(), /no whole second was left after the last fault/);
});
