import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { itemsOf } from './bag.ts';
import type { ExitReason } from './exit-reason.ts';
import { ManualClock } from './manual-clock.ts';
import type { Process } from './process.ts';
import { Runtime } from './runtime.ts';
import { Down, ExitMessage } from './signals.ts';

function processes(count: number): { clock: ManualClock; runtime: Runtime; all: ScriptedProcess[] } {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  return { clock, runtime, all: Array.from({ length: count }, () => new ScriptedProcess(runtime)) };
}

function pair(): { clock: ManualClock; a: ScriptedProcess; b: ScriptedProcess } {
  const { clock, all } = processes(2);
  const [a, b] = all;
  if (a === undefined || b === undefined) throw new Error('no pair');
  return { clock, a, b };
}

test('unlinked processes die alone, however often they were linked', () => {
  const { a, b } = pair();
  a.link(b);
  b.link(a);
  assert.deepEqual([itemsOf(a.linked), itemsOf(b.linked)], [[b], [a]]);
  b.unlink(a);
  a.end('boom');
  assert.equal(b.alive, true);
});

test('a link to a dead process is the exit signal noproc, and a message to one that traps', async () => {
  const { clock, a, b } = pair();
  b.end('normal');
  a.trapsExits = true;
  a.link(b);
  await clock.settle();
  assert.deepEqual([a.alive, a.seen], [true, [new ExitMessage(b, 'noproc')]]);
  a.trapsExits = false;
  a.link(b);
  assert.equal(a.endedWith, 'noproc');
});

test('normal ends only who sends it to itself', () => {
  const { a, b } = pair();
  a.signal('normal', b);
  assert.equal(a.alive, true);
  a.signal('normal', a);
  assert.equal(a.endedWith, 'normal');
});

test('trapping turns normal into mail too, even from itself', async () => {
  const { clock, a, b } = pair();
  a.trapsExits = true;
  a.signal('normal', b);
  a.signal('normal', a);
  await clock.settle();
  assert.deepEqual(a.seen, [new ExitMessage(b, 'normal'), new ExitMessage(a, 'normal')]);
});

test('a kill is killed for the victim and for all that are linked to it', async () => {
  const { clock, a, b } = pair();
  a.trapsExits = b.trapsExits = true;
  a.link(b);
  a.signal('kill', null);
  await clock.settle();
  assert.deepEqual([a.endedWith, b.alive, b.seen], ['killed', true, [new ExitMessage(a, 'killed')]]);
});

test('a process that ends itself for the reason kill is a reason like any other to its links', async () => {
  const { clock, a, b } = pair();
  b.trapsExits = true;
  a.link(b);
  a.end('kill');
  await clock.settle();
  assert.deepEqual([b.alive, b.seen], [true, [new ExitMessage(a, 'kill')]]);
});

test('every monitor tells once and each can be taken back alone', async () => {
  const { clock, a, b } = pair();
  for (let n = 0; n < 3; n += 1) a.monitoredBy(b);
  a.demonitoredBy(b);
  a.end('boom');
  await clock.settle();
  assert.deepEqual(b.seen, [new Down(a, 'boom'), new Down(a, 'boom')]);
  assert.equal(b.watched, null);
});

test('a watcher that dies leaves nothing behind with those it watched', () => {
  const { a, b } = pair();
  a.monitoredBy(b);
  b.end('normal');
  assert.equal(a.watchers, null);
  a.monitoredBy(b);
  a.monitoredBy(a);
  assert.equal(a.watchers, null);
});

test('20,000 links go with one death, and an unlink among them looks for nobody', () => {
  const { runtime, all } = processes(20_001);
  const [hub, ...others] = all;
  if (hub === undefined) return assert.fail();
  for (const other of others) other.link(hub);
  assert.ok(hub.linked instanceof Map);
  for (const other of others.slice(0, 10_000)) other.unlink(hub);
  hub.end('boom');
  assert.equal(runtime.processes, 10_000);
  assert.ok(others.slice(0, 10_000).every((other) => other.alive && other.linked === null));
});

test('a chain of 20,000 links falls as one, before the first end returns', () => {
  const { runtime, all } = processes(20_000);
  all.forEach((process, n) => all[n + 1]?.link(process));
  all[10_000]?.end('boom');
  assert.equal(runtime.processes, 0);
  assert.ok(all.every((process) => process.endedWith === 'boom'));
});

const COUNT = 8;
const ascending = (a: number, b: number): number => a - b;
const step = fc.oneof(
  fc.record({ does: fc.constant('link' as const), a: fc.nat(COUNT - 1), b: fc.nat(COUNT - 1) }),
  fc.record({ does: fc.constant('unlink' as const), a: fc.nat(COUNT - 1), b: fc.nat(COUNT - 1) }),
  fc.record({ does: fc.constant('trap' as const), a: fc.nat(COUNT - 1), b: fc.constant(0) }),
  fc.record({
    does: fc.constantFrom('normal' as const, 'boom' as const, 'kill' as const),
    a: fc.nat(COUNT - 1),
    b: fc.constant(0),
  }),
);

/** The same rules over plain sets. */
class Model {
  readonly alive = new Set(Array.from({ length: COUNT }, (_, n) => n));
  readonly trapping = new Set<number>();
  private pairs: Array<readonly [number, number]> = [];

  link(a: number, b: number): void {
    if (a === b || !this.alive.has(a)) return;
    if (!this.alive.has(b)) {
      if (!this.trapping.has(a)) this.end(a, 'noproc');
      return;
    }
    this.unlink(a, b);
    this.pairs.push([a, b]);
  }

  unlink(a: number, b: number): void {
    this.pairs = this.pairs.filter((pair) => !(pair.includes(a) && pair.includes(b)));
  }

  linkedTo(a: number): number[] {
    return this.pairs.filter((pair) => pair.includes(a)).map(([x, y]) => (x === a ? y : x));
  }

  end(a: number, reason: ExitReason): void {
    if (!this.alive.delete(a)) return;
    const others = this.linkedTo(a);
    this.pairs = this.pairs.filter((pair) => !pair.includes(a));
    for (const other of others) if (reason !== 'normal' && !this.trapping.has(other)) this.end(other, reason);
  }
}

test('no link is ever half, after any links, unlinks and exits', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { all } = processes(COUNT);
      const model = new Model();
      for (const { does, a, b } of steps) {
        const [one, other] = [all[a], all[b]];
        if (one === undefined || other === undefined) continue;
        if (does === 'link') {
          one.link(other);
          model.link(a, b);
        } else if (does === 'unlink') {
          if (a !== b) model.unlink(a, b);
          one.unlink(other);
        } else if (does === 'trap') {
          one.trapsExits = true;
          model.trapping.add(a);
        } else if (does === 'kill') {
          one.signal('kill', null);
          model.end(a, 'killed');
        } else {
          one.end(does);
          model.end(a, does);
        }
        const indexes = (ties: readonly Process[]): number[] =>
          ties.map((process) => all.indexOf(process as ScriptedProcess)).toSorted(ascending);
        all.forEach((process, n) => {
          assert.equal(process.alive, model.alive.has(n));
          assert.deepEqual(indexes(itemsOf(process.linked)), model.linkedTo(n).toSorted(ascending));
        });
      }
    }),
  );
});
