import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { ManualClock } from './manual-clock.ts';
import { Runtime } from './runtime.ts';
import { TURN_MS, VISIT_MESSAGES } from './scheduler.ts';

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
