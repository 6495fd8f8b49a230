import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../otp/manual-clock.ts';
import type { Process, ProcessKind } from '../otp/process.ts';
import { Runtime } from '../otp/runtime.ts';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { Telemetry } from './counters.ts';
import { mergeDistributions } from './mailbox-report.ts';
import { snapshotNode, type NodeSnapshot, type NodeSources } from './observer.ts';
import {
  inspectProcess,
  listProcesses,
  mergePages,
  TRACE_MS,
  type ProcessQuery,
  type ProcessSort,
} from './process-list.ts';

/** A process that takes no mail until told: its mailbox is the test's. */
class Sleeper extends ScriptedProcess {
  readonly label: string;

  constructor(runtime: Runtime, letters: number, label = '') {
    super(runtime);
    this.label = label;
    this.startHold();
    for (let n = 0; n < letters; n += 1) this.send('letter');
  }

  override get topic(): string | null {
    return this.label === '' ? null : this.label;
  }
}

function sleeper(runtime: Runtime, letters: number, label = ''): Sleeper {
  return new Sleeper(runtime, letters, label);
}

class Drowsy extends ScriptedProcess {
  override get hibernateAfterMs(): number {
    return 15_000;
  }
}

function setUp(): { clock: ManualClock; runtime: Runtime } {
  const clock = new ManualClock();
  return { clock, runtime: new Runtime(clock, 3) };
}

function look(runtime: Runtime, more: Partial<NodeSources> = {}): NodeSnapshot {
  const telemetry = new Telemetry();
  const plain = { name: 'node3', tables: [], connections: 0, channels: 0, loopLagMs: 0 };
  return snapshotNode({ ...plain, runtime, telemetry, ...more });
}

function query(more: Partial<ProcessQuery> = {}): ProcessQuery {
  return { sort: 'len', limit: 50, kind: null, ...more };
}

test('every mailbox counts in one bucket, those without mail in the first', () => {
  const { runtime } = setUp();
  for (const count of [0, 0, 1, 2, 9, 10, 99, 100, 1_000, 9_999, 10_000]) sleeper(runtime, count);
  const { distribution, sum, max } = look(runtime).mailbox;
  assert.deepEqual(distribution, [
    { from: 0, to: 0, count: 2 },
    { from: 1, to: 1, count: 1 },
    { from: 2, to: 9, count: 2 },
    { from: 10, to: 99, count: 2 },
    { from: 100, to: 999, count: 1 },
    { from: 1_000, to: 9_999, count: 2 },
    { from: 10_000, to: null, count: 1 },
  ]);
  assert.deepEqual([sum, max], [21_220, 10_000]);
  const merged = mergeDistributions([distribution, distribution, []]);
  assert.deepEqual(merged[3], { from: 10, to: 99, count: 4 });
  assert.ok(mergeDistributions([]).every(({ count }) => count === 0));
});

test('the ten worst mailboxes are listed, longest first, then longest waiting', async () => {
  const { runtime, clock } = setUp();
  sleeper(runtime, 5, 'late');
  await clock.advance(10);
  for (let count = 1; count <= 12; count += 1) sleeper(runtime, count, `t${count}`);
  await clock.advance(5);
  const { top, oldest_wait_ms } = look(runtime).mailbox;
  assert.deepEqual(
    top.map(({ topic }) => topic),
    ['t12', 't11', 't10', 't9', 't8', 't7', 't6', 'late', 't5', 't4'],
  );
  assert.deepEqual(top[7], {
    pid: '<3.1>',
    kind: 'server',
    topic: 'late',
    len: 5,
    high_water: 5,
    oldest_wait_ms: 15,
    bytes: 30,
  });
  assert.equal(oldest_wait_ms, 15);
});

