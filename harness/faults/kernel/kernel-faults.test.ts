import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFaults } from '../../scenario/check-faults.ts';
import type { Problem } from '../../base/errors.ts';
import { fault, type FaultPlan } from '../../scenario/api.ts';
import { FAULTS } from '../catalogue.ts';
import { atFirst } from '../../scenario/ramp.ts';
import type { Fault, Injected, Lift } from '../fault.ts';
import { localPorts } from './connection-kill.ts';
import { handsOn, PaperLab, planned } from './testing/paper-lab.ts';

function faultOf(kind: string): Fault {
  return FAULTS[kind] ?? assert.fail(`no fault ${kind}`);
}

/** Injects each in order into the same network. */
async function injectAll(lab: PaperLab, ...plans: FaultPlan[]): Promise<Lift[]> {
  const hands = handsOn(lab);
  const on = await Promise.all(planned(...plans).map((one) => faultOf(one.kind).inject(one, hands)));
  return on.map(({ lift }) => lift);
}

test('without a network every one of them is refused', async () => {
  const plans = [
    fault.packetLoss({ percent: 5 }),
    fault.partition(),
    fault.connectionKill(),
    fault.rateLimit({ kbitPerSecond: 800 }),
  ];
  for (const one of planned(...plans)) {
    assert.equal(one.side, 'kernel');
    await assert.rejects(faultOf(one.kind).inject(one, handsOn(undefined)), /no network of its own/);
  }
});

test('two packet losses are two tables, and each lift removes its own', async () => {
  const lab = new PaperLab();
  const [first, second] = await injectAll(
    lab,
    fault.packetLoss({ percent: 5 }),
    fault.packetLoss({ percent: 10, direction: 'in' }),
  );
  assert.match(lab.inputs[0] ?? '', /add table ip packet_loss_1\n/);
  assert.match(lab.inputs[1] ?? '', /add table ip packet_loss_2\n/);
  assert.doesNotMatch(lab.inputs[1] ?? '', /to-clients/);
  await second?.();
  assert.equal(lab.did.at(-1), 'wire: nft delete table ip packet_loss_2');
  await first?.();
  assert.equal(lab.did.at(-1), 'wire: nft delete table ip packet_loss_1');
});

test('a lift that fails says what a person types instead', async () => {
  const lab = new PaperLab();
  const [lift] = await injectAll(lab, fault.packetLoss({ percent: 5 }));
  lab.refuse = 'delete';
  await assert.rejects(lift?.() ?? Promise.resolve(), {
    message: 'no delete; by hand: sudo in wire nft delete table ip packet_loss_1',
  });
  const tables = new PaperLab();
  tables.firewall = 'iptables';
  const [off] = await injectAll(tables, fault.partition());
  tables.refuse = 'iptables-restore';
  await assert.rejects(
    off?.() ?? Promise.resolve(),
    /by hand: sudo in wire iptables -D FORWARD -j partition_1$/,
  );
});

test('nothing drops packets where neither program is', async () => {
  const lab = new PaperLab();
  lab.firewall = null;
  await assert.rejects(injectAll(lab, fault.partition()), /neither nft nor iptables/);
});

test('a partition takes everybody, or as many of the addresses as it is told', async () => {
  const lab = new PaperLab();
  await injectAll(lab, fault.partition(), fault.partition({ addresses: 0.3, direction: 'out' }));
  assert.doesNotMatch(lab.inputs[0] ?? '', /addr/);
  const ranges = [
    ...(lab.inputs[1] ?? '').matchAll(/ip saddr 198\.18\.8\.(\d+)-198\.18\.8\.(\d+) counter drop/g),
  ];
  const hit = ranges.reduce((sum, [, first, last]) => sum + Number(last) - Number(first) + 1, 0);
  assert.equal(hit, 30);
});

/** One that rises, in its first step. */
async function rising(lab: PaperLab, plan: FaultPlan): Promise<Injected> {
  const [one] = planned(plan);
  assert.ok(one);
  return faultOf(one.kind).inject(atFirst(one), handsOn(lab));
}

test('a partition that rises parts more of the same stretch, in one transaction, and counts its addresses', async () => {
  const lab = new PaperLab();
  const on = await rising(lab, fault.partition({ addresses: 1, direction: 'out' }).ramp('5s', 4));
  assert.deepEqual(on.hits?.(), { count: 25, of: 100, what: 'addresses' });
  await on.raise?.(0.5);
  assert.deepEqual(on.hits?.(), { count: 50, of: 100, what: 'addresses' });
  const parted = lab.inputs.map((input) => addressesIn(input));
  assert.deepEqual([parted[0]?.size, parted[1]?.size], [25, 50]);
  assert.ok([...(parted[0] ?? [])].every((address) => parted[1]?.has(address)));
  await on.raise?.(1);
  assert.deepEqual(lab.inputs[2]?.split('\n'), [
    'flush table ip partition_1',
    'add rule ip partition_1 forward iifname "to-clients" counter drop',
    '',
  ]);
  lab.refuse = 'nft';
  await assert.rejects(on.raise?.(1) ?? Promise.resolve(), /no nft/);
});

function addressesIn(input: string): Set<number> {
  const ranges = [...input.matchAll(/198\.18\.8\.(\d+)-198\.18\.8\.(\d+)/g)];
  return new Set(
    ranges.flatMap(([, first, last]) =>
      Array.from({ length: Number(last) - Number(first) + 1 }, (_, nth) => Number(first) + nth),
    ),
  );
}

