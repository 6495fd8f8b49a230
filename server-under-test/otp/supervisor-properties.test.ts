import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ScriptedProcess } from '../testing/scripted-process.ts';
import { ManualClock } from './manual-clock.ts';
import { isOrderly } from './exit-reason.ts';
import type { Process } from './process.ts';
import { Runtime } from './runtime.ts';
import type { Restart } from './supervision.ts';
import { Supervisor, type Strategy } from './supervisor.ts';

interface ModelChild {
  readonly id: number;
  readonly restart: Restart;
  alive: boolean;
}

/** The table of phoenix-semantics 3.7 over plain values. */
class Model {
  readonly log: string[] = [];
  alive = true;
  children: ModelChild[];
  private readonly strategy: Strategy;
  private restarts: number[] = [];

  constructor(strategy: Strategy, restarts: readonly Restart[]) {
    this.strategy = strategy;
    this.children = restarts.map((restart, id) => ({ id, restart, alive: true }));
    for (const { id } of this.children) this.log.push(`+${id}`);
  }

  crash(id: number, reason: string, nowMs: number): void {
    const child = this.children.find((other) => other.id === id);
    if (!this.alive || child?.alive !== true) return;
    child.alive = false;
    this.log.push(`-${id}`);
    if (child.restart === 'temporary') this.remove([child]);
    else if (child.restart === 'permanent' || !isOrderly(reason))
      this.bringBack(child, Math.floor(nowMs / 1_000));
  }

  private bringBack(child: ModelChild, second: number): void {
    this.restarts = [...this.restarts, second].filter((then) => second - then <= 5);
    if (this.restarts.length > 3) {
      this.stop(this.children);
      this.alive = false;
      return;
    }
    const from = this.children.indexOf(child);
    const affected = {
      one_for_one: [child],
      rest_for_one: this.children.slice(from),
      one_for_all: this.children,
    }[this.strategy];
    this.stop(affected);
    this.remove(affected.filter(({ restart }) => restart === 'temporary'));
    for (const one of affected.filter(({ restart }) => restart !== 'temporary')) {
      one.alive = true;
      this.log.push(`+${one.id}`);
    }
  }

  private stop(children: readonly ModelChild[]): void {
    for (const child of children.toReversed()) {
      if (child.alive) this.log.push(`-${child.id}`);
      child.alive = false;
    }
  }

  private remove(children: readonly ModelChild[]): void {
    this.children = this.children.filter((child) => !children.includes(child));
  }
}

const strategy = fc.constantFrom<Strategy>('one_for_one', 'rest_for_one', 'one_for_all');
const restarts = fc.array(fc.constantFrom<Restart>('permanent', 'transient', 'temporary'), {
  minLength: 1,
  maxLength: 6,
});
const crashes = fc.array(
  fc.record({
    id: fc.nat(5),
    reason: fc.constantFrom('boom', 'normal', 'shutdown', 'kill'),
    afterMs: fc.integer({ min: 0, max: 3_000 }),
  }),
  { maxLength: 25 },
);

class Logged extends ScriptedProcess {
  private readonly log: string[];
  private readonly label: number;

  constructor(runtime: Runtime, id: number, log: string[]) {
    super(runtime);
    this.label = id;
    this.log = log;
    log.push(`+${id}`);
  }

  protected override ended(): void {
    this.log.push(`-${this.label}`);
  }
}

function start(options: { readonly strategy: Strategy; readonly restarts: readonly Restart[] }): {
  clock: ManualClock;
  runtime: Runtime;
  supervisor: Supervisor;
  log: string[];
} {
  const clock = new ManualClock();
  const runtime = new Runtime(clock);
  const log: string[] = [];
  const specs = options.restarts.map((restart, id) => ({
    id: String(id),
    restart,
    start: (): Process => new Logged(runtime, id, log),
  }));
  return { clock, runtime, log, supervisor: new Supervisor(runtime, specs, { strategy: options.strategy }) };
}

function kill(supervisor: Supervisor, id: number, reason: string): void {
  const process = supervisor.children().find((entry) => entry.id === String(id))?.process;
  if (reason === 'kill') process?.signal('kill', null);
  else process?.end(reason);
}

test('any crashes start and stop exactly what the strategy says, in its order, until they are too many', async () => {
  await fc.assert(
    fc.asyncProperty(strategy, restarts, crashes, async (strategy, restarts, crashes) => {
      const { clock, runtime, supervisor, log } = start({ strategy, restarts });
      const model = new Model(strategy, restarts);
      for (const { id, reason, afterMs } of crashes) {
        await clock.advance(afterMs);
        kill(supervisor, id, reason);
        await clock.settle();
        model.crash(id, reason, clock.nowMs());
        assert.equal(supervisor.alive, model.alive);
        if (!supervisor.alive) break;
        assert.deepEqual(
          supervisor.children().map((child) => [child.id, child.restart, child.process !== null]),
          model.children.map((child) => [String(child.id), child.restart, child.alive]),
        );
        assert.equal(supervisor.count, model.children.filter(({ alive }) => alive).length);
      }
      assert.deepEqual(log, model.log);
      if (!supervisor.alive) assert.equal(runtime.processes, 0);
      assert.equal(clock.pending, 0);
    }),
    { numRuns: 150 },
  );
});

test('crashes all at once leave every permanent child alive and in order, or nothing at all', async () => {
  await fc.assert(
    fc.asyncProperty(strategy, restarts, crashes, async (strategy, restarts, crashes) => {
      const { clock, runtime, supervisor } = start({ strategy, restarts });
      for (const { id, reason } of crashes) kill(supervisor, id, reason);
      await clock.settle();
      if (!supervisor.alive) return assert.equal(runtime.processes, 0);
      const entries = supervisor.children();
      for (const { restart, process } of entries) {
        if (restart === 'permanent') assert.ok(process?.alive);
        assert.ok(restart !== 'temporary' || process !== null);
      }
      const living = [...supervisor.living()];
      const listed = entries.flatMap(({ process }) => process ?? []);
      if (strategy === 'one_for_one') assert.deepEqual(new Set(living), new Set(listed));
      else assert.deepEqual(living, listed);
      assert.equal(runtime.processes, 1 + listed.length);
    }),
    { numRuns: 150 },
  );
});
