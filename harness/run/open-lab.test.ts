import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { FiredrillError } from '../base/errors.ts';
import { fault, type FaultPlan } from '../scenario/api.ts';
import { planRun, type PlannedFault } from '../scenario/plan.ts';
import type { LabOptions, OpenNetwork } from '../target/net-lab.ts';
import type { LabFacts } from '../target/net-lab-needs.ts';
import { keepIfReached, leaveGround, openLab, reachableOf, type Ground, type LabWish } from './open-lab.ts';

const facts: LabFacts = { platform: 'linux', user: 0, capabilities: null, has: () => true };
const without = (...programs: string[]): LabFacts => ({ ...facts, has: (name) => !programs.includes(name) });

function planned(...faults: FaultPlan[]): PlannedFault[] {
  const placed = faults.map((one) => one.at('1s').for('5s'));
  const load = { clients: 10, ramp: 0, hold: '60s' } as const;
  return planRun({ about: 'x', load, client: () => undefined, faults: placed }, { seed: 7 }).faults;
}

const LOSS = fault.packetLoss({ percent: 5 });
const KILL = fault.connectionKill();
const SLOW = fault.slowJoin({ delayMs: 5 });
const ALONE =
  'a target that has IPv6 addresses alone (chat.example, fd00::1, fd00::2, fd00::3), and a network of our own that has IPv4 alone';

type Scene = { notes: string[]; opened: LabOptions[]; closed: number; lab: OpenNetwork };

function scene(obstacles: Record<string, string> = {}): Scene {
  const found: Scene = { notes: [], opened: [], closed: 0, lab: network() };
  function network(): OpenNetwork {
    return {
      firewall: 'nft',
      sources: [],
      host: '198.18.0.1',
      prefix: ['ip'],
      takeSources: () => [],
      findObstacle: async (address) => obstacles[address] ?? null,
      run: async () => '',
      byHand: () => '',
      close: async () => {
        found.closed += 1;
      },
    };
  }
  return found;
}

function open(
  { notes, opened, lab }: Scene,
  faults: readonly PlannedFault[],
  rest: Partial<LabWish> = {},
): Promise<Ground> {
  return openLab({
    faults,
    target: null,
    clock: new ManualClock(),
    onNote: (note) => notes.push(note),
    facts,
    open: async (options) => {
      opened.push(options);
      return lab;
    },
    ...rest,
  });
}

async function problemsOf(running: Promise<unknown>): Promise<string[]> {
  const error = await running.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FiredrillError);
  assert.equal(error.exitCode, 114);
  return error.problems.map(({ code, path, got }) => `${code} ${path}: ${got}`);
}

test('a run without faults of the kernel has no network, whatever the machine is', async () => {
  const here = scene();
  const ground = await open(here, planned(SLOW), { facts: { ...facts, platform: 'darwin' } });
  assert.deepEqual([ground.lab, ground.leftOut.size, here.opened.length], [null, 0, 0]);
});

test('opens one with what the faults need', async () => {
  const here = scene();
  assert.equal((await open(here, planned(SLOW, LOSS))).lab, here.lab);
  assert.equal((await open(here, planned(KILL), { facts: without('nft', 'iptables') })).lab, here.lab);
  assert.deepEqual(
    here.opened.map(({ firewall, kills }) => [firewall, kills]),
    [
      ['nft', false],
      [null, true],
    ],
  );
});

test('one that is refused could be optional, and is told so', async () => {
  const refusing = open(scene(), planned(LOSS), { facts: without('nft', 'iptables') });
  const error: unknown = await refusing.catch((thrown: unknown) => thrown);
  assert.ok(error instanceof FiredrillError);
  assert.equal(error.problems[0]?.wanted, 'nft installed; or .optional() behind the fault');
});

test('names every fault that cannot be, and why', async () => {
  const refused = await problemsOf(
    open(scene(), planned(LOSS, SLOW, KILL, LOSS), { facts: without('nft', 'iptables') }),
  );
  assert.deepEqual(refused, [
    'kernel-fault-impossible faults packet-loss-1: no nft',
    'kernel-fault-impossible faults packet-loss-2: no nft',
  ]);
  assert.equal(
    (await problemsOf(open(scene(), planned(LOSS, KILL), { facts: { ...facts, user: 1_000 } }))).length,
    2,
  );
});

