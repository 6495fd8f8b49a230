import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { ClusterPair } from '../testing/cluster-pair.ts';
import { answered, OfficialClient } from '../testing/official-client.ts';
import { PresenceWatcher } from '../testing/presence-watcher.ts';
import type { Probe } from '../testing/probe.ts';

const USERS = ['ann', 'bob', '__proto__'];
const TABS = 4;

/** One tab comes, goes in one of two ways, or changes what it says of itself; or the nodes lose sight of each other. */
interface Step {
  readonly do: 'enter' | 'leave' | 'drop' | 'update' | 'split' | 'heal';
  readonly tab: number;
  readonly node: 0 | 1;
  readonly user: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('enter', 'enter', 'enter', 'leave', 'drop', 'update', 'update', 'split', 'heal'),
  tab: fc.nat({ max: TABS - 1 }),
  node: fc.constantFrom(0, 1),
  user: fc.nat({ max: USERS.length - 1 }),
});

interface Present {
  readonly probe: Probe;
  readonly user: string;
  tab: number;
}

let pair: ClusterPair;
const watchers: OfficialClient[] = [];
let runs = 0;
before(async () => {
  pair = await ClusterPair.start({ presenceBroadcastPeriodMs: 15, presenceDownMs: 400 });
});
after(async () => {
  for (const watcher of watchers) watcher.close();
  await pair.stop();
});

async function watch(node: 0 | 1, topic: string): Promise<PresenceWatcher> {
  const client = new OfficialClient('1.8.16', pair.nodes[node].url, {
    params: { user_id: `watcher${node}` },
  });
  watchers.push(client);
  await client.connected();
  const watcher = new PresenceWatcher(client, topic, { meta: { tab: 'watcher' } });
  assert.deepEqual(await answered(watcher.channel.join()), ['ok', {}]);
  return watcher;
}

async function act(step: Step, topic: string, present: Map<number, Present>, change: number): Promise<void> {
  const known = present.get(step.tab);
  const { mesh } = pair.nodes[0].app;
  if (step.do === 'split') mesh.cut(1);
  else if (step.do === 'heal') mesh.heal(1);
  else if (step.do === 'enter') {
    if (known !== undefined) return;
    const user = USERS[step.user] ?? 'nobody';
    const probe = await pair.nodes[step.node].joined(topic, { user_id: user, meta: { tab: step.tab } });
    present.set(step.tab, { probe, user, tab: step.tab });
  } else if (known !== undefined && step.do === 'update') {
    known.tab = change;
    known.probe.send(['1', `u${change}`, topic, 'update_presence', { meta: { tab: change } }]);
  } else if (known !== undefined) {
    if (step.do === 'leave') known.probe.send(['1', 'l', topic, 'phx_leave', {}]);
    else known.probe.drop();
    present.delete(step.tab);
  }
}

/** The tabs of every user, as a list of presences must show them. */
function expected(present: ReadonlyMap<number, Present>): Record<string, unknown[]> {
  const tabs = new Map<string, unknown[]>([
    ['watcher0', ['watcher']],
    ['watcher1', ['watcher']],
  ]);
  for (const { user, tab } of present.values()) tabs.set(user, [...(tabs.get(user) ?? []), tab]);
  return Object.fromEntries(tabs);
}

test('both nodes come to list the same presences, those of the clients that are there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      runs += 1;
      const topic = `presence:run${runs}`;
      const [here, there] = [await watch(0, topic), await watch(1, topic)];
      const present = new Map<number, Present>();
      for (const [index, one] of steps.entries()) await act(one, topic, present, 100 + index);
      pair.nodes[0].app.mesh.heal(1);
      const tabs = expected(present);
      await Promise.all([here.sees(tabs), there.sees(tabs)]);
      for (const { probe } of present.values()) probe.drop();
      const alone = { watcher0: ['watcher'], watcher1: ['watcher'] };
      await Promise.all([here.sees(alone), there.sees(alone)]);
      here.channel.leave();
      there.channel.leave();
    }),
    {
      numRuns: Number(process.env['FIREDRILL_PROPERTY_RUNS'] ?? 20),
      timeout: 20_000,
      interruptAfterTimeLimit: 60_000,
    },
  );
});
