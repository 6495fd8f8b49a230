import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import type { Call } from './call.ts';
import { ManualClock } from './manual-clock.ts';
import { Exit, type ExitReason } from './exit-reason.ts';
import { callServer, castServer, GenServer, NO_REPLY, reply, stopServer } from './gen-server.ts';
import { Runtime } from './runtime.ts';
import { Supervisor } from './supervisor.ts';

class Sleeper extends GenServer {
  readonly done: unknown[] = [];

  protected override async handleCall(request: unknown): Promise<unknown> {
    await new Promise<void>((resolve) => void this.runtime.clock.after(Number(request), resolve));
    this.done.push(request);
    return request;
  }
}

function setUp(): { clock: ManualClock; runtime: Runtime; server: Sleeper } {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const server = new Sleeper(runtime);
  runtime.register('sleeper', server);
  return { clock, runtime, server };
}

/** Collects how a promise ended, without waiting for it. */
function outcome(promise: Promise<unknown>, into: unknown[]): void {
  promise.then(
    (value) => into.push(value),
    (error: unknown) => into.push(error instanceof Exit ? error.reason : error),
  );
}

test('a caller gives up on its own clock; the server works on and its late answer is dropped', async () => {
  const { clock, runtime, server } = setUp();
  const outcomes: unknown[] = [];
  outcome(callServer(runtime, 'sleeper', 100, 50), outcomes);
  outcome(callServer(runtime, 'sleeper', 100, 60), outcomes);
  outcome(callServer(runtime, 'sleeper', 100, 1_000), outcomes);
  await clock.advance(99);
  const timeout: ExitReason = { timeout: 'GenServer.call' };
  assert.deepEqual([outcomes, server.done.length], [[timeout, timeout], 0]);
  await clock.advance(201);
  assert.deepEqual([outcomes, server.done.length], [[timeout, timeout, 100], 3]);
});

test('a name nobody holds is noproc at once, a server that dies refuses its caller', async () => {
  const { clock, runtime, server } = setUp();
  const outcomes: unknown[] = [];
  outcome(callServer(runtime, 'nobody', 1, 50), outcomes);
  await clock.settle();
  outcome(callServer(runtime, 'sleeper', 100, 1_000), outcomes);
  await clock.advance(10);
  server.end('boom');
  await clock.settle();
  assert.deepEqual(outcomes, [{ call: 'noproc' }, { call: 'boom' }]);
});

test('a reply in the instant of the timeout is still returned', async () => {
  const { clock, runtime } = setUp();
  const outcomes: unknown[] = [];
  outcome(callServer(runtime, 'sleeper', 100, 100), outcomes);
  await clock.advance(100);
  assert.deepEqual(outcomes, [100]);
  await clock.advance(10);
  assert.equal(clock.pending, 0);
});

test('calls that queue when the server dies fail at once, and leave no clocks', async () => {
  const { clock, runtime, server } = setUp();
  const outcomes: unknown[] = [];
  for (let n = 0; n < 20; n += 1) outcome(callServer(runtime, server, 1_000, 5_000), outcomes);
  await clock.advance(10);
  server.signal('kill', null);
  await clock.settle();
  assert.deepEqual(
    outcomes,
    Array.from({ length: 20 }, () => ({ call: 'killed' })),
  );
  outcome(callServer(runtime, server, 1), outcomes);
  await clock.advance(1_000);
  assert.deepEqual([outcomes.at(-1), clock.pending], [{ call: 'noproc' }, 0]);
});

test('a caller cannot call itself, and one that dies takes its clock along', async () => {
  const { clock, runtime, server } = setUp();
  const caller = new ScriptedProcess(runtime);
  const outcomes: unknown[] = [];
  outcome(callServer(runtime, server, 1, 5, server), outcomes);
  outcome(callServer(runtime, server, 100, 5_000, caller), outcomes);
  await clock.advance(10);
  caller.end('boom');
  assert.equal(clock.pending, 1);
  await clock.advance(6_000);
  assert.deepEqual([outcomes, server.done], [[{ call: 'calling_self' }], [100]]);
});

