import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { ManualClock } from './manual-clock.ts';
import { Pauses } from './pauses.ts';
import { Runtime } from './runtime.ts';

function woken(pause: Promise<void> | null, name: string, into: string[]): void {
  void pause?.then(() => into.push(name));
}

test('each lasts its own time', async () => {
  const clock = new ManualClock();
  const pauses = new Pauses(clock);
  const awake: string[] = [];
  woken(pauses.start(10), 'short', awake);
  woken(pauses.start(20), 'long', awake);
  await clock.advance(10);
  assert.deepEqual([awake, pauses.count], [['short'], 1]);
  await clock.advance(10);
  assert.deepEqual([awake, pauses.count, clock.pending], [['short', 'long'], 0, 0]);
  assert.equal(pauses.start(0), null);
});

test('ending them wakes all at once, and from then on nobody pauses', async () => {
  const clock = new ManualClock();
  const pauses = new Pauses(clock);
  const process = new ScriptedProcess(new Runtime(clock));
  const awake: string[] = [];
  woken(pauses.start(10_000), 'nobody', awake);
  woken(pauses.start(20_000, process), 'process', awake);
  pauses.end();
  await clock.settle();
  assert.deepEqual([awake, clock.pending, pauses.start(5)], [['nobody', 'process'], 0, null]);
});

test('a process that ends never wakes and leaves no timer', async () => {
  const clock = new ManualClock();
  const pauses = new Pauses(clock);
  const process = new ScriptedProcess(new Runtime(clock));
  const awake: string[] = [];
  woken(pauses.start(10, process), 'process', awake);
  process.end('boom');
  assert.deepEqual([pauses.count, clock.pending], [0, 0]);
  woken(pauses.start(10, process), 'dead', awake);
  pauses.end();
  await clock.advance(20);
  assert.deepEqual([awake, clock.pending], [[], 0]);
});
