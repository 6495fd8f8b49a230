import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { ManualClock } from './manual-clock.ts';
import { Process } from './process.ts';
import { Runtime } from './runtime.ts';
import { STAGE_SLICE, TURN_MS, VISIT_MESSAGES } from './scheduler.ts';

/** A process that remembers nothing: a million messages are many. */
class Sink extends Process {
  private readonly script: () => void;

  constructor(runtime: Runtime, script: () => void) {
    super(runtime);
    this.script = script;
  }

  override get kind(): 'server' {
    return 'server';
  }

  protected override receive(): void {
    this.script();
  }

  protected override ended(): void {}
}

test('one process cannot keep the others waiting: a visit is bounded by messages', () => {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const log: string[] = [];
  const flooded = new ScriptedProcess(runtime, () => void log.push('flooded'));
  const quiet = new ScriptedProcess(runtime, () => void log.push('quiet'));
  for (let n = 0; n < 1_000; n += 1) flooded.send(n);
  quiet.send('ping');
  clock.turn();
  assert.equal(log.indexOf('quiet'), VISIT_MESSAGES);
  assert.equal(log.length, 1_001);
});

test('a turn is bounded by time, and what is left goes on in the next', () => {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const workers = Array.from({ length: 100 }, () => new ScriptedProcess(runtime, () => clock.spend(0.1)));
  for (const worker of workers) worker.send('work');
  clock.turn();
  const done = workers.filter((worker) => worker.seen.length > 0).length;
  assert.ok(clock.nowMs() <= TURN_MS + 0.2, `a turn took ${clock.nowMs()} ms`);
  assert.equal(runtime.scheduler.runQueue, 100 - done);
  assert.equal(runtime.scheduler.waiting, 100 - done);
  while (clock.turn());
  assert.ok(workers.every((worker) => worker.seen.length === 1));
});

test('a single flooded process also ends its turn in time', () => {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const worker = new ScriptedProcess(runtime, () => clock.spend(0.5));
  for (let n = 0; n < 100; n += 1) worker.send(n);
  clock.turn();
  assert.ok(clock.nowMs() <= TURN_MS + 4, `a turn took ${clock.nowMs()} ms`);
});

test('lists exactly the processes with mail', async () => {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const held = Array.from(
    { length: 5 },
    () => new ScriptedProcess(runtime, (_message, self) => self.startHold()),
  );
  for (const process of held) process.send('hold');
  await clock.settle();
  assert.deepEqual([...runtime.scheduler.busy()], []);
  for (const process of held.slice(0, 3)) process.send('wait');
  held[1]?.end('kill');
  assert.deepEqual(new Set(runtime.scheduler.busy()), new Set([held[0], held[2]]));
  assert.equal(runtime.scheduler.waiting, 2);
});

test('a fan-out is dealt in slices: mail that comes during it waits for a slice, not for all', () => {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const order: string[] = [];
  const fanned = Array.from(
    { length: 1_000 },
    () => new ScriptedProcess(runtime, () => (order.push('fanned'), clock.spend(0.01))),
  );
  const pinged = new ScriptedProcess(runtime, () => void order.push('ping'));
  for (const process of fanned) process.sendFanned('broadcast', clock.nowMs());
  pinged.send('ping');
  assert.equal(runtime.scheduler.runQueue, 1_001);
  while (clock.turn());
  assert.ok(order.indexOf('ping') <= STAGE_SLICE, `the ping was served as number ${order.indexOf('ping')}`);
  assert.equal(order.length, 1_001);
});

test('one that waits for its slice is brought forward by other mail, which it handles after the broadcast', () => {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const fanned = Array.from({ length: 200 }, () => new ScriptedProcess(runtime, () => clock.spend(0.1)));
  for (const process of fanned) process.sendFanned('broadcast', clock.nowMs());
  const last = fanned.at(-1)!;
  last.send('ping');
  clock.turn();
  assert.deepEqual(last.seen, ['broadcast', 'ping']);
  while (clock.turn());
  assert.ok(fanned.every((process) => process.seen[0] === 'broadcast'));
  assert.equal(runtime.scheduler.waiting, 0);
  assert.equal(runtime.scheduler.runQueue, 0);
});

test('a run queue that never empties does not starve a fan-out', () => {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const busy = new ScriptedProcess(runtime, (_message, self) => (clock.spend(0.2), self.send('again')));
  const fanned = Array.from({ length: 100 }, () => new ScriptedProcess(runtime, () => undefined));
  busy.send('start');
  for (const process of fanned) process.sendFanned('broadcast', clock.nowMs());
  for (let turn = 0; turn < 10; turn += 1) clock.turn();
  assert.ok(fanned.every((process) => process.seen.length === 1));
});

test('a mailbox of a million drains while others are served every 32 messages, and the sockets every turn', () => {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const costMs = 0.002;
  let handled = 0;
  let sincePing = 0;
  let longestGap = 0;
  const flooded = new Sink(runtime, () => {
    handled += 1;
    sincePing += 1;
    clock.spend(costMs);
  });
  const pinged = new Sink(runtime, () => {
    longestGap = Math.max(longestGap, sincePing);
    sincePing = 0;
    if (handled < 1_000_000) pinged.send('ping');
  });
  for (let n = 0; n < 1_000_000; n += 1) flooded.send(n);
  pinged.send('ping');
  let mostInATurn = 0;
  for (let before = 0; clock.turn(); before = handled) mostInATurn = Math.max(mostInATurn, handled - before);
  assert.deepEqual([handled, flooded.mailbox.length, runtime.scheduler.waiting], [1_000_000, 0, 0]);
  assert.ok(longestGap <= VISIT_MESSAGES, `${longestGap} messages between two pings`);
  // The turn's time, and what a visit may do before it looks at the clock again.
  assert.ok(mostInATurn <= TURN_MS / costMs + VISIT_MESSAGES, `${mostInATurn} messages in one turn`);
});
