import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NodeDown, RemoteDown, RemoteMessage, RemoteMonitor } from '../otp/distribution.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import { Runtime } from '../otp/runtime.ts';
import type { Control } from './mesh-frame.ts';
import { RemoteMonitors } from './remote-monitors.ts';
import { Mailbag } from './testing/mailbag.ts';
import { MeshNodes } from './testing/mesh-nodes.ts';

test('a monitor across nodes tells of the end, behind what the process had sent', async (t) => {
  const nodes = new MeshNodes();
  t.after(() => nodes.stop());
  const [first, second] = await nodes.pair();
  const [watcher, target] = [first.mailbag(), second.mailbag()];
  first.mesh.monitorRemote(watcher, 1, target.id, 'mine');
  // The answer to this comes behind the monitor on the same line.
  first.mesh.sendToPid(1, target.id, 'monitored?');
  await target.first(1);
  second.mesh.sendToPid(0, watcher.id, 'last words');
  target.end({ shutdown: 'left' });
  first.mesh.monitorRemote(watcher, 1, target.id);
  assert.deepEqual(await watcher.first(3), [
    new RemoteMessage(1, 'last words'),
    new RemoteDown(1, target.id, '{:shutdown, :left}', 'mine'),
    new RemoteDown(1, target.id, 'noproc', null),
  ]);
});

test('a node out of reach is noconnection at once, a lost one when it is lost, before its nodedown', async (t) => {
  const nodes = new MeshNodes();
  t.after(() => nodes.stop());
  const [first, second] = await nodes.pair();
  const [watcher, target] = [first.mailbag(), second.mailbag()];
  first.mesh.watchNodes(watcher);
  first.mesh.monitorRemote(watcher, 5, 1);
  first.mesh.monitorRemote(watcher, 1, target.id, 1);
  first.mesh.monitorRemote(watcher, 1, target.id, 2);
  second.mesh.close();
  assert.deepEqual(await watcher.first(4), [
    new RemoteDown(5, 1, 'noconnection', null),
    new RemoteDown(1, target.id, 'noconnection', 1),
    new RemoteDown(1, target.id, 'noconnection', 2),
    new NodeDown(1),
  ]);
});

/** Two nodes in one, joined by calls. */
function joined(): { clock: ManualClock; runtimes: Runtime[]; ends: RemoteMonitors[]; said: Control[] } {
  const clock = new ManualClock();
  const runtimes = [new Runtime(clock, 0), new Runtime(clock, 1)];
  const said: Control[] = [];
  const ends: RemoteMonitors[] = runtimes.map(
    ({ node: from }, index) =>
      new RemoteMonitors(runtimes[index] ?? assert.fail(), (node, control) => {
        const other = ends[node];
        if (other === undefined || node === from) return false;
        said.push(control);
        if (control.op === 'monitor') other.monitorHere(from, control.ref, control.id);
        if (control.op === 'demonitor') other.demonitorHere(from, control.ref);
        if (control.op === 'down') other.down(from, control.ref, control.reason);
        return true;
      }),
  );
  return { clock, runtimes, ends, said };
}

test('a monitor taken back and one of a dead watcher are forgotten at both ends', async () => {
  const { clock, runtimes, ends, said } = joined();
  const [here, there] = runtimes as [Runtime, Runtime];
  const [watcher, other, target] = [new Mailbag(here), new Mailbag(here), new Mailbag(there)];
  const monitor = ends[0]?.monitor(watcher, 1, target.id, null) ?? assert.fail();
  ends[0]?.monitor(other, 1, target.id, null);
  ends[0]?.demonitor(monitor);
  ends[0]?.demonitor(monitor);
  other.end('normal');
  await clock.settle();
  target.end('normal');
  await clock.settle();
  assert.deepEqual(
    said.map(({ op }) => op),
    ['monitor', 'monitor', 'demonitor', 'demonitor'],
  );
  assert.deepEqual(watcher.seen, []);
});

test('whatever is monitored and ends, every monitor that stands is told once and nothing stays behind', async () => {
  const step = fc.oneof(
    fc.record({ op: fc.constant('monitor' as const), from: fc.nat(5), to: fc.nat(5) }),
    fc.record({ op: fc.constant('demonitor' as const), which: fc.nat(30) }),
    fc.record({ op: fc.constant('end' as const), who: fc.nat(5) }),
    fc.record({ op: fc.constant('settle' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { clock, runtimes, ends } = joined();
      const processes = Array.from({ length: 6 }, (_, n) => new Mailbag(runtimes[n % 2] ?? assert.fail()));
      const made: RemoteMonitor[] = [];
      const undone = new Set<RemoteMonitor>();
      for (const one of steps) {
        if (one.op === 'monitor') {
          const [watcher, target] = [
            processes[one.from] ?? assert.fail(),
            processes[one.to] ?? assert.fail(),
          ];
          const end = ends[watcher.runtime.node] ?? assert.fail();
          if (watcher.alive) made.push(end.monitor(watcher, target.runtime.node, target.id, made.length));
        } else if (one.op === 'demonitor') {
          const monitor = made[one.which];
          if (monitor === undefined) continue;
          ends[monitor.watcher.runtime.node]?.demonitor(monitor);
          undone.add(monitor);
        } else if (one.op === 'end') processes[one.who]?.end('boom');
        else await clock.settle();
      }
      await clock.settle();
      for (const monitor of made) {
        const target = processes.find(
          ({ id, runtime }) => id === monitor.id && runtime.node === monitor.node,
        );
        const watcher = monitor.watcher as Mailbag;
        const told = watcher.seen.filter((seen) => (seen as RemoteDown).token === monitor.token).length;
        // One taken back may have been told before.
        if (undone.has(monitor)) assert.ok(told <= 1);
        else if (watcher.alive) assert.equal(told, target?.alive === true ? 0 : 1);
      }
      for (const process of processes) process.end('normal');
      await clock.settle();
      for (const end of ends) assert.deepEqual(end.sizes(), { watching: 0, watched: 0 });
    }),
    { numRuns: 150 },
  );
});
