import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { ManualClock } from './manual-clock.ts';
import { Exit } from './exit-reason.ts';
import { Runtime } from './runtime.ts';
import { Down, ExitMessage, TaskResult } from './signals.ts';
import { TaskSupervisor } from './task-supervisor.ts';
import { asyncTask, awaitTask, shutdownTask, startLinkedTask, yieldTask, type Task } from './task.ts';

const after =
  (ms: number, value: unknown) =>
  (task: Task): Promise<unknown> =>
    task.wait(ms).then(() => value);

function setUp(script: (message: unknown, self: ScriptedProcess) => void | Promise<void> = () => {}): {
  clock: ManualClock;
  runtime: Runtime;
  owner: ScriptedProcess;
} {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  return { clock, runtime, owner: new ScriptedProcess(runtime, script) };
}

test('an awaited task times out in its owner and dies with it', async () => {
  const started: Task[] = [];
  const { clock, owner } = setUp((_message, self) => {
    const task = startLinkedTask(self, after(100, 'done'));
    started.push(task);
    return awaitTask(task, 30).then(() => {});
  });
  owner.send('go');
  await clock.advance(30);
  assert.deepEqual([owner.endedWith, started[0]?.alive], [{ timeout: 'Task.await' }, false]);
  assert.equal(clock.pending, 0);
});

test('an awaited task that finishes in time leaves its owner alive, without a message', async () => {
  const results: unknown[] = [];
  const { clock, owner } = setUp((message, self) => {
    if (message !== 'go') return;
    return awaitTask(asyncTask(self, after(10, 7)), 30).then((value) => void results.push(value));
  });
  owner.send('go');
  await clock.advance(100);
  assert.deepEqual([results, owner.alive, owner.seen], [[7], true, ['go']]);
  assert.deepEqual([clock.pending, owner.watched, owner.linked], [0, null, null]);
});

test('a result nobody awaits arrives as a message, and then a normal Down', async () => {
  const started: Task[] = [];
  const { clock, owner } = setUp((message, self) => {
    if (message === 'go') started.push(asyncTask(self, after(10, 7)));
  });
  owner.send('go');
  await clock.advance(10);
  const [task] = started;
  if (task === undefined) return assert.fail();
  assert.deepEqual(owner.seen, ['go', new TaskResult(task, 7), new Down(task, 'normal')]);
});

test('an await takes out of the mailbox what came before it', async () => {
  const results: unknown[] = [];
  const { clock, owner } = setUp(async (message, self) => {
    if (message !== 'go') return;
    const tasks = [asyncTask(self, after(10, 'early')), asyncTask(self, after(50, 'late'))];
    for (const task of tasks.toReversed()) results.push(await awaitTask(task));
  });
  owner.send('go');
  owner.send('behind');
  await clock.advance(100);
  assert.deepEqual(
    [results, owner.seen],
    [
      ['late', 'early'],
      ['go', 'behind'],
    ],
  );
});

test('a crash of the task kills its owner through the link, a crash of the owner its task', async () => {
  const { clock, runtime, owner } = setUp();
  asyncTask(owner, () => {
    throw new Exit('boom');
  });
  const other = new ScriptedProcess(runtime);
  const task = asyncTask(other, after(100, 1));
  await clock.advance(1);
  assert.equal(owner.endedWith, 'boom');
  other.end('bang');
  assert.deepEqual([task.alive, clock.pending], [false, 0]);
});

test('an owner that traps exits learns of the crash it awaits by an exit with the reason', async () => {
  const caught: unknown[] = [];
  const { clock, owner } = setUp(async (message, self) => {
    if (message !== 'go') return;
    const task = startLinkedTask(self, () => Promise.reject(new Exit('boom')));
    await awaitTask(task).catch((error: unknown) => caught.push(error instanceof Exit && error.reason));
  });
  owner.trapsExits = true;
  owner.send('go');
  await clock.settle();
  assert.deepEqual(caught, [{ call: 'boom' }]);
  assert.equal(owner.seen.filter((message) => message instanceof ExitMessage).length, 1);
});

test('a late value after a caught timeout is dropped', async () => {
  const { clock, owner } = setUp(async (message, self) => {
    if (message !== 'go') return;
    await assert.rejects(awaitTask(asyncTask(self, after(100, 1)), 10));
  });
  owner.send('go');
  await clock.advance(200);
  assert.deepEqual([owner.alive, owner.seen], [true, ['go']]);
});

test('a yield that was too short leaves the result for a message or the next yield', async () => {
  const yields: unknown[] = [];
  const { clock, owner } = setUp(async (message, self) => {
    if (message !== 'go') return;
    const tasks = [asyncTask(self, after(50, 'a')), asyncTask(self, after(90, 'b'))] as const;
    yields.push(await yieldTask(tasks[0], 10), await yieldTask(tasks[0], 100), await yieldTask(tasks[1], 10));
  });
  owner.send('go');
  await clock.advance(200);
  assert.deepEqual(yields, [null, { ok: 'a' }, null]);
  const [, result, down, ...more] = owner.seen;
  assert.ok(result instanceof TaskResult && result.value === 'b' && down instanceof Down);
  assert.deepEqual([more, clock.pending], [[], 0]);
});

test('a shutdown gives the value of a task that was faster, else nothing, and the owner lives on', async () => {
  const outcomes: unknown[] = [];
  const { clock, owner } = setUp(async (message, self) => {
    if (message !== 'go') return;
    const stubborn = asyncTask(self, after(60, 'value'));
    stubborn.trapsExits = true;
    const deaf = asyncTask(self, after(10_000, 'value'));
    deaf.trapsExits = true;
    outcomes.push(await shutdownTask(asyncTask(self, after(100, 1))));
    outcomes.push(await shutdownTask(asyncTask(self, after(100, 1)), 'brutal_kill'));
    outcomes.push(await shutdownTask(stubborn, 100), await shutdownTask(deaf, 100));
  });
  owner.send('go');
  await clock.advance(500);
  assert.deepEqual(outcomes, [null, null, { ok: 'value' }, null]);
  assert.deepEqual([owner.alive, owner.seen, clock.pending], [true, ['go'], 0]);
});

test('a supervised task without a link tells of its crash and nothing more', async () => {
  const { clock, runtime, owner } = setUp();
  const supervisor = new TaskSupervisor(runtime);
  const task = supervisor.asyncNolink(owner, () => Promise.reject(new Exit('boom')));
  assert.deepEqual([task.parent, task.linked, supervisor.count], [supervisor, null, 1]);
  await clock.settle();
  assert.deepEqual([owner.seen, owner.alive], [[new Down(task, 'boom')], true]);
  assert.deepEqual([supervisor.alive, supervisor.count], [true, 0]);
});

test('a task under a supervisor outlives whoever started it, and not its supervisor', async () => {
  const { clock, runtime, owner } = setUp();
  const supervisor = new TaskSupervisor(runtime);
  const tasks = [supervisor.startTask(after(100, 1)), supervisor.asyncNolink(owner, after(100, 1))];
  owner.end('boom');
  await clock.advance(50);
  assert.deepEqual([tasks.map(({ alive }) => alive), supervisor.count], [[true, true], 2]);
  void supervisor.stop();
  await clock.settle();
  assert.deepEqual([tasks.map(({ alive }) => alive), clock.pending], [[false, false], 0]);
});
