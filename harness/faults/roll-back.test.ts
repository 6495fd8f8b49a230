// Faults that are asked about before they go on, rolled back while the run goes on, or left on at its end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { fault, type FaultPlan } from '../scenario/api.ts';
import { planRun } from '../scenario/plan.ts';
import type { FaultHands } from './fault.ts';
import { FaultSchedule, type MayInject } from './schedule.ts';

type Scene = { clock: ManualClock; schedule: FaultSchedule; did: string[]; heard: string[] };

const FIRST = fault.blockingHandler({ delayMs: 150 }).at('10s').for('20s');
const SECOND = fault.intercept({ event: 'shout' }).at('12s').for('4s');
const THIRD = fault.slowConnect({ delayMs: 100 }).at('40s').for('4s');

function scene(faults: readonly FaultPlan[], mayInject?: MayInject, gate?: Promise<void>): Scene {
  const clock = new ManualClock();
  const did: string[] = [];
  const heard: string[] = [];
  let injected = 0;
  const hands: FaultHands = {
    seed: 7,
    async injectServer({ kind }) {
      await gate;
      did.push(`inject ${kind}`);
      injected += 1;
      return `f${injected}`;
    },
    async liftServer(id) {
      did.push(`lift ${id}`);
      return null;
    },
    raiseServer: async () => null,
    strike: async () => ({ count: 0, of: 0, what: 'clients' }),
    raiseStrike: async () => ({ count: 0, of: 0, what: 'clients' }),
    liftStrike: async () => ({ count: 0, of: 0, what: 'clients' }),
  };
  const load = { clients: 10, ramp: 0, hold: '60s' };
  const plan = planRun({ about: 'x', load, client: () => undefined, faults }, { seed: 7 });
  const listener = {
    onFault: (span: { fault: { id: string } }, what: string) => heard.push(`${span.fault.id} ${what}`),
  };
  const schedule = new FaultSchedule(clock, plan.faults, hands, listener, mayInject);
  schedule.start(0);
  return { clock, schedule, did, heard };
}

/** Lets everything run that only waits for promises already settled. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function advanceTo({ clock }: Scene, ms: number): Promise<void> {
  clock.advanceUs(ms * 1e3 - clock.nowUs());
  await settle();
}

test('a fault that may not go on is called off, and was no failure', async () => {
  const at = scene([FIRST, SECOND], ({ kind }) => kind === 'intercept');
  await advanceTo(at, 14_000);
  assert.deepEqual(at.did, ['inject intercept']);
  const [first, second] = at.schedule.spans;
  assert.deepEqual([first?.isCalledOff, first?.failure, first?.appliedAtMs], [true, null, null]);
  assert.equal(second?.isCalledOff, undefined);
  assert.deepEqual(at.schedule.notInjected, []);
  await at.schedule.end();
});

test('one that is asked about for long goes on when the answer comes, and off in its time', async () => {
  const answer = Promise.withResolvers<boolean>();
  const at = scene([SECOND], () => answer.promise);
  await advanceTo(at, 12_500);
  assert.deepEqual(at.did, []);
  answer.resolve(true);
  await settle();
  assert.equal(at.schedule.spans[0]?.appliedAtMs, 12_500);
  await advanceTo(at, 16_000);
  assert.deepEqual(at.did, ['inject intercept', 'lift f1']);
});

test('one whose answer comes when the run has ended does not go on', async () => {
  const answer = Promise.withResolvers<boolean>();
  const at = scene([SECOND], () => answer.promise);
  await advanceTo(at, 12_500);
  const ended = at.schedule.end();
  answer.resolve(true);
  await ended;
  assert.deepEqual(at.did, []);
});

test('rolled back, all that is on is lifted at once and nothing goes on any more', async () => {
  const at = scene([FIRST, SECOND, THIRD]);
  await advanceTo(at, 13_000);
  at.schedule.rollBack();
  await settle();
  assert.deepEqual(at.did, ['inject blocking_handler', 'inject intercept', 'lift f1', 'lift f2']);
  await advanceTo(at, 45_000);
  assert.equal(at.did.length, 4);
  await at.schedule.end();
  assert.deepEqual(
    at.schedule.spans.map(({ liftedAtMs, isCalledOff }) => [liftedAtMs, isCalledOff === true]),
    [
      [13_000, false],
      [13_000, false],
      [null, true],
    ],
  );
  assert.deepEqual([at.schedule.notLifted, at.schedule.notInjected], [[], []]);
});

test('rolled back while one is being injected, it is lifted when it is on', async () => {
  const gate = Promise.withResolvers<void>();
  const at = scene([FIRST], undefined, gate.promise);
  await advanceTo(at, 10_000);
  at.schedule.rollBack();
  const ended = at.schedule.end();
  gate.resolve();
  await ended;
  assert.deepEqual(at.did, ['inject blocking_handler', 'lift f1']);
  assert.equal(at.schedule.spans[0]?.liftedAtMs, 10_000);
});

test('left on, a fault keeps its time: it is not lifted, and that is no failed lift', async () => {
  const at = scene([FIRST, SECOND]);
  await advanceTo(at, 14_000);
  await at.schedule.end({ leave: true });
  assert.equal(at.did.length, 2);
  assert.deepEqual(
    at.schedule.spans.map(({ isLeft, liftedAtMs }) => [isLeft, liftedAtMs]),
    [
      [true, null],
      [true, null],
    ],
  );
  assert.deepEqual(at.schedule.notLifted, []);
  assert.deepEqual(at.heard, ['blocking-handler-1 on', 'intercept-1 on']);
});

test('one whose own time ends with the run is lifted all the same', async () => {
  const at = scene([SECOND]);
  await advanceTo(at, 13_000);
  at.clock.advanceUs(3_000_000 - 1);
  const span = at.schedule.spans[0];
  assert.ok(span);
  span.fault = { ...span.fault, forMs: 3_999 };
  await at.schedule.end({ leave: true });
  assert.deepEqual([span.isLeft, at.did], [undefined, ['inject intercept', 'lift f1']]);
});

test('let go of, those left on are undone unheard where they are over anyway', async () => {
  const at = scene([FIRST, SECOND]);
  await advanceTo(at, 14_000);
  await at.schedule.end({ leave: true });
  await at.schedule.letGo(({ kind }) => kind === 'intercept');
  assert.deepEqual(at.did.slice(2), ['lift f2']);
  assert.equal(at.heard.length, 2);
  assert.equal(at.schedule.spans[1]?.liftedAtMs, null);
});