test('a call without end waits as long as it takes', async () => {
  const { clock, runtime } = setUp();
  const outcomes: unknown[] = [];
  outcome(callServer(runtime, 'sleeper', 1_000_000, 'infinity'), outcomes);
  await clock.advance(1_000_000);
  assert.deepEqual(outcomes, [1_000_000]);
});

/** Does what the request says, and writes down which callbacks ran. */
class Recorder extends GenServer {
  readonly log: string[] = [];
  readonly waiting: Call[] = [];

  protected override handleCall(request: unknown, from: Call): unknown {
    this.log.push(`call ${String(request)}`);
    if (request === 'later') this.waiting.push(from);
    else this.obey(request);
    return request === 'later' ? NO_REPLY : request;
  }

  protected override async handleCast(request: unknown): Promise<void> {
    if (typeof request === 'number')
      await new Promise<void>((done) => void this.runtime.clock.after(request, done));
    this.log.push(`cast ${String(request)}`);
    this.obey(request);
  }

  protected override handleContinue(argument: unknown): void {
    this.log.push(`continue ${String(argument)}`);
  }

  protected override handleTimeout(): void {
    this.log.push(`timeout at ${this.runtime.clock.nowMs()}`);
  }

  protected override terminate(reason: ExitReason): void {
    this.log.push(`terminate ${JSON.stringify(reason)}`);
  }

  private obey(request: unknown): void {
    if (request === 'continue') this.continueWith('on');
    if (request === 'quiet') this.timeoutIn(50);
    if (request === 'quiet at once') this.timeoutIn(0);
    if (request === 'stop') this.stop('shutdown');
    if (request === 'crash') throw new Exit('boom');
  }
}

function setUpRecorder(): { clock: ManualClock; runtime: Runtime; server: Recorder } {
  const { clock, runtime } = setUp();
  return { clock, runtime, server: new Recorder(runtime) };
}

test('answers later, from anywhere, and once', async () => {
  const { clock, runtime, server } = setUpRecorder();
  const outcomes: unknown[] = [];
  outcome(callServer(runtime, server, 'later'), outcomes);
  outcome(callServer(runtime, server, 'now'), outcomes);
  await clock.settle();
  assert.deepEqual(outcomes, ['now']);
  const [from] = server.waiting;
  if (from === undefined) return assert.fail();
  reply(from, 1);
  reply(from, 2);
  await clock.settle();
  assert.deepEqual([outcomes, clock.pending], [['now', 1], 0]);
});

test('continues before the next message, casts in order, drops what it does not know', async () => {
  const { clock, runtime, server } = setUpRecorder();
  castServer(runtime, server, 'continue');
  castServer(runtime, server, 20);
  server.send('what is this');
  castServer(runtime, server, 'b');
  castServer(runtime, 'nobody', 'lost');
  await clock.advance(20);
  assert.deepEqual(server.log, ['cast continue', 'continue on', 'cast 20', 'cast b']);
});

test('a returned timeout fires after a quiet time, and any message cancels it', async () => {
  const { clock, runtime, server } = setUpRecorder();
  castServer(runtime, server, 'quiet');
  await clock.advance(49);
  server.send('anything');
  await clock.advance(1_000);
  assert.deepEqual([server.log, clock.pending], [['cast quiet'], 0]);
  castServer(runtime, server, 'quiet');
  await clock.advance(1_000);
  assert.deepEqual(server.log.slice(1), ['cast quiet', 'timeout at 1099']);
});