test('an optional one is left out with a note, and the others stay', async () => {
  const here = scene();
  const ground = await open(here, planned(LOSS.optional(), KILL), { facts: without('nft', 'iptables') });
  assert.equal(ground.lab, here.lab);
  assert.deepEqual([...ground.leftOut.keys()], ['packet-loss-1']);
  assert.deepEqual(here.notes, ['packet losses left out (faults packet-loss-1): no nft']);
  const lack = ground.leftOut.get('packet-loss-1');
  assert.deepEqual([lack?.wanted, lack?.hint], ['nft installed', 'sudo apt-get install nftables']);
  assert.equal(here.opened[0]?.firewall, null);
});

test('a machine that does not let it be refuses all of them with its words', async () => {
  const failing = { open: () => Promise.reject(new Error('ip netns add: Operation not permitted')) };
  assert.deepEqual(await problemsOf(open(scene(), planned(LOSS), failing)), [
    'kernel-fault-impossible faults packet-loss-1: ip netns add: Operation not permitted',
  ]);
  const ground = await open(scene(), planned(LOSS.optional()), failing);
  assert.deepEqual([ground.lab, [...ground.leftOut.keys()]], [null, ['packet-loss-1']]);
});

test('a target on loopback is out of reach, which is said before anything is opened', async () => {
  const here = scene();
  for (const [host, ...addresses] of [
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', '127.0.0.1', '::1'],
    ['::1', '::1'],
    // What Debian's hosts file says of a machine's own name.
    ['machine', '127.0.1.1'],
  ] as const) {
    const [problem] = await problemsOf(open(here, planned(LOSS), { target: { host, addresses } }));
    assert.match(problem ?? '', new RegExp(`packet-loss-1: a target on loopback \\(${host}\\)`));
  }
  assert.equal(here.opened.length, 0);
});

test('a target without an IPv4 address is out of reach as well, and said to be by name', async () => {
  const here = scene();
  const target = { host: 'chat.example', addresses: ['fd00::1', 'fd00::2', 'fd00::3', 'fd00::4'] };
  assert.deepEqual(await problemsOf(open(here, planned(LOSS, KILL), { target })), [
    `kernel-fault-impossible faults packet-loss-1: ${ALONE}`,
    `kernel-fault-impossible faults connection-kill-1: ${ALONE}`,
  ]);
  const [literal] = await problemsOf(
    open(here, planned(LOSS), { target: { host: 'fd00::1', addresses: ['fd00::1'] } }),
  );
  assert.match(literal ?? '', /IPv6 addresses alone \(fd00::1\)/);
  const ground = await open(here, planned(LOSS.optional(), SLOW), { target });
  assert.deepEqual([ground.lab, [...ground.leftOut.keys()]], [null, ['packet-loss-1']]);
  assert.equal(here.opened.length, 0);
});

test('of a target with addresses of both kinds those of IPv4 are loaded', async () => {
  const here = scene();
  const target = { host: 'chat.example', addresses: ['fd00::1', '10.1.2.3', '127.0.1.1', '10.1.2.4'] };
  assert.equal((await open(here, planned(LOSS), { target })).lab, here.lab);
  assert.deepEqual(reachableOf(target), ['10.1.2.3', '10.1.2.4']);
});

test('a target that is not reached from the namespace is refused, or its faults are left out', async () => {
  const target = { addresses: ['10.1.2.3'], port: 4_000 };
  const here = scene({ '10.1.2.3': 'ETIMEDOUT' });
  const wish = (faults: readonly PlannedFault[]): Pick<LabWish, 'faults' | 'onNote'> => ({
    faults,
    onNote: (note) => here.notes.push(note),
  });
  const ground = await open(here, planned(LOSS), { target: { host: '10.1.2.3', addresses: ['10.1.2.3'] } });
  assert.deepEqual(await problemsOf(keepIfReached(ground, wish(planned(LOSS)), target)), [
    'kernel-fault-impossible faults packet-loss-1: 10.1.2.3 is not reached from the namespace: ETIMEDOUT',
  ]);
  const optional = planned(LOSS.optional(), SLOW);
  const kept = await keepIfReached(ground, wish(optional), target);
  assert.deepEqual([kept.lab, [...kept.leftOut.keys()], here.closed], [null, ['packet-loss-1'], 1]);
  assert.equal(here.notes.length, 1);
  const reached = await keepIfReached(ground, wish(optional), { ...target, addresses: ['10.1.2.4'] });
  assert.equal(reached, ground);
});

test('what stays of a network is said at the end of the run, not thrown into it', async () => {
  const here = scene();
  const lab = { ...here.lab, close: () => Promise.reject(new Error('by hand: sudo ip netns del x')) };
  await leaveGround({ lab, leftOut: new Map() }, (note) => here.notes.push(note));
  assert.deepEqual(here.notes, ['by hand: sudo ip netns del x']);
});
