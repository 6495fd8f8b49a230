import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decisiveSigns, findSigns, SATURATION_LIMITS } from './saturation.ts';
import type { Symptoms } from './saturation.ts';

const calm: Symptoms = {
  latenessP99Ms: 11.5,
  lateSeconds: 0,
  loopLagP99Ms: 14,
  gc: { pauses: 900, longestMs: 18, share: 0.02 },
  workers: 6,
  cores: 2,
  busiestWorkerCpu: 0.25,
  driverCpu: 1.1,
  serverCpu: 0.9,
  connects: 100_000,
  kernel: { synRetransmits: 0, listenDrops: 0 },
  conntrack: null,
  isLocal: true,
};

const deciding = (symptoms: Partial<Symptoms>): string[] =>
  decisiveSigns(findSigns({ ...calm, ...symptoms })).map(({ name }) => name);
const wordsOf = (symptoms: Partial<Symptoms>): string =>
  decisiveSigns(findSigns({ ...calm, ...symptoms }))
    .map(({ words }) => words)
    .join('\n');

test('a full machine on which nothing is late is no bottleneck', () => {
  assert.deepEqual(deciding({}), []);
  assert.deepEqual(deciding({ busiestWorkerCpu: 1.2, driverCpu: 2, serverCpu: null }), []);
  assert.deepEqual(deciding({ gc: { pauses: 9, longestMs: 300, share: 0.3 } }), []);
});

test('lateness and lag decide by themselves, past their limit and not at it', () => {
  assert.deepEqual(deciding({ latenessP99Ms: SATURATION_LIMITS.latenessMs }), []);
  assert.deepEqual(deciding({ latenessP99Ms: 51, lateSeconds: 12 }), ['send_lateness']);
  assert.deepEqual(deciding({ loopLagP99Ms: 101 }), ['loop_lag']);
});

test('CPU and garbage decide where lateness is half-way', () => {
  assert.deepEqual(deciding({ latenessP99Ms: 26, busiestWorkerCpu: 0.99 }), ['worker_cpu']);
  assert.deepEqual(deciding({ loopLagP99Ms: 51, gc: { pauses: 9, longestMs: 300, share: 0.11 } }), [
    'gc_pause',
  ]);
});

test('repeated SYNs decide beyond a share of the connects, and only where we listen ourselves', () => {
  const syns = (synRetransmits: number): Partial<Symptoms> => ({
    kernel: { synRetransmits, listenDrops: 0 },
  });
  assert.deepEqual(deciding(syns(1_000)), []);
  assert.deepEqual(deciding(syns(1_001)), ['syn_retransmits']);
  assert.deepEqual(deciding({ ...syns(20), connects: 100 }), []);
  assert.deepEqual(deciding({ ...syns(21), connects: 100 }), ['syn_retransmits']);
  assert.deepEqual(deciding({ ...syns(5_000), isLocal: false }), []);
  assert.match(
    findSigns({ ...calm, ...syns(5_000), isLocal: false }).find((one) => one.isOver)?.words ?? '',
    /the target's listen queue or the network lost them/,
  );
  assert.deepEqual(deciding({ kernel: { synRetransmits: 0, listenDrops: 1_001 } }), ['listen_drops']);
});

test('a connection table that is nearly full decides', () => {
  assert.deepEqual(deciding({ conntrack: { most: 249_037, max: 262_144 } }), ['conntrack']);
  assert.deepEqual(deciding({ conntrack: { most: 240_000, max: 262_144 } }), []);
  assert.match(
    wordsOf({ conntrack: { most: 262_144, max: 262_144 } }),
    /100 % full.*nf_conntrack_max=524288$/,
  );
});

test('says what the cores were doing, and what to do', () => {
  const late = { latenessP99Ms: 80, lateSeconds: 3 };
  assert.equal(
    wordsOf(late),
    'sends were 80 ms late at p99, limit 50 ms, over it in 3 s of the run; ' +
      'the machine was full (the workers used 1.1, the server 0.9 of 2 cores): ' +
      'fewer --clients, a lower --rate, or the server on another machine',
  );
  const wide = { ...late, cores: 8, workers: 2, driverCpu: 1.9, serverCpu: 1, busiestWorkerCpu: 0.99 };
  assert.match(wordsOf(wide), /one worker was full while other cores were free: --workers 4\n/);
  assert.match(
    wordsOf({ ...late, driverCpu: 0.1, serverCpu: 0.1 }),
    /the workers used 0\.1 of 2 cores, so something else held them up/,
  );
});

test('what is not over its limit needs no words', () => {
  const signs = findSigns(calm);
  assert.equal(signs.length, 6);
  assert.ok(signs.every(({ isOver, words }) => !isOver && words === ''));
  assert.deepEqual(
    findSigns({ ...calm, kernel: null }).map(({ name }) => name),
    ['send_lateness', 'loop_lag', 'worker_cpu', 'gc_pause'],
  );
});
