import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, type Alarm, type Clock } from '../base/clock.ts';
import type { Hits } from '../base/hits.ts';
import { fault, type FaultPlan } from '../scenario/api.ts';
import type { FaultParams } from '../scenario/fault-spec.ts';
import { planRun, type PlannedFault } from '../scenario/plan.ts';
import { FaultGone, type FaultHands, type ServerFault } from './fault.ts';
import { FaultSchedule } from './schedule.ts';

const START_US = 9_000_000;

function planned(...faults: FaultPlan[]): PlannedFault[] {
  const load = { clients: 10, ramp: 0, hold: '60s' };
  return planRun({ about: 'x', load, client: () => undefined, faults }, { seed: 7 }).faults;
}

/** Hands that write down what they are told, each answering when the test says so. */
class Hands implements FaultHands {
  readonly seed = 7;
  readonly did: string[] = [];
  readonly injected: ServerFault[] = [];
  refuse: Partial<Record<'injectServer' | 'liftServer' | 'raiseServer' | 'strike', string>> = {};
  /** What the server says of a fault; null is one that says nothing of it. */
  said: Hits | null = null;
  /** Clients that are there. */
  there = 10;
  /** While set, injections wait for it. */
  gate: Promise<void> | null = null;

  async injectServer(order: ServerFault): Promise<string> {
    await this.gate;
    if (this.refuse.injectServer) throw new Error(this.refuse.injectServer);
    this.injected.push(order);
    this.did.push(`inject ${order.kind}`);
    return `f${this.injected.length}`;
  }
  async liftServer(id: string): Promise<Hits | null> {
    if (this.refuse.liftServer) throw new Error(this.refuse.liftServer);
    this.did.push(`lift ${id}`);
    return this.said;
  }
  async raiseServer(id: string, share: number): Promise<Hits | null> {
    await this.gate;
    if (this.refuse.raiseServer) throw new Error(this.refuse.raiseServer);
    this.did.push(`raise ${id} to ${share}`);
    return this.said;
  }
  async strike(order: { id: string; kind: string; params: FaultParams }): Promise<Hits> {
    if (this.refuse.strike) throw new Error(this.refuse.strike);
    this.did.push(`strike ${order.kind} ${order.id}`);
    return this.hits(Number(order.params['share'] ?? 1));
  }
  async raiseStrike(id: string, share: number): Promise<Hits> {
    this.did.push(`raise ${id} to ${share}`);
    return this.hits(share);
  }
  async liftStrike(id: string): Promise<Hits> {
    this.did.push(`unstrike ${id}`);
    return { ...this.hits(1), of: this.there };
  }
  private hits(share: number): Hits {
    return { count: Math.round(this.there * share), of: this.there, what: 'clients' };
  }
}

type Scene = { clock: ManualClock; hands: Hands; heard: string[]; schedule: FaultSchedule };

function scene(
  faults: readonly PlannedFault[],
  over: (clock: ManualClock) => Clock = (clock) => clock,
): Scene {
  const clock = new ManualClock(START_US - 250_000);
  const hands = new Hands();
  const heard: string[] = [];
  const schedule = new FaultSchedule(over(clock), faults, hands, {
    onFault: (span, what) => {
      const step = what === 'raised' ? ` to ${span.steps?.at(-1)?.value}` : '';
      heard.push(`${span.fault.id} ${what}${step}`);
    },
  });
  schedule.start(START_US);
  return { clock, hands, heard, schedule };
}

