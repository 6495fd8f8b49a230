import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine, isLoopbackTracked } from './examine.ts';

test('a table that grows with our own connections tracks loopback', async () => {
  const readings = [100, 124];
  assert.equal(await isLoopbackTracked(() => readings.shift() ?? 0), true);
});

test('a table that stays as it was does not, and no table is neither', async () => {
  assert.equal(await isLoopbackTracked(() => 100), false);
  const strangers = [100, 103];
  assert.equal(await isLoopbackTracked(() => strangers.shift() ?? 0), false);
  assert.equal(await isLoopbackTracked(() => null), null);
});

test('finds this machine as it is', async () => {
  const { machine, tools, node } = await examine();
  assert.equal(node, process.version);
  assert.ok(machine.cores >= 1);
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['Docker', 'k6', 'Chromium', 'chrt'],
  );
});
