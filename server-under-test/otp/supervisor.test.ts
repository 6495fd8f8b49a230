import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { ManualClock } from './manual-clock.ts';
import type { ExitReason } from './exit-reason.ts';
import { callServer, GenServer } from './gen-server.ts';
import type { Process } from './process.ts';
import { Runtime } from './runtime.ts';
import { ExitMessage } from './signals.ts';
import { Supervisor, type ChildSpec, type SupervisorOptions } from './supervisor.ts';

/** A child that says when it starts and ends. */
class Worker extends GenServer {
  private readonly label: string;
  private readonly log: string[];
  private readonly takesMs: number;

  constructor(runtime: Runtime, id: string, log: string[], takesMs = 0) {
    super(runtime);
    this.label = id;
    this.log = log;
    this.takesMs = takesMs;
    this.trapsExits = takesMs > 0;
    log.push(`+${id}`);
  }

  protected override handleCall(request: unknown): unknown {
    return request;
  }

  protected override terminate(): Promise<void> {
    this.log.push(`~${this.label}`);
    return new Promise((resolve) => void this.runtime.clock.after(this.takesMs, resolve));
  }

  protected override ended(reason: ExitReason): void {
    super.ended(reason);
    this.log.push(`-${this.label} ${typeof reason === 'string' ? reason : 'other'}`);
  }
}

function setUp(): {
  clock: ManualClock;
  runtime: Runtime;
  log: string[];
  worker: (id: string, options?: Partial<ChildSpec> & { takesMs?: number }) => ChildSpec;
} {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const log: string[] = [];
  return {
    clock,
    runtime,
    log,
    worker: (id, { takesMs = 0, ...rest } = {}) => ({
      id,
      start: () => new Worker(runtime, id, log, takesMs),
      ...rest,
    }),
  };
}

function child(supervisor: Supervisor, id: string): Process {
  const process = supervisor.children().find((entry) => entry.id === id)?.process;
  if (!process) throw new Error(`no child ${id}`);
  return process;
}

async function crash(clock: ManualClock, supervisor: Supervisor, id: string, reason = 'boom'): Promise<void> {
  child(supervisor, id).end(reason);
  await clock.settle();
}

test('starts in order and stops in reverse, one after the other', async () => {
  const { clock, runtime, log, worker } = setUp();
  const supervisor = new Supervisor(runtime, [worker('a'), worker('b', { takesMs: 100 }), worker('c')]);
  assert.deepEqual(log.splice(0), ['+a', '+b', '+c']);
  void supervisor.stop();
  await clock.advance(99);
  assert.deepEqual(log, ['-c shutdown', '~b']);
  await clock.advance(1);
  assert.deepEqual(log, ['-c shutdown', '~b', '-b shutdown', '-a shutdown']);
  assert.deepEqual([supervisor.alive, runtime.processes, clock.pending], [false, 0, 0]);
});

test('a child that takes longer than its shutdown time is killed, one that may take for ever is not', async () => {
  const { clock, runtime, log, worker } = setUp();
  const supervisor = new Supervisor(runtime, [
    worker('patient', { takesMs: 60_000, shutdownMs: 'infinity' }),
    worker('default', { takesMs: 60_000 }),
    worker('quick', { takesMs: 60_000, shutdownMs: 20 }),
    worker('brutal', { takesMs: 60_000, shutdownMs: 'brutal_kill' }),
  ]);
  log.length = 0;
  void supervisor.stop();
  await clock.advance(20);
  assert.deepEqual(log.splice(0), ['-brutal killed', '~quick', '-quick killed', '~default']);
  await clock.advance(4_999);
  assert.deepEqual(log, []);
  await clock.advance(1);
  assert.deepEqual(log.splice(0), ['-default killed', '~patient']);
  await clock.advance(60_000);
  assert.deepEqual([log, supervisor.alive], [['-patient shutdown'], false]);
  await clock.advance(60_000);
  assert.equal(clock.pending, 0);
});

const THREE = ['a', 'b', 'c'];
const OUTCOMES = {
  one_for_one: ['-b boom', '+b'],
  rest_for_one: ['-b boom', '-c shutdown', '+b', '+c'],
  one_for_all: ['-b boom', '-c shutdown', '-a shutdown', '+a', '+b', '+c'],
} as const;

for (const strategy of ['one_for_one', 'rest_for_one', 'one_for_all'] as const) {
  test(`${strategy} takes along and brings back exactly ${OUTCOMES[strategy].slice(1).join(' ')}`, async () => {
    const { clock, runtime, log, worker } = setUp();
    const supervisor = new Supervisor(
      runtime,
      THREE.map((id) => worker(id)),
      { strategy },
    );
    log.length = 0;
    await crash(clock, supervisor, 'b');
    assert.deepEqual(log, OUTCOMES[strategy]);
    assert.deepEqual(
      supervisor.children().map(({ id, process }) => [id, process?.alive]),
      THREE.map((id) => [id, true]),
    );
  });
}