test('counts processes by kind and those that hibernate', async () => {
  const { runtime, clock } = setUp();
  const kinds: ProcessKind[] = ['channel', 'channel', 'transport'];
  for (const kind of kinds) {
    const process = new Drowsy(runtime);
    Object.defineProperty(process, 'kind', { get: () => kind });
  }
  const awake = new ScriptedProcess(runtime);
  await clock.advance(14_999);
  assert.equal(look(runtime).hibernating, 0);
  await clock.advance(1);
  const { kinds: counted, hibernating, processes } = look(runtime);
  assert.deepEqual(counted, { channel: 2, transport: 1, server: 1 });
  assert.deepEqual([hibernating, processes, awake.alive], [3, 4, true]);
});

test('hands on the supervision tree, counts and durations', () => {
  const { runtime } = setUp();
  const telemetry = new Telemetry();
  telemetry.channelJoined.note(1);
  const tree = { name: 'top', pid: '<3.1>', kind: 'supervisor', strategy: 'one_for_one', count: 2 };
  const snapshot = look(runtime, { telemetry, supervisors: () => tree });
  assert.deepEqual(snapshot.supervisors, tree);
  assert.equal(snapshot.telemetry['phoenix.channel_joined'], 1);
  assert.equal(snapshot.durations['phoenix.channel_joined']?.count, 1);
  assert.equal(look(runtime).supervisors, null);
  assert.ok(snapshot.memory.external > 0);
});

test('lists processes by each measure, most first', async () => {
  const { runtime, clock } = setUp();
  const idle = new ScriptedProcess(runtime);
  await clock.advance(1_000);
  const worker = new ScriptedProcess(runtime);
  for (let n = 0; n < 7; n += 1) worker.send(n);
  await clock.settle();
  const long = sleeper(runtime, 4);
  await clock.advance(500);
  const heavy = sleeper(runtime, 0);
  heavy.send(new Uint8Array(1_000));
  await clock.advance(100);
  const first = (sort: ProcessSort): unknown => {
    const { processes } = listProcesses(runtime, query({ sort, limit: 1 }));
    return processes[0]?.pid;
  };
  const pid = ({ id }: Process): string => `<3.${id}>`;
  assert.deepEqual(
    [first('len'), first('wait'), first('handled'), first('bytes'), first('idle')],
    [pid(long), pid(long), pid(worker), pid(heavy), pid(idle)],
  );
  const { total, processes } = listProcesses(runtime, query({ sort: 'len' }));
  assert.deepEqual([total, processes.map(({ len }) => len)], [4, [4, 1, 0, 0]]);
});

test('a list keeps to its limit and its kind', () => {
  const { runtime } = setUp();
  for (let count = 0; count < 20; count += 1) sleeper(runtime, (count * 7) % 20);
  const page = listProcesses(runtime, query({ limit: 3 }));
  assert.deepEqual([page.total, page.processes.map(({ len }) => len)], [20, [19, 18, 17]]);
  assert.deepEqual(listProcesses(runtime, query({ kind: 'channel' })), { total: 0, processes: [] });
});

test('pages of several nodes become one', () => {
  const [a, b] = [setUp().runtime, setUp().runtime];
  for (const count of [1, 5, 9]) sleeper(a, count);
  for (const count of [2, 6]) sleeper(b, count);
  const wanted = query({ limit: 3 });
  const page = mergePages([listProcesses(a, wanted), listProcesses(b, wanted)], wanted);
  assert.deepEqual([page.total, page.processes.map(({ len }) => len)], [5, [9, 6, 5]]);
});

test('a look at one process has its callbacks timed for ten seconds, once more after that', async () => {
  const { runtime, clock } = setUp();
  const process = new ScriptedProcess(runtime, () => clock.spend(2));
  assert.equal(inspectProcess(runtime, process.id)?.callbacks?.count, 0);
  process.send('work');
  await clock.settle();
  const second = inspectProcess(runtime, process.id);
  assert.deepEqual([second?.callbacks?.count, second?.callbacks?.recent], [1, [{ what: 'work', ms: 2 }]]);
  await clock.advance(TRACE_MS);
  process.send('unseen');
  await clock.settle();
  assert.equal(inspectProcess(runtime, process.id)?.callbacks?.count, 0);
  assert.equal(inspectProcess(runtime, 999), null);
  process.end('normal');
  assert.equal(inspectProcess(runtime, process.id), null);
});
