import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import type { ExitReason } from './exit-reason.ts';
import { ManualClock } from './manual-clock.ts';
import type { Process } from './process.ts';
import { RegistryEntry, type Registrations } from './registry-partition.ts';
import { Registry } from './registry.ts';
import { Runtime } from './runtime.ts';
import { ExitMessage } from './signals.ts';

/** An owner that keeps its entries itself, as channels and transports do. */
class Keeper extends ScriptedProcess {
  registered: Registrations | null = null;
  registry: Registry<RegistryEntry> | null = null;

  protected override ended(reason: ExitReason): void {
    super.ended(reason);
    if (this.registered !== null) this.registry?.ownerEnded(this);
  }
}

interface Bench {
  readonly clock: ManualClock;
  readonly runtime: Runtime;
  readonly registry: Registry<RegistryEntry>;
  readonly owner: (keeps: boolean) => ScriptedProcess;
}

function setUp(keys: 'unique' | 'duplicate', partitions = 1): Bench {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const registry = new Registry<RegistryEntry>(runtime, {
    keys,
    partitions,
    keepsInOwners: keys === 'duplicate',
  });
  const owner = (keeps: boolean): ScriptedProcess => {
    if (!keeps) return new ScriptedProcess(runtime);
    const keeper = new Keeper(runtime);
    keeper.registry = registry;
    return keeper;
  };
  return { clock, runtime, registry, owner };
}

function register(registry: Registry<RegistryEntry>, owner: Process, key: string): RegistryEntry {
  const entry = new RegistryEntry(owner);
  registry.register(key, entry);
  return entry;
}

function idsOf(registry: Registry<RegistryEntry>, key: string): number[] {
  return registry.partitions
    .flatMap((partition) => (partition.entriesOf(key) ?? []).map(({ owner }) => owner.id))
    .toSorted((a, b) => a - b);
}

for (const keeps of [true, false]) {
  const kind = keeps ? 'that keeps its entries' : 'of any other kind';

  test(`entries of a dead owner ${kind} stay until the partition handles its exit (59)`, async () => {
    const { clock, registry, owner } = setUp('duplicate');
    const [gone, left] = [owner(keeps), owner(keeps)];
    for (const key of ['a', 'b', 'a']) register(registry, gone, key);
    register(registry, left, 'a');
    gone.end('normal');
    assert.deepEqual([idsOf(registry, 'a').length, registry.size], [3, 4]);
    await clock.settle();
    assert.deepEqual([idsOf(registry, 'a'), idsOf(registry, 'b'), registry.size], [[left.id], [], 1]);
  });

  test(`the end of a partition ends every owner ${kind}, once, and another takes its place empty`, async () => {
    const { clock, registry, owner } = setUp('duplicate', 2);
    const owners = Array.from({ length: 40 }, () => owner(keeps));
    for (const one of owners) for (const key of ['a', 'b']) register(registry, one, key);
    const trapping = owners.slice(0, 10);
    for (const one of trapping) one.trapsExits = true;
    const partition = registry.startPartition(0);
    const touched = new Set((partition.entriesOf('a') ?? []).map((entry) => entry.owner));
    assert.ok(touched.size > 0 && touched.size < owners.length);
    partition.signal('kill', null);
    await clock.settle();
    for (const one of owners) {
      const isTouched = touched.has(one);
      assert.equal(one.alive, !isTouched || one.trapsExits);
      if (isTouched && !one.trapsExits) assert.equal(one.endedWith, 'killed');
      const told = one.seen.filter((message) => message instanceof ExitMessage).length;
      assert.equal(told, isTouched && one.trapsExits ? 1 : 0);
    }
    const survivor = trapping.find((one) => touched.has(one)) ?? assert.fail('no trapping owner was touched');
    assert.throws(() => register(registry, survivor, 'a'), /noproc/);
    assert.equal(registry.startPartition(0).size, 0);
    register(registry, survivor, 'c');
    assert.deepEqual(idsOf(registry, 'c'), [survivor.id]);
    survivor.end('normal');
    await clock.settle();
    assert.deepEqual(idsOf(registry, 'c'), []);
  });

  test(`a dead owner ${kind} leaves no entry behind`, async () => {
    const { clock, registry, owner } = setUp('duplicate');
    const dead = owner(keeps);
    dead.end('normal');
    register(registry, dead, 'a');
    await clock.settle();
    assert.equal(registry.size, 0);
  });
}

