import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseCgroupPath,
  parseDescriptors,
  parseFileCount,
  parseMeminfo,
  parsePortRange,
  readMachine,
} from './machine.ts';

test('reads what is available, not what is free', () => {
  assert.equal(parseMeminfo('MemTotal:  9 kB\nMemFree:  1 kB\nMemAvailable:       7 kB\n'), 7_168);
  assert.equal(parseMeminfo('MemTotal:  9 kB\n'), undefined);
});

test('reads the hard limit of open files, not the soft one', () => {
  const limits = (hard: string): string =>
    `Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 ${hard}               files\n`;
  assert.equal(parseDescriptors(limits('20000')), 20_000);
  assert.equal(parseDescriptors(limits('unlimited')), 1_048_576);
  assert.equal(parseDescriptors(''), undefined);
});

test('counts both ends of the port range', () => {
  assert.equal(parsePortRange('32768\t60999\n'), 28_232);
  assert.equal(parsePortRange('nonsense'), undefined);
});

test('counts the files that can still be opened', () => {
  assert.equal(parseFileCount('1076\t0\t2466186\n'), 2_465_110);
  // Without a limit the kernel says 2^63 − 1.
  assert.ok((parseFileCount('1076\t0\t9223372036854775807\n') ?? 0) > 1e18);
  assert.equal(parseFileCount('nonsense'), undefined);
});

test('finds its cgroup among older hierarchies', () => {
  assert.equal(parseCgroupPath('12:cpu:/old\n0::/user.slice/run\n'), '/user.slice/run');
  assert.equal(parseCgroupPath('12:cpu:/old\n'), undefined);
});

test('this machine can hold at least a small run', () => {
  const machine = readMachine();
  assert.ok(machine.cores >= 1 && machine.descriptorsPerProcess >= 64 && machine.ephemeralPorts > 1_000);
  assert.ok(machine.availableBytes > 0 && machine.availableBytes <= machine.memoryBytes);
  assert.equal(machine.loopback === null, process.platform === 'linux');
});
