import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { DynamicSupervisor } from './dynamic-supervisor.ts';
import { GenServer } from './gen-server.ts';
import { ManualClock } from './manual-clock.ts';
import { describeProcess, summarizeProcess } from './process-info.ts';
import { Runtime } from './runtime.ts';

class Quiet extends ScriptedProcess {
  override get hibernateAfterMs(): number {
    return 15_000;
  }
}

function setUp(): { clock: ManualClock; runtime: Runtime } {
  const clock = new ManualClock();
  return { clock, runtime: new Runtime(clock, 3) };
}

test('describes a process that idles', () => {
  const { clock, runtime } = setUp();
  const process = new ScriptedProcess(runtime);
  clock.spend(12.7);
  assert.deepEqual(describeProcess(process, clock.nowMs()), {
    pid: '<3.1>',
    kind: 'server',
    name: null,
    topic: null,
    state: 'idle',
    len: 0,
    high_water: 0,
    oldest_wait_ms: 0,
    bytes: 0,
    handled: 0,
    idle_ms: 12,
    trap_exit: false,
    parent: null,
    links: [],
    monitors: [],
    monitored_by: [],
    current: null,
    callbacks: null,
    value: null,
  });
});

test('names everybody it is tied to', () => {
  const { clock, runtime } = setUp();
  const supervisor = new DynamicSupervisor(runtime);
  const child = supervisor.startChild(() => new ScriptedProcess(runtime));
  const [linked, watched] = [new ScriptedProcess(runtime), new ScriptedProcess(runtime)];
  child.link(linked);
  watched.monitoredBy(child);
  child.trapsExits = true;
  runtime.register('child', child);
  const info = describeProcess(child, clock.nowMs());
  assert.deepEqual(
    [info.name, info.parent, info.links, info.monitors, info.monitored_by, info.trap_exit],
    ['child', '<3.1>', ['<3.1>', '<3.3>'], ['<3.4>'], [], true],
  );
  assert.deepEqual(describeProcess(watched, clock.nowMs()).monitored_by, ['<3.2>']);
  assert.deepEqual(describeProcess(supervisor, clock.nowMs()).links, ['<3.2>']);
});

test('says what a process has in hand and for how long, and what waits behind it', async () => {
  const { clock, runtime } = setUp();
  const process = new ScriptedProcess(runtime, () => new Promise((done) => void clock.after(500, done)));
  process.send({ event: 'block' });
  process.send(Buffer.alloc(40));
  process.send(Buffer.alloc(2));
  assert.equal(summarizeProcess(process, clock.nowMs()).state, 'ready');
  await clock.advance(120);
  const { state, current, len, high_water, oldest_wait_ms, bytes, handled } = describeProcess(
    process,
    clock.nowMs(),
  );
  assert.deepEqual(
    { state, current, len, high_water, oldest_wait_ms, bytes, handled },
    {
      state: 'waiting',
      current: { what: 'block', for_ms: 120 },
      len: 2,
      high_water: 3,
      oldest_wait_ms: 120,
      bytes: 42,
      handled: 1,
    },
  );
  await clock.advance(400);
  assert.deepEqual(describeProcess(process, clock.nowMs()).current, { what: 'Buffer', for_ms: 20 });
  await clock.advance(1_000);
  const after = describeProcess(process, clock.nowMs());
  assert.deepEqual([after.state, after.current, after.handled, after.idle_ms], ['idle', null, 3, 20]);
});

test('a held process shows the message that holds it', async () => {
  const { clock, runtime } = setUp();
  const process = new ScriptedProcess(runtime, (_message, self) => self.startHold());
  process.send('join');
  await clock.advance(70);
  const { state, current } = describeProcess(process, clock.nowMs());
  assert.deepEqual([state, current], ['held', { what: 'join', for_ms: 70 }]);
  process.endHold();
  assert.deepEqual(describeProcess(process, clock.nowMs()).current, null);
});

test('a quiet process hibernates by itself and is woken once by its next message', async () => {
  const { clock, runtime } = setUp();
  const quiet = new Quiet(runtime);
  const other = new ScriptedProcess(runtime);
  const states = (): unknown[] =>
    [quiet, other].map((process) => summarizeProcess(process, clock.nowMs()).state);
  await clock.advance(14_999);
  assert.deepEqual(states(), ['idle', 'idle']);
  await clock.advance(1);
  assert.deepEqual(states(), ['hibernating', 'idle']);
  for (const process of [quiet, quiet, other]) process.send('wake up');
  await clock.settle();
  assert.deepEqual([states(), runtime.wakeUps], [['idle', 'idle'], 1]);
  await clock.advance(15_000);
  quiet.noteInput(clock.nowMs());
  assert.deepEqual([states(), runtime.wakeUps, quiet.handled], [['idle', 'idle'], 2, 3]);
});

test('time in the queue of a busy node is no hibernation', async () => {
  const { clock, runtime } = setUp();
  const quiet = new Quiet(runtime);
  quiet.send('a');
  clock.spend(20_000);
  assert.equal(summarizeProcess(quiet, clock.nowMs()).state, 'ready');
  quiet.send('b');
  await clock.settle();
  assert.equal(runtime.wakeUps, 0);
});

test('a trace counts the callbacks of its time and keeps the last twenty', async () => {
  const { clock, runtime } = setUp();
  const process = new ScriptedProcess(runtime, (message) => {
    if (message === 'slow') return new Promise((done) => void clock.after(50, done));
    clock.spend(Number(message));
  });
  process.send(9);
  await clock.settle();
  process.trace(1_000);
  process.send('slow');
  await clock.advance(50);
  for (let n = 0; n < 25; n += 1) process.send(1);
  await clock.settle();
  const callbacks = describeProcess(process, clock.nowMs()).callbacks;
  if (callbacks === null) return assert.fail();
  assert.deepEqual(
    [callbacks.for_ms, callbacks.count, callbacks.total_ms, callbacks.max_ms, callbacks.recent.length],
    [75, 26, 75, 50, 20],
  );
  assert.deepEqual(callbacks.recent.at(-1), { what: 'number', ms: 1 });
  await clock.advance(1_000);
  process.send(5);
  await clock.settle();
  const over = describeProcess(process, clock.nowMs()).callbacks;
  assert.deepEqual([over?.for_ms, over?.count, process.handled], [1_000, 26, 28]);
});

test('shows a state cut to what JSON can carry, and survives one that throws', () => {
  class Stateful extends GenServer {
    override inspectState(): unknown {
      return { peer: this, rows: new Map([['a', Buffer.alloc(3)]]) };
    }
  }
  class Broken extends GenServer {
    override inspectState(): unknown {
      throw new Error('no state');
    }
  }
  const { clock, runtime } = setUp();
  const values = [new Stateful(runtime), new Broken(runtime)].map(
    (process) => describeProcess(process, clock.nowMs()).value,
  );
  assert.deepEqual(values, [{ peer: '<3.1>', rows: { a: '<<3 bytes>>' } }, 'Error: no state']);
});

test('the dead are not described', () => {
  const { clock, runtime } = setUp();
  const process = new ScriptedProcess(runtime);
  process.end('normal');
  assert.throws(() => describeProcess(process, clock.nowMs()), { reason: 'noproc' });
});