test('taking back twice, or after the partition is gone, is no error', () => {
  const { registry, owner } = setUp('duplicate');
  const entry = register(registry, owner(true), 'toString');
  registry.unregister(entry);
  registry.unregister(entry);
  const other = register(registry, owner(true), '__proto__');
  assert.equal(other.key, '__proto__');
  registry.startPartition(0).end('normal');
  registry.unregister(other);
  assert.equal(registry.size, 0);
});

test('a unique key stays with the living and is free the moment its owner is dead', async () => {
  const { clock, registry, owner } = setUp('unique', 3);
  const [first, second] = [owner(false), owner(false)];
  assert.equal(registry.register('name', new RegistryEntry(first)), null);
  assert.equal(registry.register('name', new RegistryEntry(second)), first);
  first.end('boom');
  assert.equal(registry.lookup('name'), null);
  assert.equal(registry.register('name', new RegistryEntry(second)), null);
  await clock.settle();
  assert.equal(registry.lookup('name')?.owner, second);
  assert.equal(registry.lookup('constructor'), null);
});

test('any sequence of registrations, removals, deaths and restarts leaves what a plain list would', async () => {
  const who = fc.nat(5);
  const key = fc.constantFrom('a', 'b', '__proto__');
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ op: fc.constant('register' as const), who, key }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('unregister' as const), which: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('unregisterAll' as const), who, key }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('end' as const), who }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('restart' as const), partition: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('settle' as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 2 }),
      async (steps, ways) => {
        const { clock, registry, owner, runtime } = setUp('duplicate', ways);
        const processes = runtime.processes;
        const owners = Array.from({ length: 6 }, (_, n) => owner(n % 2 === 0));
        const made: RegistryEntry[] = [];
        let model: Array<{ readonly entry: RegistryEntry; readonly key: string }> = [];
        for (const one of steps) {
          if (one.op === 'register') {
            const process = owners[one.who] ?? assert.fail();
            if (!process.alive) continue;
            const entry = register(registry, process, one.key);
            made.push(entry);
            model.push({ entry, key: one.key });
          } else if (one.op === 'unregister') {
            const entry = made[one.which];
            if (entry === undefined) continue;
            registry.unregister(entry);
            model = model.filter((kept) => kept.entry !== entry);
          } else if (one.op === 'unregisterAll') {
            const process = owners[one.who] ?? assert.fail();
            registry.unregisterAll(process, one.key);
            model = model.filter(({ entry, key: name }) => entry.owner !== process || name !== one.key);
          } else if (one.op === 'end') owners[one.who]?.end('normal');
          else if (one.op === 'settle') await clock.settle();
          else if (one.partition < ways) {
            registry.startPartition(one.partition).end('boom');
            registry.startPartition(one.partition);
          }
        }
        await clock.settle();
        model = model.filter(({ entry }) => entry.owner.alive);
        for (const name of ['a', 'b', '__proto__']) {
          const expected = model.filter((kept) => kept.key === name).map(({ entry }) => entry.owner.id);
          assert.deepEqual(
            idsOf(registry, name),
            expected.toSorted((a, b) => a - b),
          );
        }
        assert.equal(registry.size, model.length);
        for (const process of owners) process.end('normal');
        await clock.settle();
        assert.deepEqual([registry.size, runtime.processes], [0, processes]);
      },
    ),
    { numRuns: 300 },
  );
});