test('packet losses rise by their chance', async () => {
  const lab = new PaperLab();
  lab.firewall = 'iptables';
  const on = await rising(lab, fault.packetLoss({ percent: 10, direction: 'in' }).ramp('5s', 5));
  assert.match(lab.inputs[0] ?? '', /--probability 0\.02000 /);
  await on.raise?.(4);
  assert.deepEqual(lab.inputs[1]?.split('\n'), [
    '*filter',
    ':packet_loss_1 - [0:0]',
    '-A packet_loss_1 -i to-target -m statistic --mode random --probability 0.04000 -j DROP',
    'COMMIT',
    '',
  ]);
});

const CONNECTIONS = [41, 13, 77, 29].map(
  (port) => `0      0      198.18.8.1:330${port}   198.18.0.1:4000   `,
);

test('reads the local ports of connections, in order', () => {
  assert.deepEqual(localPorts(CONNECTIONS.join('\n')), [33_013, 33_029, 33_041, 33_077]);
  assert.deepEqual(localPorts(''), []);
});

test('kills the share of the connections that is asked for, by stretches of their ports', async () => {
  const lab = new PaperLab();
  lab.answers = [CONNECTIONS.join('\n'), CONNECTIONS.slice(0, 2).join('\n')];
  const [lift] = await injectAll(lab, fault.connectionKill({ share: 1 }));
  assert.deepEqual(lab.did, [
    'clients: ss -H -t -n state established',
    'clients: ss -K -H -t -n state established ( sport >= :33013 and sport <= :33077 )',
  ]);
  await lift?.();
  assert.equal(lab.did.length, 2);
});

test('a kernel that ends no connection is told of, and no connection is no fault of its', async () => {
  const deaf = new PaperLab();
  deaf.answers = [CONNECTIONS.join('\n'), ''];
  await assert.rejects(injectAll(deaf, fault.connectionKill()), /ended none of 4 connections/);
  const empty = new PaperLab();
  await injectAll(empty, fault.connectionKill());
  assert.equal(empty.did.length, 1);
});

const tbf = (device: string, rate: string): string =>
  `wire: tc qdisc replace dev ${device} root tbf rate ${rate} burst 16000b latency 400ms`;
const free = (device: string): string => `wire: tc qdisc replace dev ${device} root noqueue`;

test('of two rate limits the tightest counts, until it is lifted', async () => {
  const lab = new PaperLab();
  const [wide] = await injectAll(lab, fault.rateLimit({ kbitPerSecond: 8_000 }));
  assert.deepEqual(lab.did.splice(0), [tbf('to-clients', '8000kbit'), tbf('to-target', '8000kbit')]);
  const hands = handsOn(lab);
  const [, narrowPlan] = planned(
    fault.rateLimit({ kbitPerSecond: 8_000 }),
    fault.rateLimit({ kbitPerSecond: 500, direction: 'in' }),
  );
  const narrow = (await faultOf('rate_limit').inject(narrowPlan ?? assert.fail(), hands)).lift;
  assert.deepEqual(lab.did.splice(0), [tbf('to-clients', '500kbit')]);
  await wide?.();
  assert.deepEqual(lab.did.splice(0), [tbf('to-clients', '500kbit'), free('to-target')]);
  await narrow();
  assert.deepEqual(lab.did.splice(0), [free('to-clients')]);
});

test('a rate limit that fails half-way leaves no half', async () => {
  const lab = new PaperLab();
  lab.refuse = 'to-target root tbf';
  await assert.rejects(injectAll(lab, fault.rateLimit({ kbitPerSecond: 800 })), {
    message: 'no to-target root tbf',
  });
  assert.deepEqual(lab.did, [tbf('to-clients', '800kbit'), free('to-clients'), free('to-target')]);
});

test('what hits nobody is refused, and what is out of range', () => {
  const problemsOf = (...plans: FaultPlan[]): string[] => {
    const problems: Problem[] = [];
    checkFaults(
      plans.map((one) => one.at('1s').for('1s')),
      60_000,
      problems,
    );
    return problems.map(({ code, path }) => `${code} ${path}`);
  };
  assert.deepEqual(
    problemsOf(
      fault.partition({ addresses: 0 }),
      fault.connectionKill({ share: 0 }),
      fault.packetLoss({ percent: 0.05 }),
      fault.rateLimit({ kbitPerSecond: 1 }),
      fault.packetLoss({ percent: 1, direction: 'sideways' as 'in' }),
    ),
    [
      'out-of-range faults[0].params.addresses',
      'out-of-range faults[1].params.share',
      'out-of-range faults[2].params.percent',
      'out-of-range faults[3].params.kbitPerSecond',
      'unknown-choice faults[4].params.direction',
    ],
  );
  assert.deepEqual(problemsOf(fault.partition(), fault.connectionKill({ share: 0.5 })), []);
});

test('says whom each hits and what it does to them', () => {
  const words = planned(
    fault.packetLoss({ percent: 2.5, direction: 'out' }),
    fault.partition({ addresses: 0.3 }),
    fault.connectionKill({ share: 0.1 }),
    fault.rateLimit({ kbitPerSecond: 1_000, direction: 'in' }),
  ).map(({ whom, what, share }) => `${share} ${whom}: ${what}`);
  assert.deepEqual(words, [
    '1 all connections: 2.5 % of the packets are lost on the way to the server',
    '0.3 30 % of connections: no packet arrives, and nobody is told',
    '0.1 10 % of connections: aborted by the kernel, once',
    '1 all connections: 1,000 kbit/s for all together on the way to the clients',
  ]);
});