test('waits for each sibling to be gone before it starts any again', async () => {
  const { clock, runtime, log, worker } = setUp();
  const supervisor = new Supervisor(
    runtime,
    THREE.map((id) => worker(id, { takesMs: 50 })),
    { strategy: 'rest_for_one' },
  );
  log.length = 0;
  child(supervisor, 'a').signal('kill', null);
  await clock.advance(60);
  assert.deepEqual(log, ['-a killed', '~c', '-c shutdown', '~b']);
  await clock.advance(60);
  assert.deepEqual(log.slice(4), ['-b shutdown', '+a', '+b', '+c']);
});

test('transient comes back only after an abnormal exit, temporary never', async () => {
  const { clock, runtime, log, worker } = setUp();
  const supervisor = new Supervisor(runtime, [
    worker('t', { restart: 'transient' }),
    worker('x', { restart: 'temporary' }),
  ]);
  log.length = 0;
  await crash(clock, supervisor, 't');
  await crash(clock, supervisor, 't', 'shutdown');
  await crash(clock, supervisor, 'x');
  assert.deepEqual(log, ['-t boom', '+t', '-t shutdown', '-x boom']);
  assert.deepEqual(
    supervisor.children().map(({ id, process }) => [id, process]),
    [['t', null]],
  );
});

/** Crashes at the given times; the seconds at which the supervisor still stood. */
async function crashesAt(times: readonly number[], options: SupervisorOptions = {}): Promise<boolean[]> {
  const { clock, runtime, worker } = setUp();
  const supervisor = new Supervisor(runtime, [worker('a')], options);
  const standing: boolean[] = [];
  for (const atMs of times) {
    await clock.advance(atMs - clock.nowMs());
    if (supervisor.alive) await crash(clock, supervisor, 'a');
    standing.push(supervisor.alive);
  }
  return standing;
}

test('the fourth restart in five whole seconds is one too many', async () => {
  assert.deepEqual(await crashesAt([0, 1, 2, 3]), [true, true, true, false]);
  assert.deepEqual(await crashesAt([999, 2_000, 3_000, 5_999]), [true, true, true, false]);
  assert.deepEqual(await crashesAt([999, 2_000, 3_000, 6_000]), [true, true, true, true]);
  // 5.999 seconds lie between the first and the fourth, and still five whole ones.
  assert.deepEqual(await crashesAt([0, 1, 2, 5_999]), [true, true, true, false]);
  assert.deepEqual(await crashesAt([0, 1], { maxRestarts: 0 }), [false, false]);
});

test('beyond its intensity it stops all in reverse, exits shutdown, and its parent acts', async () => {
  const { clock, runtime, log, worker } = setUp();
  const inner = (): Supervisor =>
    new Supervisor(
      runtime,
      THREE.map((id) => worker(id)),
    );
  const outer = new Supervisor(runtime, [{ id: 'inner', type: 'supervisor', start: inner }]);
  const first = child(outer, 'inner') as Supervisor;
  for (let n = 0; n < 3; n += 1) await crash(clock, first, 'b');
  log.length = 0;
  await crash(clock, first, 'b');
  assert.deepEqual(log, ['-b boom', '-c shutdown', '-a shutdown', '+a', '+b', '+c']);
  assert.deepEqual([first.alive, child(outer, 'inner') === first, outer.alive], [false, false, true]);
});

test('temporary children never count', async () => {
  const { clock, runtime, worker } = setUp();
  const specs = Array.from({ length: 10 }, (_, n) => worker(`x${n}`, { restart: 'temporary' }));
  const supervisor = new Supervisor(runtime, specs, { maxRestarts: 0 });
  for (const { id } of specs) await crash(clock, supervisor, id);
  assert.deepEqual([supervisor.alive, supervisor.count], [true, 0]);
});

test('a start that throws fails the start of the supervisor and stops those before it', async () => {
  const { clock, runtime, log, worker } = setUp();
  const cause = new Error('no port');
  const broken: ChildSpec = {
    id: 'broken',
    start: () => {
      throw cause;
    },
  };
  assert.throws(() => new Supervisor(runtime, [worker('a'), broken, worker('c')]), {
    reason: { shutdown: 'failed_to_start_child' },
    cause,
  });
  await clock.settle();
  assert.deepEqual([log, runtime.processes], [['+a', '-a shutdown'], 0]);
  assert.throws(() => new Supervisor(runtime, [worker('a'), worker('a')]));
});

