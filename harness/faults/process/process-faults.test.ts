import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fault, type FaultPlan } from '../../scenario/api.ts';
import { planRun } from '../../scenario/plan.ts';
import { FAULTS } from '../catalogue.ts';
import type { FaultHands, ServerFault } from '../fault.ts';

const NODES_HIT = { count: 1, of: 2, what: 'nodes' } as const;

/** What the control port is asked for a fault, and the words a reader gets. */
async function asked(
  plan: FaultPlan,
): Promise<{ order: ServerFault; words: string; lifted: string[]; hits: unknown }> {
  const load = { clients: 10, ramp: 0, hold: '60s' };
  const scenario = { about: 'x', load, client: () => undefined, faults: [plan.at('1s').for('5s')] };
  const [planned] = planRun(scenario, { seed: 7 }).faults;
  assert.ok(planned);
  const orders: ServerFault[] = [];
  const lifted: string[] = [];
  const hands: FaultHands = {
    seed: 7,
    injectServer: async (order) => `f${orders.push(order)}`,
    async liftServer(id) {
      lifted.push(id);
      return NODES_HIT;
    },
    raiseServer: () => assert.fail('nothing rises'),
    strike: () => assert.fail('no links are struck'),
    raiseStrike: () => assert.fail('no links are struck'),
    liftStrike: () => assert.fail('no links are struck'),
  };
  const on = await FAULTS[planned.kind]?.inject(planned, hands);
  assert.equal(on?.handle, 'f1');
  await on?.lift();
  const [order] = orders;
  assert.ok(order);
  return { order, words: `${planned.whom}: ${planned.what}`, lifted, hits: on?.hits?.() };
}

test('each is asked of the server by its names there, with every default, and lifted by its id', async () => {
  const cases: [plan: FaultPlan, kind: string, params: object, words: string][] = [
    [fault.nodePause(), 'node_pause', { nodes: 1 }, '1 node: stopped until lifted'],
    [
      fault.nodeKill({ nodes: 2 }),
      'node_kill',
      { nodes: 2, restart_after_ms: 2_000 },
      '2 nodes: killed, started again after 2 s',
    ],
    [
      fault.nodeKill({ restartAfterMs: 0 }),
      'node_kill',
      { nodes: 1, restart_after_ms: 0 },
      '1 node: killed, started again when lifted',
    ],
    [fault.netsplit(), 'netsplit', { nodes: 1 }, '1 node: cut off from the other nodes'],
    [
      fault.deploy({ pauseMs: 500 }),
      'deploy',
      { drain_ms: 30_000, pause_ms: 500 },
      'every node in turn: drained for at most 30 s, stopped and started anew, 500 ms between two',
    ],
    [
      fault.memoryLimit({ mb: 256 }),
      'memory_limit',
      { mb: 256, restart_after_ms: 2_000 },
      'every node: killed when it holds more than 256 MiB, started again after 2 s',
    ],
  ];
  for (const [plan, kind, params, words] of cases) {
    const told = await asked(plan);
    assert.deepEqual([told.order.kind, told.order.params, told.words], [kind, params, words]);
    assert.deepEqual([told.order.share, told.order.seed, told.lifted], [1, 7, ['f1']]);
    assert.deepEqual(told.hits, NODES_HIT);
  }
});
