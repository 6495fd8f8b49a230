// Faults of the kernel for real: packets are lost and connections die in a network of the run's own,
// and nothing of it is left, however the run ends.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { realClock } from '../../harness/base/clock.ts';
import { FAULTS } from '../../harness/faults/catalogue.ts';
import type { Injected, Lift } from '../../harness/faults/fault.ts';
import { ringShare } from '../../harness/faults/kernel/ring-share.ts';
import type { Firewall } from '../../harness/faults/kernel/lab.ts';
import { handsOn, planned } from '../../harness/faults/kernel/testing/paper-lab.ts';
import { KernelWatch } from '../../harness/run/kernel-watch.ts';
import { fault, type FaultPlan } from '../../harness/scenario/api.ts';
import { atFirst } from '../../harness/scenario/ramp.ts';
import { readKernelCountersOf } from '../../harness/target/kernel-counters.ts';
import { findProgram, runCommand } from '../../harness/target/net-lab-command.ts';
import { ALL_TOOLS, firewallOf, lacksOf, readLabFacts } from '../../harness/target/net-lab-needs.ts';
import { ownerOf } from '../../harness/target/net-lab-plan.ts';
import { NetLab } from '../../harness/target/net-lab.ts';
import { HostServer, InsideClient } from './in-namespace.ts';
import {
  becomesTrue,
  cleanUp,
  descendantsOf,
  firedrill,
  GUARD,
  isRunning,
  newFolder,
  readSummary,
  readTimeline,
  run,
  scenarioFile,
  type Program,
} from './program.ts';

const lacks = lacksOf(readLabFacts(), ALL_TOOLS).map(
  ({ got, lift }) => `${got} (${lift ?? 'nothing helps'})`,
);
const reason = `no faults of the kernel here: ${lacks.join('; ')}`;
if (lacks.length > 0 && (process.env['FIREDRILL_REQUIRE_ALL'] ?? '') !== '') throw new Error(reason);
const skip = lacks.length > 0 && reason;

const SEED = 7;
/** More than a bucket of 16,000 bytes holds. */
const POURED = 60_000;

const firewalls = (['nft', 'iptables'] as const).filter(
  (name) => firewallOf((program) => program.startsWith(name) && findProgram(program) !== null) === name,
);

function namespacesOf(owners: readonly number[]): string[] {
  const names = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  return names.filter((name) => owners.includes(ownerOf(name) ?? 0));
}

function linksOf(owners: readonly number[]): string[] {
  return readdirSync('/sys/class/net').filter((name) =>
    owners.includes(Number(/^fdr(\d+)(?:-\d+)?$/.exec(name)?.[1])),
  );
}

/** True once a process is in another network than ours. */
function isInside(pid: number): boolean {
  return readlinkSync(`/proc/${pid}/ns/net`) !== readlinkSync('/proc/self/ns/net');
}

/** Puts one fault on; `nth` of its kind within a run gives it its name. */
async function inject(lab: NetLab, plan: FaultPlan): Promise<Lift> {
  return (await begin(lab, plan)).lift;
}

/** The same of one that may rise: it is in its first step. */
function begin(lab: NetLab, plan: FaultPlan): Promise<Injected> {
  const [one] = planned(plan);
  const kind = one && FAULTS[one.kind];
  if (!one || !kind) throw new Error('no such fault');
  return kind.inject(atFirst(one), handsOn(lab, SEED));
}

/** How many rules of a fault drop packets now. */
async function rulesOf(lab: NetLab, firewall: Firewall, name: string): Promise<number> {
  const [command, args, pattern] =
    firewall === 'nft'
      ? (['nft', ['list', 'table', 'ip', name], /counter packets/g] as const)
      : (['iptables', ['-S', name], /-j DROP/g] as const);
  return [...(await lab.run('wire', { command, args })).matchAll(pattern)].length;
}

/** Packets that the rules of a fault have dropped so far; null when it has no rules. */
async function dropped(lab: NetLab, firewall: Firewall, name: string): Promise<number | null> {
  const [command, args, pattern] =
    firewall === 'nft'
      ? (['nft', ['list', 'table', 'ip', name], /counter packets (\d+)/g] as const)
      : (['iptables', ['-vnxL', name], /^\s*(\d+)\s+\d+\s+DROP/gm] as const);
  const text = await lab.run('wire', { command, args }).catch(() => null);
  if (text === null) return null;
  return [...text.matchAll(pattern)].reduce((sum, [, packets]) => sum + Number(packets), 0);
}