test('a start that fails half-way leaves no process behind', async () => {
  class Named extends ScriptedProcess {
    private readonly late: Map<string, string>;

    constructor(runtime: Runtime) {
      super(runtime);
      runtime.register('taken', this);
      this.late = new Map();
    }

    protected override ended(): void {
      this.late.clear();
    }
  }
  const { clock, runtime } = setUp();
  const holder = new ScriptedProcess(runtime);
  runtime.register('taken', holder);
  const spec = { id: 'named', start: () => new Named(runtime) };
  const inner = { id: 'inner', start: () => new Supervisor(runtime, [spec]) };
  assert.throws(() => new Supervisor(runtime, [inner]), { reason: { shutdown: 'failed_to_start_child' } });
  await clock.settle();
  assert.deepEqual([[...runtime.all()], runtime.whereIs('taken')], [[holder], holder]);
});

test('a restart that throws is tried again, and counts, until it works or is one too many', async () => {
  for (const failures of [2, 3]) {
    const { clock, runtime, log, worker } = setUp();
    let left = 0;
    const flaky = worker('b');
    const start = (): Process => {
      left -= 1;
      if (left >= 0) throw new Error('not yet');
      return flaky.start();
    };
    const specs = [worker('a'), { id: 'b', start }, worker('c')];
    const supervisor = new Supervisor(runtime, specs, { strategy: 'rest_for_one' });
    left = failures;
    log.length = 0;
    await crash(clock, supervisor, 'b');
    const ending = failures === 2 ? ['+b', '+c'] : ['-a shutdown'];
    assert.deepEqual([log, supervisor.alive], [['-b boom', '-c shutdown', ...ending], failures === 2]);
  }
});

test('a named child is absent between its end and its restart', async () => {
  const { clock, runtime, log } = setUp();
  const start = (): Process => {
    const worker = new Worker(runtime, 'named', log);
    runtime.register('named', worker);
    return worker;
  };
  const supervisor = new Supervisor(runtime, [{ id: 'named', start }]);
  const answers: unknown[] = [];
  child(supervisor, 'named').end('boom');
  const call = (): void =>
    void callServer(runtime, 'named', 'here').then(
      (value) => answers.push(value),
      (error: unknown) => answers.push(String(error)),
    );
  call();
  await clock.settle();
  call();
  await clock.settle();
  assert.deepEqual(answers, ['Error: exit: {noproc, {GenServer, :call, _}}', 'here']);
});

test('a supervisor that is killed takes all along; those that trap exits learn whose exit it is', async () => {
  const { clock, runtime, log, worker } = setUp();
  const trapping = new ScriptedProcess(runtime);
  trapping.trapsExits = true;
  const inner = new Supervisor(runtime, [worker('deep')]);
  const outer = new Supervisor(runtime, [
    worker('a', { takesMs: 10 }),
    worker('b'),
    { id: 'inner', type: 'supervisor', start: () => inner },
    { id: 'trapping', start: () => trapping },
  ]);
  outer.signal('kill', null);
  await clock.advance(10);
  assert.deepEqual(log.slice(3).toSorted(), ['-a killed', '-b killed', '-deep shutdown', '~a']);
  assert.deepEqual([inner.alive, trapping.seen], [false, [new ExitMessage(outer, 'killed')]]);
  trapping.end('normal');
  assert.deepEqual([runtime.processes, outer.count], [0, 0]);
});

test('killed while it waits for a child, it starts nothing more', async () => {
  const { clock, runtime, log, worker } = setUp();
  const specs = [worker('a'), worker('b', { takesMs: 100 })];
  const supervisor = new Supervisor(runtime, specs, { strategy: 'one_for_all' });
  log.length = 0;
  child(supervisor, 'a').end('boom');
  await clock.advance(50);
  supervisor.signal('kill', null);
  await clock.advance(10_000);
  assert.deepEqual(log, ['-a boom', '~b', '-b shutdown']);
  assert.deepEqual([runtime.processes, clock.pending], [0, 0]);
});

test('an imposed strategy counts until it is taken back, of several the latest', async () => {
  const { clock, runtime, log, worker } = setUp();
  const supervisor = new Supervisor(runtime, [worker('a'), worker('b')]);
  const [first, second] = [supervisor.impose('one_for_all'), supervisor.impose('rest_for_one')];
  log.length = 0;
  await crash(clock, supervisor, 'a');
  assert.deepEqual(
    [supervisor.strategy, log.splice(0)],
    ['rest_for_one', ['-a boom', '-b shutdown', '+a', '+b']],
  );
  second();
  second();
  assert.equal(supervisor.strategy, 'one_for_all');
  first();
  await crash(clock, supervisor, 'a');
  assert.deepEqual([supervisor.strategy, log], ['one_for_one', ['-a boom', '+a']]);
});
