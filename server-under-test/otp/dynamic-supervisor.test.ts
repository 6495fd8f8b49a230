import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { ManualClock } from './manual-clock.ts';
import { DynamicSupervisor, type DynamicSupervisorOptions } from './dynamic-supervisor.ts';
import { Runtime } from './runtime.ts';
import { ExitMessage } from './signals.ts';
import { Supervisor } from './supervisor.ts';

function setUp(options: DynamicSupervisorOptions = {}): {
  clock: ManualClock;
  runtime: Runtime;
  supervisor: DynamicSupervisor;
} {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  return { clock, runtime, supervisor: new DynamicSupervisor(runtime, options) };
}

/** A child that needs so long for its end. */
function lingering(runtime: Runtime, ms: number): ScriptedProcess {
  const child = new ScriptedProcess(runtime, (message, self) => {
    if (message instanceof ExitMessage) runtime.clock.after(ms, () => self.end(message.reason));
  });
  child.trapsExits = true;
  return child;
}

test('starts children without a message and forgets them without one', () => {
  const { runtime, supervisor } = setUp();
  const children = Array.from({ length: 20_000 }, () =>
    supervisor.startChild(() => new ScriptedProcess(runtime)),
  );
  assert.deepEqual([supervisor.count, supervisor.mailbox.highWater], [20_000, 0]);
  for (const child of children.slice(1)) child.end('boom');
  assert.deepEqual([...supervisor.living()], children.slice(0, 1));
  assert.deepEqual([supervisor.count, supervisor.mailbox.highWater, supervisor.linked], [1, 0, null]);
});

test('keeps its list through any starts and ends', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(9)), { maxLength: 80 }), (steps) => {
      const { runtime, supervisor } = setUp();
      const model: ScriptedProcess[] = [];
      for (const ends of steps) {
        if (ends === null) model.push(supervisor.startChild(() => new ScriptedProcess(runtime)));
        else model.splice(ends, 1)[0]?.end('boom');
        assert.deepEqual([...supervisor.living()], model);
        assert.equal(supervisor.count, model.length);
      }
      for (const child of model) assert.equal(child.parent, supervisor);
    }),
  );
});

test('a start that throws is the starter’s to see, and leaves no child', () => {
  const { runtime, supervisor } = setUp();
  const boom = new Error('boom');
  const broken = (): ScriptedProcess => {
    throw boom;
  };
  assert.throws(() => supervisor.startChild(broken), boom);
  const stillborn = supervisor.startChild(() => {
    const child = new ScriptedProcess(runtime);
    child.end('normal');
    return child;
  });
  assert.deepEqual([stillborn.alive, supervisor.count], [false, 0]);
  supervisor.end('boom');
  assert.throws(() => supervisor.startChild(() => new ScriptedProcess(runtime)), { reason: 'noproc' });
});

test('nobody is the child of two', () => {
  const { runtime, supervisor } = setUp();
  const child = supervisor.startChild(() => new ScriptedProcess(runtime));
  const other = new DynamicSupervisor(runtime);
  assert.throws(() => other.startChild(() => child), { reason: 'badarg' });
});

test('permanent and transient children come back, and trip the intensity; temporary ones never', async () => {
  const { clock, runtime, supervisor } = setUp();
  const started: ScriptedProcess[] = [];
  const start = (): ScriptedProcess => {
    const child = new ScriptedProcess(runtime);
    started.push(child);
    return child;
  };
  const crash = async (reason: string): Promise<void> => {
    started.at(-1)?.end(reason);
    await clock.settle();
  };
  for (let n = 0; n < 10; n += 1) {
    supervisor.startChild(start);
    await crash('boom');
  }
  supervisor.startChild(start, { restart: 'transient' });
  await crash('boom');
  assert.deepEqual([started.length, supervisor.count], [12, 1]);
  await crash('normal');
  assert.deepEqual([started.length, supervisor.count], [12, 0]);
  supervisor.startChild(start, { restart: 'permanent' });
  const bystander = supervisor.startChild(() => new ScriptedProcess(runtime));
  await crash('normal');
  await crash('boom');
  assert.deepEqual([supervisor.alive, started.length], [true, 15]);
  await crash('boom');
  assert.deepEqual([supervisor.alive, bystander.endedWith, runtime.processes], [false, 'shutdown', 0]);
});

test('a restart that throws is tried until it works or is one too many', async () => {
  for (const failures of [2, 3]) {
    const { clock, runtime, supervisor } = setUp();
    let left = 0;
    const start = (): ScriptedProcess => {
      left -= 1;
      if (left >= 0) throw new Error('not yet');
      return new ScriptedProcess(runtime);
    };
    const child = supervisor.startChild(start, { restart: 'permanent' });
    left = failures;
    child.end('boom');
    await clock.settle();
    assert.deepEqual([supervisor.alive, supervisor.count], failures === 2 ? [true, 1] : [false, 0]);
  }
});

test('stops all at once, each with its own time, and starts nobody meanwhile', async () => {
  const { clock, runtime, supervisor } = setUp({ shutdownMs: 100 });
  const prompt = Array.from({ length: 600 }, () => supervisor.startChild(() => new ScriptedProcess(runtime)));
  const [slow, late, patient, brutal] = [
    supervisor.startChild(() => lingering(runtime, 80)),
    supervisor.startChild(() => lingering(runtime, 1_000)),
    supervisor.startChild(() => lingering(runtime, 1_000), { shutdownMs: 'infinity' }),
    supervisor.startChild(() => lingering(runtime, 1_000), { shutdownMs: 'brutal_kill' }),
  ];
  let stopped = false;
  void supervisor.stop().then(() => (stopped = true));
  await clock.advance(80);
  assert.ok(prompt.every(({ endedWith }) => endedWith === 'shutdown'));
  assert.deepEqual([slow.endedWith, late.alive, brutal.endedWith], ['shutdown', true, 'killed']);
  assert.throws(() => supervisor.startChild(() => new ScriptedProcess(runtime)), { reason: 'noproc' });
  await clock.advance(20);
  assert.deepEqual([late.endedWith, patient.alive, stopped], ['killed', true, false]);
  await clock.advance(900);
  assert.deepEqual([patient.endedWith, stopped, runtime.processes], ['shutdown', true, 0]);
  await clock.advance(1_000);
  assert.equal(clock.pending, 0);
});

test('is stopped by its supervisor, children first', async () => {
  const { clock, runtime, supervisor } = setUp();
  const child = supervisor.startChild(() => lingering(runtime, 50));
  const parent = new Supervisor(runtime, [{ id: 'dynamic', type: 'supervisor', start: () => supervisor }]);
  void parent.stop();
  await clock.advance(49);
  assert.deepEqual([child.alive, supervisor.alive, parent.alive], [true, true, true]);
  await clock.advance(1);
  assert.deepEqual([child.alive, supervisor.alive, parent.alive], [false, false, false]);
});

test('killed, it takes its children along', async () => {
  const { clock, runtime, supervisor } = setUp();
  const children = Array.from({ length: 1_000 }, () =>
    supervisor.startChild(() => new ScriptedProcess(runtime)),
  );
  supervisor.signal('kill', null);
  assert.ok(children.every(({ endedWith }) => endedWith === 'killed'));
  await clock.settle();
  assert.equal(runtime.processes, 0);
});