test('a message that waits wins over a timeout of 0', async () => {
  const { clock, runtime, server } = setUpRecorder();
  castServer(runtime, server, 'quiet at once');
  castServer(runtime, server, 'a');
  await clock.advance(10);
  castServer(runtime, server, 'quiet at once');
  await clock.advance(10);
  assert.deepEqual(server.log, ['cast quiet at once', 'cast a', 'cast quiet at once', 'timeout at 10']);
});

test('a stop answers first, then terminates, and what waits is lost', async () => {
  const { clock, runtime, server } = setUpRecorder();
  const outcomes: unknown[] = [];
  outcome(callServer(runtime, server, 'stop'), outcomes);
  outcome(callServer(runtime, server, 'too late'), outcomes);
  await clock.settle();
  assert.deepEqual(outcomes, ['stop', { call: 'shutdown' }]);
  assert.deepEqual([server.log, server.alive], [['call stop', 'terminate "shutdown"'], false]);
});

test('a crash terminates with its reason; a kill and an untrapped exit do not terminate', async () => {
  const { clock, runtime, server } = setUpRecorder();
  castServer(runtime, server, 'crash');
  const [killed, shut] = [new Recorder(runtime), new Recorder(runtime)];
  killed.trapsExits = true;
  killed.signal('kill', null);
  shut.signal('shutdown', null);
  await clock.settle();
  assert.deepEqual([server.log, killed.log, shut.log], [['cast crash', 'terminate "boom"'], [], []]);
  assert.deepEqual([server.alive, killed.alive, shut.alive], [false, false, false]);
});

test('a terminate that crashes too gives its own reason, and harms nobody else', async () => {
  class Doomed extends Sleeper {
    protected override terminate(reason: ExitReason): void | Promise<void> {
      if (reason === 'later') return Promise.reject(new Exit('second'));
      throw new Exit('second');
    }

    protected override handleCast(request: unknown): Promise<void> {
      if (request === 'now') throw new Exit('now');
      return Promise.reject(new Exit(request === 'later' ? 'later' : 'first'));
    }
  }
  const { clock, runtime, server } = setUp();
  const outcomes: unknown[] = [];
  for (const request of ['now', 'later', 'async']) {
    const doomed = new Doomed(runtime);
    castServer(runtime, doomed, request);
    outcome(callServer(runtime, doomed, 1), outcomes);
  }
  outcome(callServer(runtime, server, 1), outcomes);
  await clock.advance(10);
  assert.deepEqual(outcomes, [{ call: 'second' }, { call: 'second' }, { call: 'second' }, 1]);
});

test('stopping from outside waits for the mail before it', async () => {
  const { clock, runtime, server } = setUpRecorder();
  const outcomes: unknown[] = [];
  castServer(runtime, server, 20);
  outcome(stopServer(runtime, server), outcomes);
  await clock.advance(19);
  assert.deepEqual([server.alive, outcomes], [true, []]);
  await clock.advance(1);
  assert.deepEqual([server.log, outcomes], [['cast 20', 'terminate "normal"'], [undefined]]);
});

test('a trapping server terminates for its supervisor, and for nobody else', async () => {
  const { clock, runtime, server } = setUpRecorder();
  server.trapsExits = true;
  const supervisor = new Supervisor(runtime, [{ id: 'it', start: () => server }]);
  server.signal('boom', null);
  await clock.settle();
  assert.equal(server.alive, true);
  void supervisor.stop();
  await clock.settle();
  assert.deepEqual([server.log, server.alive, supervisor.alive], [['terminate "shutdown"'], false, false]);
});

test('what a server asked for before its first message comes before it', async () => {
  class Starter extends Recorder {
    constructor(runtime: Runtime) {
      super(runtime);
      this.continueWith('from init');
      this.timeoutIn(30);
    }
  }
  const { clock, runtime } = setUp();
  const server = new Starter(runtime);
  castServer(runtime, server, 'a');
  await clock.advance(100);
  assert.deepEqual(server.log, ['continue from init', 'cast a']);
  assert.equal(clock.pending, 0);
});
