import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { Exit } from './exit-reason.ts';
import { ManualClock } from './manual-clock.ts';
import { Runtime } from './runtime.ts';
import { Down, ExitMessage } from './signals.ts';

function setUp(): { clock: ManualClock; runtime: Runtime } {
  const clock = new ManualClock();
  return { clock, runtime: new Runtime(clock) };
}

test('a handler that awaits holds its own mailbox and nothing else', async () => {
  const { clock, runtime } = setUp();
  const slow = new ScriptedProcess(runtime, () => new Promise((done) => void clock.after(100, done)));
  const other = new ScriptedProcess(runtime);
  slow.send('a');
  slow.send('b');
  await clock.advance(40);
  other.send('x');
  await clock.advance(10);
  assert.deepEqual([slow.seen, other.seen], [['a'], ['x']]);
  assert.equal(slow.mailbox.oldestWaitMs(clock.nowMs()), 50);
  await clock.advance(60);
  assert.deepEqual(slow.seen, ['a', 'b']);
});

test('a killed process loses its mail and handles nothing more when its await returns', async () => {
  const { clock, runtime } = setUp();
  const victim = new ScriptedProcess(runtime, () => new Promise((done) => void clock.after(100, done)));
  victim.send('a');
  victim.send('b');
  await clock.advance(50);
  victim.signal('kill', null);
  victim.send('c');
  await clock.advance(200);
  assert.deepEqual([victim.seen, victim.endedWith, victim.mailbox.length], [['a'], 'killed', 0]);
  assert.deepEqual([runtime.processes, runtime.scheduler.waiting], [0, 0]);
});

test('a held process lets its mail pile up and goes on in order', async () => {
  const { clock, runtime } = setUp();
  const process = new ScriptedProcess(runtime, (message, self) => {
    if (message === 'hold') self.startHold();
  });
  for (const message of ['hold', 'a', 'b']) process.send(message);
  await clock.advance(1_000);
  assert.deepEqual([process.seen, process.mailbox.length], [['hold'], 2]);
  process.endHold();
  await clock.settle();
  assert.deepEqual(process.seen, ['hold', 'a', 'b']);
});

test('an error ends the process with the exception, an exit with its reason', async () => {
  const { clock, runtime } = setUp();
  const boom = new Error('boom');
  const raising = new ScriptedProcess(runtime, () => {
    throw boom;
  });
  const exiting = new ScriptedProcess(runtime, () => Promise.reject(new Exit('shutdown')));
  raising.send(1);
  exiting.send(1);
  await clock.settle();
  assert.deepEqual([raising.endedWith, exiting.endedWith], [{ exception: boom }, 'shutdown']);
});

test('a monitor tells of an end once, and at once of one that is over', async () => {
  const { clock, runtime } = setUp();
  const watcher = new ScriptedProcess(runtime);
  const watched = new ScriptedProcess(runtime);
  watched.monitoredBy(watcher);
  watched.end('shutdown');
  watched.monitoredBy(watcher);
  await clock.settle();
  assert.deepEqual(watcher.seen, [new Down(watched, 'shutdown'), new Down(watched, 'noproc')]);
});

test('a link carries abnormal ends, not normal ones, and trapping turns them into mail', async () => {
  const { clock, runtime } = setUp();
  const [a, b, c, trapping] = Array.from({ length: 4 }, () => new ScriptedProcess(runtime));
  if (a === undefined || b === undefined || c === undefined || trapping === undefined) return assert.fail();
  trapping.trapsExits = true;
  a.link(b);
  b.link(trapping);
  c.link(b);
  c.end('normal');
  assert.equal(b.alive, true);
  a.end('boom');
  await clock.settle();
  assert.deepEqual(
    [b.endedWith, trapping.alive, trapping.seen],
    ['boom', true, [new ExitMessage(b, 'boom')]],
  );
  trapping.signal('kill', null);
  assert.equal(trapping.endedWith, 'killed');
});

test('a process without mail handles one message per send, whatever sends it', async () => {
  const { clock, runtime } = setUp();
  const process = new ScriptedProcess(runtime, (message, self) => {
    if (message === 'again') self.send('last');
  });
  process.send('again');
  await clock.settle();
  assert.deepEqual([process.seen, process.mailbox.highWater], [['again', 'last'], 1]);
});

test('a name has one holder and a process one name, until either goes', () => {
  const { runtime } = setUp();
  const [a, b] = [new ScriptedProcess(runtime), new ScriptedProcess(runtime)];
  const badarg = { reason: 'badarg' };
  runtime.register('__proto__', a);
  assert.throws(() => runtime.register('__proto__', b), badarg);
  assert.throws(() => runtime.register('other', a), badarg);
  assert.deepEqual(
    [runtime.whereIs('__proto__'), a.name, runtime.whereIs('constructor')],
    [a, '__proto__', null],
  );
  a.end('normal');
  assert.deepEqual([runtime.whereIs('__proto__'), a.name], [null, null]);
  assert.throws(() => runtime.register('late', a), badarg);
  runtime.register('__proto__', b);
  runtime.unregister('__proto__');
  assert.deepEqual([runtime.whereIs('__proto__'), b.name, b.alive], [null, null, true]);
});

test('the runtime finds the living by id and no others', () => {
  const { runtime } = setUp();
  const [a, b] = [new ScriptedProcess(runtime), new ScriptedProcess(runtime)];
  assert.deepEqual([...runtime.all()], [a, b]);
  a.end('normal');
  assert.deepEqual([runtime.find(a.id), runtime.find(b.id), [...runtime.all()]], [null, b, [b]]);
});

test('a selective receive takes one message out of its turn and leaves the others in order', async () => {
  const { clock, runtime } = setUp();
  const taken: unknown[] = [];
  const process = new ScriptedProcess(runtime, (message, self) => {
    if (message === 'first')
      taken.push(
        self.takeOut((other) => other === 3),
        self.takeOut(() => false),
      );
  });
  for (const message of ['first', 1, 2, 3, 4]) process.send(message);
  await clock.settle();
  assert.deepEqual(
    [taken, process.seen],
    [
      [3, undefined],
      ['first', 1, 2, 4],
    ],
  );
  assert.equal(runtime.scheduler.waiting, 0);
});

test('a process whose last message was taken while it queued goes to sleep', async () => {
  const { clock, runtime } = setUp();
  const process = new ScriptedProcess(runtime);
  process.send('a');
  assert.equal(
    process.takeOut(() => true),
    'a',
  );
  await clock.settle();
  assert.deepEqual([process.seen, process.handled, runtime.scheduler.waiting], [[], 0, 0]);
  assert.deepEqual([...runtime.scheduler.busy()], []);
  process.send('b');
  await clock.settle();
  assert.deepEqual(process.seen, ['b']);
});

test('hooks are told of an end at once, and not those taken back', () => {
  const { runtime } = setUp();
  const process = new ScriptedProcess(runtime);
  const told: unknown[] = [];
  const kept = { processEnded: (_: unknown, reason: unknown) => void told.push(reason) };
  const dropped = { processEnded: () => void told.push('dropped') };
  process.onEnd(kept);
  process.onEnd(dropped);
  process.offEnd(dropped);
  process.end('boom');
  assert.deepEqual(told, ['boom']);
});
