import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../base/clock.ts';
import { FaultGone, type ServerFault } from '../fault.ts';
import { LeasedFaults, type FaultWord, type LeasePort } from './lease.ts';

const FAULT: ServerFault = { kind: 'slow_join', params: { delay_ms: 5 }, share: 1, seed: 7, ttlMs: 60_000 };

const HITS = { count: 3, of: 5, what: 'joins' } as const;

/** Lets everything run that only waits for promises already settled. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A server that takes one fault and lifts it when its time is over, like the real one. */
class Server implements LeasePort {
  readonly clock: ManualClock;
  /** What it was asked: `<second> <what>`. */
  readonly asked: string[] = [];
  isAway = false;
  /** While set, renewals wait for it. */
  gate: Promise<void> | null = null;
  private untilUs = 0;

  constructor(clock: ManualClock) {
    this.clock = clock;
  }

  get isOn(): boolean {
    return this.clock.nowUs() < this.untilUs;
  }

  /** It has started anew, or somebody else has lifted it. */
  forget(): void {
    this.untilUs = 0;
  }

  async inject(fault: ServerFault): Promise<string> {
    this.hear(`inject for ${fault.ttlMs}`, fault.ttlMs);
    return 'f1';
  }

  async renew(id: string, ttlMs: number): Promise<boolean> {
    const wasOn = this.isOn;
    this.hear(`renew ${id} for ${ttlMs}`, wasOn ? ttlMs : 0);
    await this.gate;
    return wasOn;
  }

  async raise(id: string, share: number): Promise<FaultWord | null> {
    this.asked.push(`${this.clock.nowUs() / 1e6} raise ${id} to ${share}`);
    return this.isOn ? { hits: HITS } : null;
  }

  async lift(id: string): Promise<FaultWord | null> {
    const wasOn = this.isOn;
    this.hear(`lift ${id}`, 0);
    return wasOn ? { hits: HITS } : null;
  }

  private hear(what: string, ttlMs: number): void {
    this.asked.push(`${this.clock.nowUs() / 1e6} ${what}`);
    if (this.isAway) throw new Error('ECONNREFUSED');
    this.untilUs = this.clock.nowUs() + ttlMs * 1e3;
  }
}

type Scene = { clock: ManualClock; server: Server; faults: LeasedFaults };

function scene(): Scene {
  const clock = new ManualClock();
  const server = new Server(clock);
  return { clock, server, faults: new LeasedFaults(clock, server) };
}

async function pass({ clock }: Scene, seconds: number): Promise<void> {
  for (let half = 0; half < seconds * 2; half++) {
    clock.advanceUs(500_000);
    await settle();
  }
}

test('a fault is injected for 8 s and renewed every 2 s until it is lifted', async () => {
  const at = scene();
  const id = await at.faults.inject(FAULT);
  await pass(at, 7);
  assert.deepEqual(at.server.asked, [
    '0 inject for 8000',
    '2 renew f1 for 8000',
    '4 renew f1 for 8000',
    '6 renew f1 for 8000',
  ]);
  assert.deepEqual(await at.faults.lift(id), HITS);
  await pass(at, 20);
  assert.deepEqual(at.server.asked.slice(4), ['7 lift f1']);
});

test('when the harness dies the fault is over within 8 s', async () => {
  const at = scene();
  // The dead have a clock that never moves again.
  await new LeasedFaults(new ManualClock(), at.server).inject(FAULT);
  await pass(at, 7.5);
  assert.equal(at.server.isOn, true);
  await pass(at, 0.5);
  assert.equal(at.server.isOn, false);
});

test('it is never given more than its whole time, and not renewed beyond', async () => {
  const at = scene();
  await at.faults.inject({ ...FAULT, ttlMs: 5_000 });
  await pass(at, 20);
  assert.deepEqual(at.server.asked, ['0 inject for 5000', '2 renew f1 for 3000', '4 renew f1 for 1000']);
  assert.equal(at.server.isOn, false);
});

test('a port that is away is asked again at the next beat, and the fault stays on', async () => {
  const at = scene();
  const id = await at.faults.inject(FAULT);
  await pass(at, 3);
  at.server.isAway = true;
  await pass(at, 4);
  at.server.isAway = false;
  await pass(at, 2);
  assert.deepEqual(
    at.server.asked.map((what) => what.split(' ')[0]),
    ['0', '2', '4', '6', '8'],
  );
  assert.equal(at.server.isOn, true);
  await at.faults.lift(id);
});

test('a port that stays away is asked no more once the server has let go by itself', async () => {
  const at = scene();
  const id = await at.faults.inject(FAULT);
  at.server.isAway = true;
  await pass(at, 60);
  assert.equal(at.server.asked.at(-1), '6 renew f1 for 8000');
  await assert.rejects(at.faults.lift(id), /ECONNREFUSED/);
});

test('one renewal is under way at a time', async () => {
  const at = scene();
  const id = await at.faults.inject(FAULT);
  const gate = Promise.withResolvers<void>();
  at.server.gate = gate.promise;
  await pass(at, 5);
  assert.equal(at.server.asked.length, 2);
  gate.resolve();
  await pass(at, 2);
  assert.deepEqual(at.server.asked.slice(2), ['6 renew f1 for 8000']);
  await at.faults.lift(id);
});

test('one that the server has lost is renewed no more, and its lift tells it', async () => {
  const at = scene();
  const id = await at.faults.inject(FAULT);
  await pass(at, 3);
  at.server.forget();
  await pass(at, 20);
  assert.equal(at.server.asked.at(-1), '4 renew f1 for 8000');
  await assert.rejects(at.faults.lift(id), (error: Error) => {
    assert.ok(error instanceof FaultGone);
    assert.equal(error.message, 'it was over before it was lifted: the server has no fault f1 any more');
    return true;
  });
});

test('a fault that is refused has no lease', async () => {
  const at = scene();
  at.server.isAway = true;
  await assert.rejects(at.faults.inject(FAULT), /ECONNREFUSED/);
  await pass(at, 20);
  assert.equal(at.server.asked.length, 1);
});

test('an answer that comes after the lift renews nothing', async () => {
  const at = scene();
  const id = await at.faults.inject(FAULT);
  const gate = Promise.withResolvers<void>();
  at.server.gate = gate.promise;
  await pass(at, 2);
  await at.faults.lift(id);
  gate.resolve();
  await pass(at, 20);
  assert.deepEqual(at.server.asked.slice(1), ['2 renew f1 for 8000', '2 lift f1']);
});

test('another share changes nothing of its time, and of one that is over it is told', async () => {
  const at = scene();
  const id = await at.faults.inject(FAULT);
  await pass(at, 3);
  assert.deepEqual(await at.faults.raise(id, 0.5), HITS);
  await pass(at, 2);
  assert.deepEqual(at.server.asked.slice(1), [
    '2 renew f1 for 8000',
    '3 raise f1 to 0.5',
    '4 renew f1 for 8000',
  ]);
  at.server.forget();
  await assert.rejects(at.faults.raise(id, 1), FaultGone);
  await assert.rejects(at.faults.lift(id), FaultGone);
});
