import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCeiling, type WorkSecond } from './find-ceiling.ts';

const second = (done: number, changes: Partial<WorkSecond> = {}): WorkSecond => ({
  done,
  due: done,
  cpuUs: done * 20,
  latenessP99Ms: 2,
  ...changes,
});

test('CPU for one operation bounds it, whatever was reached', () => {
  assert.deepEqual(findCeiling([second(4_000), second(8_000), second(10_000)], 4), {
    cpuUs: 20,
    perWorker: 50_000,
    allCores: 200_000,
    reached: 10_000,
    endedBy: 'plan',
  });
});

test('the best three seconds speak', () => {
  const warmUp = second(2_500, { cpuUs: 150_000 });
  const ceiling = findCeiling([warmUp, second(4_000), second(5_000, { cpuUs: 130_000 }), second(6_000)], 1);
  assert.equal(ceiling?.cpuUs, (80_000 + 130_000 + 120_000) / 15_000);
});

test('a second that takes hardly any CPU tells little of an operation', () => {
  const idle = second(10, { cpuUs: 20_000 });
  assert.equal(findCeiling([idle, second(4_000)], 1)?.cpuUs, 20);
  assert.equal(findCeiling([idle], 1)?.cpuUs, 2_000);
});

const late = { latenessP99Ms: 51 };

test('the search ends where the driver stays late', () => {
  const ceiling = findCeiling([second(4_000), second(5_000, late), second(9_000, late), second(9_500)], 1);
  assert.deepEqual([ceiling?.reached, ceiling?.endedBy], [4_000, 'driver']);
  assert.equal(findCeiling([second(4_000), second(5_000, late)], 1)?.endedBy, 'driver');
});

test('one late second is passed over', () => {
  const ceiling = findCeiling([second(4_000), second(9_000, late), second(5_000), second(6_000)], 1);
  assert.deepEqual([ceiling?.reached, ceiling?.endedBy], [6_000, 'plan']);
});

test('a server that does not follow ends the search too, and is named', () => {
  const behind = second(4_500, { due: 5_100 });
  const ceiling = findCeiling([second(4_000), behind, behind], 1);
  assert.deepEqual([ceiling?.reached, ceiling?.endedBy], [4_000, 'server']);
});

test('without a second on time CPU still counts, and the driver is named', () => {
  const ceiling = findCeiling([second(4_000, late), second(5_000, late)], 1);
  assert.deepEqual([ceiling?.cpuUs, ceiling?.endedBy], [20, 'driver']);
});

test('where nothing was done there is no ceiling', () => {
  assert.equal(findCeiling([], 1), null);
  assert.equal(findCeiling([second(0)], 1), null);
});