for (const firewall of skip === false ? firewalls : (['nft'] as const)) {
  suite(`in a network of its own, with ${firewall}`, { ...GUARD, skip }, () => {
    let lab: NetLab;
    let server: HostServer;
    let sources: string[] = [];
    const inside: InsideClient[] = [];
    const enter = (...from: string[]): InsideClient => {
      const client = new InsideClient(lab.prefix, server, lab.host, from);
      inside.push(client);
      return client;
    };
    before(async () => {
      lab = await NetLab.open({ clock: realClock, firewall, kills: true });
      server = await HostServer.listen(lab.host, POURED);
      sources = lab.takeSources(100);
    });
    after(async () => {
      for (const client of inside) client.end();
      server.close();
      await lab.close();
      assert.deepEqual([...namespacesOf([process.pid]), ...linksOf([process.pid])], []);
    });
    const source = (nth: number): string => sources[nth] ?? assert.fail(`no source ${nth}`);

    test('half of the packets are lost, and after the lift none', async () => {
      const client = enter(source(0));
      await client.told(/^open/, 1);
      const lift = await inject(lab, fault.packetLoss({ percent: 50, direction: 'out' }));
      const lost = async (): Promise<number> => (await dropped(lab, firewall, 'packet_loss_1')) ?? -1e9;
      // So few at a time that no buffer loses any beside. What TCP says again of connections before is lost among them.
      for (let sent = 100; sent <= 1_000; sent += 100) {
        client.tell('datagrams 100');
        const arrived = async (): Promise<boolean> => (await lost()) + server.datagrams >= sent;
        assert.ok(
          await becomesTrue(arrived, 5_000),
          `${server.datagrams} of ${sent} came, ${await lost()} lost`,
        );
      }
      // Ten standard deviations of a fair coin.
      assert.ok(server.datagrams > 340 && server.datagrams < 660, String(server.datagrams));
      await lift();
      assert.equal(await dropped(lab, firewall, 'packet_loss_1'), null);
      const before = server.datagrams;
      client.tell('datagrams 100');
      assert.ok(
        await becomesTrue(() => server.datagrams >= before + 100, 5_000),
        String(server.datagrams - before),
      );
    });

    test('a partition parts the share of the addresses, and they come back by themselves', async () => {
      const [stretch] = ringShare(100, 0.5, SEED, 'partition-1');
      const hit = stretch?.[0] ?? assert.fail('nobody is hit');
      const client = enter(
        source(hit),
        source((hit + 1) % 100),
        source((hit + 50) % 100),
        source((hit + 99) % 100),
      );
      await client.told(/^open/, 4);
      const lift = await inject(lab, fault.partition({ addresses: 0.5 }));
      client.tell('say one');
      const spared = await client.told(/^heard \d one/, 2);
      assert.deepEqual(new Set(spared.map((line) => line.split(' ')[1])), new Set(['2', '3']));
      const lost = async (): Promise<boolean> => ((await dropped(lab, firewall, 'partition_1')) ?? 0) >= 2;
      assert.ok(await becomesTrue(lost, 5_000), 'no packet was dropped');
      assert.equal(client.lines.filter((line) => line.startsWith('heard')).length, 2);
      await lift();
      await client.told(/^heard \d one/, 4);
    });

    test('a partition that rises keeps whom it has parted, and parts more, with rules that take the place of those before', async () => {
      const [stretch] = ringShare(100, 0.2, SEED, 'partition-1');
      const hit = stretch?.[0] ?? assert.fail('nobody is hit');
      // Of the first step, of the second, of the third, and of none before all.
      const client = enter(...[5, 35, 55, 95].map((nth) => source((hit + nth) % 100)));
      await client.told(/^open/, 4);
      const on = await begin(lab, fault.partition({ addresses: 0.6, direction: 'out' }).ramp('3s', 3));
      const heardBy = async (word: string, many: number): Promise<string> => {
        client.tell(`say ${word}`);
        const heard = await client.told(new RegExp(`^heard \\d ${word}`), many);
        return heard
          .map((line) => line.split(' ')[1] ?? '')
          .toSorted((a, b) => Number(a) - Number(b))
          .join('');
      };
      assert.equal(await heardBy('one', 3), '123');
      await on.raise?.(0.4);
      const rules = await rulesOf(lab, firewall, 'partition_1');
      assert.ok(rules === 1 || rules === 2, `${rules} rules`);
      assert.equal(await heardBy('two', 2), '23');
      await on.raise?.(0.6);
      assert.equal(await heardBy('three', 1), '3');
      await on.lift();
      assert.equal(await dropped(lab, firewall, 'partition_1'), null);
      const heard = (): boolean => server.lines.filter((line) => line === 'three').length === 4;
      assert.ok(await becomesTrue(heard, 10_000), server.lines.join());
    });

    test('packet losses that rise are one rule at any time', async () => {
      const on = await begin(lab, fault.packetLoss({ percent: 40, direction: 'in' }).ramp('2s', 2));
      assert.equal(await rulesOf(lab, firewall, 'packet_loss_1'), 1);
      await on.raise?.(40);
      assert.equal(await rulesOf(lab, firewall, 'packet_loss_1'), 1);
      await on.lift();
      assert.equal(await dropped(lab, firewall, 'packet_loss_1'), null);
    });

    test('a partition of one way lets the other through', async () => {
      const client = enter(source(0));
      await client.told(/^open/, 1);
      const lift = await inject(lab, fault.partition({ direction: 'in' }));
      client.tell('say hello');
      assert.ok(await becomesTrue(() => server.lines.includes('hello'), 5_000), 'it did not arrive');
      const lost = async (): Promise<boolean> => ((await dropped(lab, firewall, 'partition_1')) ?? 0) >= 1;
      assert.ok(await becomesTrue(lost, 5_000), 'no answer was dropped');
      assert.deepEqual(client.lines, ['open 0']);
      await lift();
      await client.told(/^heard 0 hello/, 1);
    });

    // The rest is the same whatever drops packets.
    if (firewall !== (firewalls[0] ?? 'nft')) return;

    test('the kernel aborts half of the connections, and the server gets resets', async () => {
      const client = enter(...Array.from({ length: 10 }, () => source(1)));
      await client.told(/^open/, 10);
      const resets = server.errors.length;
      const others = inside.filter((one) => one !== client);
      for (const one of others.splice(0)) one.end();
      // Connections of those that have ended are gone when the namespace lists ten.
      const listed = async (): Promise<boolean> => {
        const text = await lab.run('clients', { command: 'ss', args: ['-Htn', 'state', 'established'] });
        return text.trim().split('\n').length === 10;
      };
      assert.ok(await becomesTrue(listed, 5_000), 'others are still there');
      const lift = await inject(lab, fault.connectionKill({ share: 0.5 }));
      await client.told(/^error \d ECONNABORTED/, 5);
      client.tell('say on');
      await client.told(/^heard \d on/, 5);
      assert.equal(client.lines.filter((line) => line.startsWith('error')).length, 5);
      const reset = (): boolean =>
        server.errors.slice(resets).filter((code) => code === 'ECONNRESET').length >= 5;
      assert.ok(await becomesTrue(reset, 5_000), server.errors.join());
      await lift();
    });

    test('a rate limit lets no more through than its bucket holds and refills', async () => {
      const client = enter(source(2));
      await client.told(/^open/, 1);
      const lift = await inject(lab, fault.rateLimit({ kbitPerSecond: 800, direction: 'in' }));
      const shaped = (): Promise<string> => lab.run('wire', { command: 'tc', args: ['qdisc', 'show'] });
      assert.match(await shaped(), /tbf .*dev to-clients .*rate 800Kbit/);
      const fromUs = realClock.nowUs();
      client.tell('say pour');
      await client.told(new RegExp(`^heard 0 .* ${POURED + 5}$`), 1);
      const leastMs = ((POURED - 16_000) * 8) / 800;
      assert.ok((realClock.nowUs() - fromUs) / 1e3 > leastMs * 0.9);
      await lift();
      assert.doesNotMatch(await shaped(), /tbf/);
      client.tell('say pour');
      await client.told(new RegExp(`^heard 0 .* ${2 * (POURED + 5)}$`), 1);
    });
  });
}