/** Lets everything run that only waits for promises already settled. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function advanceTo({ clock }: Scene, ms: number): Promise<void> {
  clock.advanceUs(START_US + ms * 1e3 - clock.nowUs());
  await settle();
}

const BLOCKING = fault.blockingHandler({ delayMs: 150, topic: 'room:*', share: 0.1 }).at('10s').for('5s');
const SLOW = fault.slowJoin({ delayMs: 400, topic: 'room:*', rejoin: 0.2 }).at('20s').for('4s');
const DROP = fault.networkDrop({ reset: 0.1, blackhole: 0.02 }).at('30s').for('10s');
const INTERCEPT = fault.intercept({ event: 'shout', topic: 'lobby' }).at('12s').for('10s');

test('each goes on and off at its time, from the first arrival', async () => {
  const at = scene(planned(BLOCKING));
  await advanceTo(at, 9_999);
  assert.deepEqual(at.hands.did, []);
  await advanceTo(at, 10_000);
  assert.deepEqual(at.hands.did, ['inject blocking_handler']);
  assert.deepEqual(
    at.schedule.active().map((one) => one.id),
    ['blocking-handler-1'],
  );
  await advanceTo(at, 14_999);
  assert.equal(at.hands.did.length, 1);
  await advanceTo(at, 15_000);
  assert.deepEqual(at.hands.did, ['inject blocking_handler', 'lift f1']);
  assert.deepEqual(at.heard, ['blocking-handler-1 on', 'blocking-handler-1 off']);
  const [span] = at.schedule.spans;
  assert.deepEqual([span?.appliedAtMs, span?.liftedAtMs, span?.failure], [10_000, 15_000, null]);
  assert.deepEqual(at.schedule.notLifted, []);
});

test('what the server is asked carries parameters, share, seed, and a limit beyond the window', async () => {
  const at = scene(planned(BLOCKING, INTERCEPT, SLOW));
  for (const ms of [10_000, 12_000, 20_000]) await advanceTo(at, ms);
  assert.deepEqual(at.hands.injected, [
    {
      kind: 'blocking_handler',
      params: { delay_ms: 150, topic: 'room:*' },
      share: 0.1,
      seed: 7,
      ttlMs: 10_000,
    },
    { kind: 'intercept', params: { event: 'shout', topic: 'lobby' }, share: 1, seed: 7, ttlMs: 15_000 },
    { kind: 'slow_join', params: { delay_ms: 400, topic: 'room:*' }, share: 1, seed: 7, ttlMs: 9_000 },
  ]);
  assert.ok(at.hands.did.includes('strike rejoin slow-join-1'));
});

test('faults may overlap, and each has its own lift', async () => {
  const at = scene(planned(BLOCKING, INTERCEPT, DROP));
  for (const ms of [10_000, 12_000]) await advanceTo(at, ms);
  assert.equal(at.schedule.active().length, 2);
  for (const ms of [15_000, 22_000, 30_000, 40_000]) await advanceTo(at, ms);
  assert.deepEqual(at.hands.did, [
    'inject blocking_handler',
    'inject intercept',
    'lift f1',
    'lift f2',
    'strike network_drop network-drop-1',
    'unstrike network-drop-1',
  ]);
});

test('an early end lifts what is on and calls off what has not begun', async () => {
  const at = scene(planned(BLOCKING, DROP));
  await advanceTo(at, 12_000);
  await at.schedule.end();
  assert.deepEqual(at.hands.did, ['inject blocking_handler', 'lift f1']);
  await advanceTo(at, 60_000);
  assert.equal(at.hands.did.length, 2);
  const [blocking, drop] = at.schedule.spans;
  assert.equal(blocking?.liftedAtMs, 12_000);
  assert.deepEqual([drop?.appliedAtMs, drop?.liftedAtMs], [null, null]);
  assert.deepEqual(at.schedule.notLifted, []);
});

test('an end during an injection waits for it, and lifts it', async () => {
  const at = scene(planned(BLOCKING));
  const gate = Promise.withResolvers<void>();
  at.hands.gate = gate.promise;
  await advanceTo(at, 10_000);
  const ended = at.schedule.end();
  await settle();
  assert.deepEqual(at.hands.did, []);
  gate.resolve();
  await ended;
  assert.deepEqual(at.hands.did, ['inject blocking_handler', 'lift f1']);
});

test('leaves no alarm behind, even when it ends during an injection', async () => {
  let armed = 0;
  const counting = (clock: ManualClock): Clock => ({
    nowUs: () => clock.nowUs(),
    wallMs: () => clock.wallMs(),
    at(dueUs, act): Alarm {
      armed += 1;
      let isOver = false;
      const over = (): void => {
        if (!isOver) armed -= 1;
        isOver = true;
      };
      const alarm = clock.at(dueUs, () => {
        over();
        act();
      });
      return {
        cancel: () => {
          over();
          alarm.cancel();
        },
      };
    },
  });
  const at = scene(planned(BLOCKING, DROP), counting);
  const gate = Promise.withResolvers<void>();
  at.hands.gate = gate.promise;
  await advanceTo(at, 10_000);
  const ended = at.schedule.end();
  gate.resolve();
  await ended;
  assert.equal(armed, 0);
});

test('one that is refused is told, and never counted as on', async () => {
  const at = scene(planned(BLOCKING, INTERCEPT));
  at.hands.refuse = { injectServer: 'HTTP 422 no such topic' };
  await advanceTo(at, 10_000);
  at.hands.refuse = {};
  await advanceTo(at, 12_000);
  assert.deepEqual(at.heard, ['blocking-handler-1 not-injected', 'intercept-1 on']);
  const [blocking] = at.schedule.spans;
  assert.deepEqual([blocking?.appliedAtMs, blocking?.failure], [null, 'HTTP 422 no such topic']);
  await at.schedule.end();
  assert.deepEqual(at.schedule.notLifted, []);
});

test('one that cannot be lifted is told and stays on the list of shame', async () => {
  const at = scene(planned(BLOCKING));
  at.hands.refuse = { liftServer: 'ECONNREFUSED' };
  await advanceTo(at, 10_000);
  await advanceTo(at, 15_000);
  assert.deepEqual(at.heard, ['blocking-handler-1 on', 'blocking-handler-1 not-lifted']);
  assert.deepEqual(
    at.schedule.notLifted.map((span) => span.failure),
    ['ECONNREFUSED'],
  );
  await at.schedule.end();
  assert.equal(at.schedule.notLifted.length, 1);
});

test('one that was over before its time is told, and not feared to be on', async () => {
  const at = scene(planned(BLOCKING));
  at.hands.liftServer = () => Promise.reject(new FaultGone('it was over before it was lifted'));
  for (const ms of [10_000, 15_000]) await advanceTo(at, ms);
  assert.deepEqual(at.heard, ['blocking-handler-1 on', 'blocking-handler-1 not-lifted']);
  const [span] = at.schedule.spans;
  assert.deepEqual([span?.liftedAtMs, span?.failure], [15_000, 'it was over before it was lifted']);
  assert.deepEqual(at.schedule.notLifted, []);
});

test('a seed of more bits than the server draws with is cut to them', async () => {
  const at = scene(planned(BLOCKING));
  Object.defineProperty(at.hands, 'seed', { value: 2 ** 32 + 5 });
  await advanceTo(at, 10_000);
  assert.deepEqual(
    at.hands.injected.map(({ seed }) => seed),
    [5],
  );
});

test('a slow join whose rejoins fail is not left on in the server', async () => {
  const at = scene(planned(SLOW));
  at.hands.refuse = { strike: 'no worker' };
  await advanceTo(at, 20_000);
  await at.schedule.end();
  assert.ok(at.hands.did.includes('lift f1'), at.hands.did.join());
});

const RISING = fault
  .blockingHandler({ delayMs: 150, topic: 'room:*', share: 0.5 })
  .at('10s')
  .for('20s')
  .ramp('10s');

test('a share rises in equal steps, the first when it goes on, and is one span with one lift', async () => {
  const at = scene(planned(RISING));
  const seen: [ms: number, did: number][] = [];
  for (const ms of [9_999, 10_000, 11_999, 12_000, 14_000, 16_000, 17_999, 18_000, 29_999, 30_000]) {
    await advanceTo(at, ms);
    seen.push([ms, at.hands.did.length]);
  }
  assert.equal(at.hands.injected[0]?.share, 0.1);
  assert.equal(at.hands.injected[0]?.ttlMs, 25_000);
  assert.deepEqual(
    seen.map(([, did]) => did),
    [0, 1, 1, 2, 3, 4, 4, 5, 5, 6],
  );
  assert.deepEqual(at.hands.did, [
    'inject blocking_handler',
    ...[0.2, 0.3, 0.4, 0.5].map((share) => `raise f1 to ${share}`),
    'lift f1',
  ]);
  const [span] = at.schedule.spans;
  assert.deepEqual(
    span?.steps?.map(({ atMs, value }) => [atMs, value]),
    [
      [10_000, 0.1],
      [12_000, 0.2],
      [14_000, 0.3],
      [16_000, 0.4],
      [18_000, 0.5],
    ],
  );
  assert.deepEqual([span?.appliedAtMs, span?.liftedAtMs, span?.failure], [10_000, 30_000, null]);
  assert.deepEqual([span?.handle, span?.shortfall], ['f1', undefined]);
  assert.deepEqual(at.heard.slice(0, 3), [
    'blocking-handler-1 on',
    'blocking-handler-1 raised to 0.1',
    'blocking-handler-1 raised to 0.2',
  ]);
});

test('a fault on links rises too, and says how many it has hit by now', async () => {
  const at = scene(planned(fault.stall({ share: 0.8 }).at('10s').for('20s').ramp('10s', 2)));
  const counts: (number | undefined)[] = [];
  for (const ms of [10_000, 15_000]) {
    await advanceTo(at, ms);
    counts.push(at.schedule.spans[0]?.hit?.count);
  }
  assert.deepEqual(counts, [4, 8]);
  // Who came while it was on.
  at.hands.there = 12;
  await advanceTo(at, 30_000);
  assert.deepEqual(at.hands.did, ['strike stall stall-1', 'raise stall-1 to 0.8', 'unstrike stall-1']);
  assert.deepEqual(at.schedule.spans[0]?.hit, { count: 12, of: 12, what: 'clients' });
});

test('a fault of the server has hit what the server says at each step and at the lift', async () => {
  const at = scene(planned(RISING.ramp('10s', 2)));
  const hits: (Hits | undefined)[] = [];
  for (const [ms, count] of [
    [10_000, 1],
    [15_000, 20],
    [30_000, 50],
  ] as const) {
    at.hands.said = { count, of: 100, what: 'channels' };
    await advanceTo(at, ms);
    hits.push(at.schedule.spans[0]?.hit);
  }
  assert.deepEqual(hits, [
    // Nothing is hit yet by what has just gone on.
    undefined,
    { count: 20, of: 100, what: 'channels' },
    { count: 50, of: 100, what: 'channels' },
  ]);
});

test('a slow join counts the joins that the server says, and not the clients that rejoin', async () => {
  const at = scene(planned(SLOW));
  at.hands.said = { count: 7, of: null, what: 'joins' };
  for (const ms of [20_000, 24_000]) await advanceTo(at, ms);
  assert.deepEqual(at.schedule.spans[0]?.hit, at.hands.said);
});

test('where the server does not say, or could not be asked in the end, nobody knows how many were hit', async () => {
  const silent = scene(planned(BLOCKING));
  for (const ms of [10_000, 15_000]) await advanceTo(silent, ms);
  assert.ok(!('hit' in (silent.schedule.spans[0] ?? { hit: null })));
  const rejects = [
    (at: Scene) => (at.hands.refuse = { liftServer: 'ECONNREFUSED' }),
    (at: Scene) => (at.hands.liftServer = () => Promise.reject(new FaultGone('over'))),
    (at: Scene) => (at.hands.raiseServer = () => Promise.reject(new FaultGone('over'))),
  ];
  for (const reject of rejects) {
    const at = scene(planned(RISING.ramp('15s', 3)));
    at.hands.said = { count: 20, of: 100, what: 'channels' };
    for (const ms of [10_000, 15_000]) await advanceTo(at, ms);
    assert.equal(at.schedule.spans[0]?.hit?.count, 20);
    reject(at);
    for (const ms of [20_000, 30_000]) await advanceTo(at, ms);
    const [span] = at.schedule.spans;
    assert.ok(span && span.failure !== null && !('hit' in span));
  }
});

test('a step that fails is told, and the next ones and the lift come all the same', async () => {
  const at = scene(planned(RISING));
  await advanceTo(at, 11_000);
  at.hands.refuse = { raiseServer: 'ECONNREFUSED' };
  await advanceTo(at, 12_500);
  at.hands.refuse = {};
  for (const ms of [14_000, 16_000, 18_000, 30_000]) await advanceTo(at, ms);
  assert.equal(at.heard[2], 'blocking-handler-1 not-raised');
  const [span] = at.schedule.spans;
  assert.equal(span?.shortfall, 'to 20 %: ECONNREFUSED');
  assert.deepEqual(
    span?.steps?.map(({ value }) => value),
    [0.1, 0.3, 0.4, 0.5],
  );
  assert.deepEqual([span?.liftedAtMs, span?.failure, at.schedule.notLifted], [30_000, null, []]);
});

test('a lift waits for the step before it, and an early end lifts whatever step is on', async () => {
  for (const isEarly of [false, true]) {
    const at = scene(planned(RISING.ramp('20s', 2)));
    await advanceTo(at, 10_000);
    const gate = Promise.withResolvers<void>();
    at.hands.gate = gate.promise;
    await advanceTo(at, 20_000);
    if (!isEarly) await advanceTo(at, 30_000);
    const ended = at.schedule.end();
    await settle();
    assert.deepEqual(at.hands.did, ['inject blocking_handler']);
    gate.resolve();
    await ended;
    assert.deepEqual(at.hands.did, ['inject blocking_handler', 'raise f1 to 0.5', 'lift f1']);
    await advanceTo(at, 60_000);
    assert.equal(at.hands.did.length, 3);
  }
});

test('one that is over before it has risen is told, and not feared to be on', async () => {
  const at = scene(planned(RISING));
  at.hands.raiseServer = () => Promise.reject(new FaultGone('the server has no fault f1 any more'));
  for (const ms of [10_000, 12_000, 14_000, 30_000]) await advanceTo(at, ms);
  assert.deepEqual(at.heard.slice(2), ['blocking-handler-1 not-lifted']);
  const [span] = at.schedule.spans;
  assert.deepEqual([span?.liftedAtMs, span?.failure], [12_000, 'the server has no fault f1 any more']);
  assert.deepEqual([at.schedule.notLifted, at.hands.did], [[], ['inject blocking_handler']]);
});

test('a fault that is injected late takes the steps that were due meanwhile one behind the other', async () => {
  const at = scene(planned(RISING));
  const gate = Promise.withResolvers<void>();
  at.hands.gate = gate.promise;
  await advanceTo(at, 15_000);
  gate.resolve();
  await settle();
  await advanceTo(at, 15_001);
  assert.deepEqual(at.hands.did.slice(1), ['raise f1 to 0.2', 'raise f1 to 0.3']);
});
