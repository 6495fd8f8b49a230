import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { Exit, type ExitReason } from './exit-reason.ts';
import { callServer, GenServer } from './gen-server.ts';
import { ManualClock } from './manual-clock.ts';
import { Runtime } from './runtime.ts';
import { awaitTask, startLinkedTask } from './task.ts';

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

test('a name nobody holds is noproc at once, a server that dies takes its caller along', async () => {
  const { clock, runtime, server } = setUp();
  const outcomes: unknown[] = [];
  outcome(callServer(runtime, 'nobody', 1, 50), outcomes);
  await clock.settle();
  outcome(callServer(runtime, 'sleeper', 100, 1_000), outcomes);
  await clock.advance(10);
  server.end('boom');
  await clock.settle();
  assert.deepEqual(outcomes, ['noproc', 'boom']);
});

test('an awaited task times out in its owner and dies with it', async () => {
  const { clock, runtime } = setUp();
  let finished = false;
  const owner = new ScriptedProcess(runtime, (_message, self) => {
    const task = startLinkedTask(self, async (running) => {
      await running.wait(100);
      finished = true;
    });
    return awaitTask(task, 30).then(() => {});
  });
  owner.send('go');
  await clock.advance(500);
  assert.deepEqual([owner.endedWith, finished], [{ timeout: 'Task.await' }, false]);
});

test('an awaited task that finishes in time leaves its owner alive', async () => {
  const { clock, runtime } = setUp();
  const results: unknown[] = [];
  const owner = new ScriptedProcess(runtime, (_message, self) =>
    awaitTask(
      startLinkedTask(self, (running) => running.wait(10).then(() => 7)),
      30,
    ).then((value) => {
      results.push(value);
    }),
  );
  owner.send('go');
  await clock.advance(100);
  assert.deepEqual([results, owner.alive], [[7], true]);
});
