import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { ManualClock } from './manual-clock.ts';
import { Runtime } from './runtime.ts';
import { TableTransfer } from './signals.ts';
import { Table } from './table.ts';
import { weigh } from './weight.ts';

const badarg = { reason: 'badarg' };

function setUp(): { clock: ManualClock; owner: ScriptedProcess; heir: ScriptedProcess } {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  return { clock, owner: new ScriptedProcess(runtime), heir: new ScriptedProcess(runtime) };
}

test('knows its rows and bytes through any inserts, replacements and deletes', () => {
  const value = fc.oneof(fc.jsonValue(), fc.uint8Array({ maxLength: 50 }));
  const key = fc.constantFrom<unknown>('a', 'b', '__proto__', 'constructor', 1, '1', null);
  const step = fc.record({ key, value: fc.option(value, { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const table = new Table('t');
      const model = new Map<unknown, unknown>();
      for (const { key, value } of steps) {
        if (value === undefined) {
          table.delete(key);
          model.delete(key);
        } else {
          table.insert(key, value);
          model.set(key, value);
        }
        const bytes = [...model.values()].reduce<number>((sum, one) => sum + weigh(one), 0);
        assert.deepEqual([table.rows, table.bytes, table.has(key)], [model.size, bytes, model.has(key)]);
        assert.equal(table.lookup(key), model.get(key));
      }
      assert.deepEqual([...table.entries()], [...model]);
      table.clear();
      assert.deepEqual([table.rows, table.bytes], [0, 0]);
    }),
  );
});

test('a value that is changed in the table still leaves with the weight it came with', () => {
  const table = new Table('t');
  const value = { list: [1] };
  table.insert('a', value);
  value.list.push(2, 3);
  table.delete('a');
  assert.equal(table.bytes, 0);
});

test('weighs by one rule', () => {
  const values = [7, true, null, 'aé', new Uint8Array(5), [1, 'ab'], { ab: 'cde' }, new Map([['ab', 1]]), []];
  assert.deepEqual(
    values.map((value) => weigh(value)),
    [8, 8, 8, 3, 5, 8 + 8 + 8 + 2, 8 + 2 + 3, 8 + 2 + 8, 0],
  );
  const cycle: unknown[] = [];
  cycle.push(cycle);
  assert.equal(weigh(cycle), 65 * 8);
});

test('dies with its owner, and every access after that is badarg', () => {
  const { owner } = setUp();
  const table = new Table('t', { owner });
  table.insert('a', 1);
  owner.end('normal');
  assert.throws(() => table.insert('a', 1), badarg);
  assert.throws(() => table.lookup('a'), badarg);
  assert.throws(() => table.has('a'), badarg);
  assert.throws(() => table.delete('a'), badarg);
  assert.throws(() => [...table.entries()], badarg);
  assert.deepEqual([table.alive, table.rows, table.bytes, table.owner], [false, 0, 0, null]);
  assert.throws(() => new Table('late', { owner }), badarg);
});

test('goes to its heir with a message, and dies with that one', async () => {
  const { clock, owner, heir } = setUp();
  const table = new Table('t', { owner, heir, heirData: 'yours' });
  table.insert('a', 1);
  owner.end('boom');
  await clock.settle();
  assert.deepEqual(heir.seen, [new TableTransfer(table, owner, 'yours')]);
  assert.deepEqual([table.owner, table.lookup('a')], [heir, 1]);
  heir.end('normal');
  assert.throws(() => table.lookup('a'), badarg);
});

test('a dead heir inherits nothing', () => {
  const { owner, heir } = setUp();
  const table = new Table('t', { owner, heir });
  heir.end('normal');
  owner.end('normal');
  assert.equal(table.alive, false);
});

test('given away it is the new owner’s alone', async () => {
  const { clock, owner, heir } = setUp();
  const table = new Table('t', { owner });
  table.giveAway(heir, 'take it');
  owner.end('normal');
  await clock.settle();
  assert.deepEqual([heir.seen, table.owner], [[new TableTransfer(table, owner, 'take it')], heir]);
  assert.throws(() => table.giveAway(owner, null), badarg);
  heir.end('normal');
  assert.equal(table.alive, false);
});

test('without an owner it stays', () => {
  const table = new Table('drill');
  table.insert('a', Buffer.alloc(10));
  table.insert('a', Buffer.alloc(4));
  assert.deepEqual([table.rows, table.bytes], [1, 4]);
});
