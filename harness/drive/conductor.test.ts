import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { Conductor } from './conductor.ts';
import type { Crew, CrewListener } from './crew.ts';
import type { HitClients, Order, WorkerPlan } from './orders.ts';
import type { Pipe } from './pipe.ts';
import { takeSeat, type Seat } from './seat.ts';

/** Workers that answer when the test says so. */
class PaperCrew {
  readonly seats: Seat[] = [];
  readonly told: { worker: number; order: Order }[] = [];
  listener: CrewListener | null = null;

  hire(count: number): void {
    for (let worker = 0; worker < count; worker++) {
      const seat = takeSeat(worker, {} as ChildProcess);
      seat.pipe = { send: (order: Order) => this.told.push({ worker, order }) } as unknown as Pipe;
      this.seats.push(seat);
    }
  }

  attend(listener: CrewListener): void {
    this.listener = listener;
    for (const seat of this.seats) listener.onAnswer(seat, { type: 'ready' });
  }

  kill(): void {}

  /** A worker answers the order it was told last. */
  answer(worker: number, hit: HitClients): void {
    const last = this.told.findLast((told) => told.worker === worker)?.order;
    const seat = this.seats[worker];
    assert.ok(seat && last && 'call' in last);
    this.listener?.onAnswer(seat, { type: 'struck', call: last.call, id: last.id, hit });
  }

  die(worker: number): void {
    const seat = this.seats[worker];
    assert.ok(seat);
    seat.hasExited = true;
    this.listener?.onExit(seat, 'SIGKILL');
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function scene(workers = 3) {
  const clock = new ManualClock();
  const crew = new PaperCrew();
  const silences: string[] = [];
  const listener = {
    onWindow: () => {},
    onWorkerLost: () => {},
    onScenarioThrew: () => {},
    onSilence: (fault: string, answered: number, asked: number) =>
      void silences.push(`${fault}: ${answered} of ${asked}`),
  };
  const conductor = new Conductor(clock, listener, crew as unknown as Crew);
  await conductor.launch({ workers } as Omit<WorkerPlan, 'worker'>);
  return { clock, crew, conductor, silences };
}

const STALL = { id: 'stall-1', kind: 'stall', params: {}, seed: 7, forMs: 1_000 };

/** Whether a promise has settled, and how. */
function watch<Value>(promise: Promise<Value>): { state: string } {
  const seen = { state: 'open' };
  promise.then(
    (value) => (seen.state = JSON.stringify(value)),
    (error: Error) => (seen.state = error.message),
  );
  return seen;
}

test('a strike is over when every worker has answered, and says whom all of them have hit', async () => {
  const { crew, conductor, silences } = await scene();
  const strike = watch(conductor.strike(STALL));
  assert.deepEqual(
    crew.told.map(({ worker, order }) => [worker, order.type]),
    [0, 1, 2].map((worker) => [worker, 'strike']),
  );
  for (const worker of [0, 2]) crew.answer(worker, { clients: 10, there: 50 });
  // The same one twice is one answer.
  crew.answer(0, { clients: 10, there: 50 });
  await settle();
  assert.equal(strike.state, 'open');
  crew.answer(1, { clients: 5, there: 20 });
  await settle();
  assert.equal(strike.state, '{"count":25,"of":120,"what":"clients"}');
  assert.deepEqual(silences, []);
});

test('a strike that some worker does not answer is on after ten seconds, and that is told', async () => {
  const { clock, crew, conductor, silences } = await scene();
  const strike = watch(conductor.strike(STALL));
  crew.answer(1, { clients: 4, there: 9 });
  await settle();
  clock.advanceUs(9_999_000);
  await settle();
  assert.equal(strike.state, 'open');
  clock.advanceUs(1_000);
  await settle();
  assert.equal(strike.state, '{"count":4,"of":9,"what":"clients"}');
  assert.deepEqual(silences, ['stall-1: 1 of 3']);
});

test('a worker that dies owes no answer, and what it had hit is still counted', async () => {
  const { crew, conductor, silences } = await scene(2);
  const strike = watch(conductor.strike(STALL));
  for (const worker of [0, 1]) crew.answer(worker, { clients: 3, there: 3 });
  await settle();
  assert.equal(strike.state, '{"count":6,"of":6,"what":"clients"}');
  const raise = watch(conductor.raise('stall-1', 0.5));
  crew.answer(0, { clients: 5, there: 5 });
  await settle();
  assert.equal(raise.state, 'open');
  crew.die(1);
  await settle();
  assert.equal(raise.state, '{"count":8,"of":8,"what":"clients"}');
  // Who is dead is not asked either.
  const lift = watch(conductor.lift('stall-1'));
  assert.equal(crew.told.at(-1)?.worker, 0);
  crew.answer(0, { clients: 7, there: 7 });
  await settle();
  assert.equal(lift.state, '{"count":10,"of":10,"what":"clients"}');
  assert.deepEqual(silences, []);
});

test('a lift that some worker does not answer in time is none', async () => {
  const { clock, crew, conductor } = await scene(2);
  const lift = watch(conductor.lift('stall-1'));
  crew.answer(0, { clients: 7, there: 7 });
  await settle();
  assert.equal(lift.state, 'open');
  clock.advanceUs(10_000_000);
  await settle();
  assert.equal(lift.state, '1 of 2 workers did not say within 10 s that it is over');
});

test('an answer that comes too late answers no later question', async () => {
  const { clock, crew, conductor, silences } = await scene(1);
  const strike = watch(conductor.strike(STALL));
  const late = crew.told.at(-1)?.order;
  clock.advanceUs(10_000_000);
  await settle();
  assert.notEqual(strike.state, 'open');
  const lift = watch(conductor.lift('stall-1'));
  const [seat] = crew.seats;
  assert.ok(seat && late?.type === 'strike');
  crew.listener?.onAnswer(seat, {
    type: 'struck',
    call: late.call,
    id: late.id,
    hit: { clients: 1, there: 1 },
  });
  await settle();
  assert.equal(lift.state, 'open');
  crew.answer(0, { clients: 1, there: 1 });
  await settle();
  assert.equal(lift.state, '{"count":1,"of":1,"what":"clients"}');
  assert.deepEqual(silences, ['stall-1: 0 of 1']);
});