suite('a network of its own', { ...GUARD, skip }, () => {
  const options = { clock: realClock, firewall: null, kills: false } as const;

  test('has counters of its own, and a SYN that is sent again is among them', async () => {
    const lab = await NetLab.open({ ...options, firewall: firewalls[0] ?? null });
    const server = await HostServer.listen(lab.host, 1);
    const [from = ''] = lab.takeSources(1);
    const parted = await inject(lab, fault.partition());
    const client = new InsideClient(lab.prefix, server, lab.host, [from]);
    try {
      assert.ok(await becomesTrue(() => isInside(client.pid), 5_000), 'it did not get in');
      const watch = new KernelWatch({ counters: () => null, conntrack: () => null });
      watch.include(() => readKernelCountersOf([client.pid]));
      watch.begin();
      const resent = (): number => {
        watch.take();
        return watch.total()?.tcpSynRetrans ?? 0;
      };
      assert.ok(await becomesTrue(() => resent() >= 1, 10_000), 'no SYN was sent again');
      await parted();
      await client.told(/^open/, 1);
    } finally {
      client.end();
      server.close();
      await lab.close();
    }
  });

  test('is removed even if its guardian was ended', async () => {
    const lab = await NetLab.open(options);
    process.kill(lab.guardianPid, 'SIGKILL');
    await lab.close();
    assert.deepEqual([...namespacesOf([process.pid]), ...linksOf([process.pid])], []);
  });

  test('two at a time keep out of each other, and what a dead run left goes', async () => {
    const { pid } = spawnSync('true');
    await runCommand('ip', ['netns', 'add', `firedrill-${pid}-wire`]);
    const labs = await Promise.all([NetLab.open(options), NetLab.open(options)]);
    assert.deepEqual(namespacesOf([pid]), []);
    assert.notEqual(labs[0].host, labs[1].host);
    assert.equal(namespacesOf([process.pid]).length, 4);
    await Promise.all(labs.map((lab) => lab.close()));
  });
});

