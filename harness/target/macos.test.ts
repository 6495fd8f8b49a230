import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLoopback, parseSysctl, parseUlimit, parseVmStat, portsOf } from './macos.ts';

const SYSCTL = `kern.maxfiles: 245760
kern.maxfilesperproc: 122880
net.inet.ip.portrange.first: 49152
net.inet.ip.portrange.last: 65535
kern.ipc.somaxconn: 128
kern.version: Darwin Kernel Version 24.0.0
`;

const VM_STAT = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               10000.
Pages active:                            300000.
Pages inactive:                           20000.
Pages speculative:                         1000.
Pages wired down:                        100000.
`;

test('reads the numbers of sysctl and leaves its words', () => {
  const values = parseSysctl(SYSCTL);
  assert.equal(values.get('kern.maxfilesperproc'), 122_880);
  assert.equal(values.has('kern.version'), false);
  assert.equal(portsOf(values), 16_384);
  assert.equal(portsOf(new Map()), undefined);
});

test('counts inactive memory as available', () => {
  assert.equal(parseVmStat(VM_STAT), 31_000 * 16_384);
  assert.equal(parseVmStat('vm_stat: command not found'), undefined);
  assert.equal(parseVmStat(VM_STAT.replace('Pages inactive', 'Pages other')), undefined);
});

test('finds the aliases of the loopback interface', () => {
  const text = `lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
\tinet 127.0.0.1 netmask 0xff000000
\tinet6 ::1 prefixlen 128
\tinet 127.0.0.2 netmask 0xff000000
\tinet 10.0.0.1 netmask 0xff000000
`;
  assert.deepEqual(parseLoopback(text), ['127.0.0.1', '127.0.0.2']);
  assert.deepEqual(parseLoopback(''), []);
});

test('takes no limit for infinity', () => {
  assert.equal(parseUlimit('unlimited\n'), Infinity);
  assert.equal(parseUlimit('1048576\n'), 1_048_576);
  assert.equal(parseUlimit('sh: ulimit'), undefined);
});
