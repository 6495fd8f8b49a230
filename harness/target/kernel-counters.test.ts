import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import {
  countedBetween,
  countedTogether,
  parseKernelCounters,
  readKernelCounters,
  readKernelCountersOf,
} from './kernel-counters.ts';

const NETSTAT = `TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPTimeouts TCPSynRetrans TCPOrigDataSent
TcpExt: 0 3 5 7 11 999
IpExt: InNoRoutes ListenDrops
IpExt: 1 42
`;

test('reads the columns by their names', () => {
  assert.deepEqual(parseKernelCounters(NETSTAT), {
    tcpSynRetrans: 11,
    listenDrops: 5,
    listenOverflows: 3,
    tcpTimeouts: 7,
  });
});

test('says nothing rather than half of it', () => {
  assert.equal(parseKernelCounters(''), null);
  assert.equal(parseKernelCounters(NETSTAT.replace('TCPSynRetrans', 'TCPOther')), null);
  assert.equal(countedBetween(null, parseKernelCounters(NETSTAT)), null);
});

test('counts what happened between two readings', () => {
  const before = parseKernelCounters(NETSTAT);
  const after = parseKernelCounters(NETSTAT.replace('0 3 5 7 11', '0 4 7 10 15'));
  assert.deepEqual(countedBetween(before, after), {
    tcpSynRetrans: 4,
    listenDrops: 2,
    listenOverflows: 1,
    tcpTimeouts: 3,
  });
});

test('adds what several networks counted, and passes over those that do not tell', () => {
  const one = parseKernelCounters(NETSTAT);
  const other = parseKernelCounters(NETSTAT.replace('0 3 5 7 11', '0 10 20 30 40'));
  assert.deepEqual(countedTogether([one, null, other]), {
    tcpSynRetrans: 51,
    listenDrops: 25,
    listenOverflows: 13,
    tcpTimeouts: 37,
  });
  assert.deepEqual(countedTogether([null, one]), one);
  assert.equal(countedTogether([null, null]), null);
  assert.equal(countedTogether([]), null);
});

test('tells on Linux and keeps silent elsewhere', () => {
  assert.equal(readKernelCounters() !== null, process.platform === 'linux');
});

test('asks the first process that lives, and nobody where none does', () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  assert.equal(readKernelCountersOf([gone, process.pid]) !== null, process.platform === 'linux');
  assert.equal(readKernelCountersOf([gone]), null);
  assert.equal(readKernelCountersOf([]), null);
});