const scenario = (faults: string, hold: string): string => `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'faults of the kernel',
  load: { clients: 60, ramp: '500ms', hold: '${hold}' },
  async client(user) {
    const room = await user.join('room:' + (user.index % 5));
    await user.every('500ms', () => room.push('ping'));
  },
  faults: [${faults}],
});
`;
const ALL = [
  "fault.packetLoss({ percent: 10 }).at('1s').for('1s')",
  "fault.connectionKill({ share: 0.5 }).at('1500ms').for('500ms')",
  "fault.rateLimit({ kbitPerSecond: 4000 }).at('2s').for('1s')",
  "fault.partition({ addresses: 0.3 }).at('2500ms').for('1s')",
].join(',\n');
// Whoever loses its connection comes back into the partition: its SYN is sent again a second later.
const UNHEARD = [
  "fault.partition().at('1s').for('2200ms')",
  "fault.connectionKill({ share: 1 }).at('1200ms').for('500ms')",
].join(',\n');
const PARTED = "fault.partition().at('1s').for('55s')";

/** A run whose partition is on, with the pids its namespaces may be named by. */
async function runUntilParted(folder: string): Promise<{ program: Program; owners: number[] }> {
  const program = firedrill('run', scenarioFile(scenario(PARTED, '60s')), '--out', folder);
  await program.line(/^partitions on$/);
  const owners = [program.pid, ...descendantsOf(program.pid).map(({ pid }) => pid)];
  assert.equal(namespacesOf(owners).length, 2);
  assert.equal(linksOf(owners).length, 1);
  return { program, owners };
}

suite('firedrill run', { ...GUARD, skip, concurrency: 3 }, () => {
  after(cleanUp);

  test('puts all of them on and off, and half of the connections come back', async () => {
    const folder = join(newFolder(), 'run');
    const { code, stderr } = await run('run', scenarioFile(scenario(ALL, '4s')), '--out', folder);
    // A machine that is busy may say of itself that it was; nothing else is forgiven.
    assert.ok(code === 0 || code === 113, stderr);
    const summary = readSummary(folder);
    for (const { id, appliedAtMs, liftedAtMs } of summary.faults) {
      assert.ok(appliedAtMs !== null && liftedAtMs !== null, `${id}: ${stderr}`);
    }
    assert.equal(summary.faults.length, 4);
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    assert.deepEqual(summary.incidents, []);
    assert.match(summary.target, /^ws:\/\/198\.1[89]\./);
    const { drops } = Object.fromEntries(
      summary.faults
        .filter(({ kind }) => kind === 'connection_kill')
        .flatMap(({ effects }) => effects.map(({ metric, during }) => [metric, during])),
    ) as { drops?: number };
    assert.ok((drops ?? 0) >= 25, `drops ${drops}`);
  });

  test('tells of the SYNs that were sent again in there, and puts them down to its faults', async () => {
    const folder = join(newFolder(), 'run');
    const { stderr } = await run('run', scenarioFile(scenario(UNHEARD, '4s')), '--out', folder);
    const { environment, generator, verdict } = readSummary(folder);
    // Sixty clients; other programs of this machine do not come near it.
    assert.ok((environment.tcpSynRetrans ?? 0) >= 50, `${environment.tcpSynRetrans}: ${stderr}`);
    const counted = readTimeline(folder).map(
      (line) => (line.type === 'window' && line.kernel?.synRetransmits) || 0,
    );
    assert.ok(counted.reduce((sum, count) => sum + count, 0) >= 50, counted.join());
    const sign = generator.signs?.find(({ name }) => name === 'syn_retransmits');
    assert.deepEqual([sign?.isOver, sign?.decides], [false, true], verdict.reasons.join());
  });

  test('Ctrl-C lifts the partition and leaves no network', async () => {
    const folder = join(newFolder(), 'run');
    const { program, owners } = await runUntilParted(folder);
    program.child.kill('SIGINT');
    assert.equal((await program.ended).code, 105);
    const [parted] = readSummary(folder).faults;
    assert.ok(parted?.appliedAtMs != null && parted.liftedAtMs != null);
    assert.deepEqual([...namespacesOf(owners), ...linksOf(owners)], []);
    assert.ok(await becomesTrue(() => owners.every((pid) => !isRunning(pid)), 5_000), 'somebody is left');
  });

  test('SIGKILL leaves no network either', async () => {
    const { program, owners } = await runUntilParted(join(newFolder(), 'run'));
    program.child.kill('SIGKILL');
    await program.ended;
    const isGone = (): boolean => namespacesOf(owners).length + linksOf(owners).length === 0;
    assert.ok(await becomesTrue(isGone, 10_000), [...namespacesOf(owners), ...linksOf(owners)].join());
    assert.ok(await becomesTrue(() => owners.every((pid) => !isRunning(pid)), 10_000), 'somebody is left');
  });

  test('names what a target on loopback cannot have, or goes without where that is allowed', async () => {
    const server = firedrill('serve', '--port', '0', '--control-port', '0', '--nodes', '1');
    const { url } = JSON.parse(await server.line(/"ready":true/)) as { url: string };
    const target = ['--target', url, '--out', join(newFolder(), 'run')];
    const refused = await run('run', scenarioFile(scenario(ALL, '4s')), ...target);
    assert.equal(refused.code, 114, refused.stderr);
    for (const id of ['packet-loss-1', 'connection-kill-1', 'rate-limit-1', 'partition-1']) {
      assert.match(refused.stderr, new RegExp(`^kernel-fault-impossible {2}faults ${id}$`, 'm'));
    }
    assert.match(refused.stderr, /a target on loopback \(127\.0\.0\.1\)/);
    const optional = "fault.partition().at('500ms').for('500ms').optional()";
    const gone = await run('run', scenarioFile(scenario(optional, '1s')), ...target);
    assert.ok(gone.code === 0 || gone.code === 113, gone.stderr);
    assert.match(gone.stderr, /partitions left out \(faults partition-1\)/);
    server.child.kill('SIGTERM');
    await server.ended;
  });

  test('a target that has IPv6 alone is refused before anybody knocks at it', async () => {
    const target = ['--target', 'ws://[fd00:f1de::1]:4000/socket', '--allow-target', 'fd00:f1de::1'];
    const lost = scenario("fault.packetLoss({ percent: 5 }).at('1s').for('1s')", '4s');
    const { code, stderr } = await run(
      'run',
      scenarioFile(lost),
      ...target,
      '--out',
      join(newFolder(), 'run'),
    );
    assert.equal(code, 114, stderr);
    assert.match(stderr, /^kernel-fault-impossible {2}faults packet-loss-1$/m);
    assert.match(stderr, /IPv6 addresses alone \(fd00:f1de::1\)/);
    assert.doesNotMatch(stderr, /target-unreachable/);
  });
});
