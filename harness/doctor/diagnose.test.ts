import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Machine } from '../target/machine.ts';
import type { Lack } from '../target/net-lab-needs.ts';
import { diagnose, type Findings } from './diagnose.ts';

const machine: Machine = {
  platform: 'linux',
  cpuModel: 'AMD EPYC',
  cores: 2,
  memoryBytes: 25e9,
  availableBytes: 23e9,
  descriptorsPerProcess: 20_000,
  ephemeralPorts: 28_232,
  sourceAddresses: 250,
  loopback: null,
  somaxconn: 4_096,
  conntrack: { count: 0, max: 262_144 },
  conntrackFree: null,
  openFilesFree: 2_465_110,
  epollWatches: 5_491_511,
};
const findings: Findings = {
  machine,
  settings: { synBacklog: 2_048, timeWaitBuckets: 131_072 },
  isTracked: false,
  kernelLacks: [],
  tools: [],
  node: 'v26.10.0',
};
const on = (changes: Partial<Machine>, rest: Partial<Findings> = {}): Findings => ({
  ...findings,
  ...rest,
  machine: { ...machine, ...changes },
});

test('100,000 clients fit beside the bundled server, and memory binds first', () => {
  const { withServer, limits } = diagnose(findings, 100_000);
  assert.equal(withServer.fits, true);
  assert.equal(withServer.binds, 'memory');
  assert.deepEqual([withServer.workers, withServer.nodes], [6, 6]);
  assert.ok(withServer.holds > 400_000 && withServer.holds < 600_000, String(withServer.holds));
  assert.equal(limits[0]?.kind, 'memory');
  assert.equal(limits[0]?.lift, null);
});

test('towards another machine the ports bind first, and the command for them is told', () => {
  const { elsewhere, limits } = diagnose(findings, 100_000);
  assert.equal(elsewhere.fits, false);
  assert.deepEqual([elsewhere.binds, elsewhere.holds, elsewhere.nodes], ['ports', 28_232, 0]);
  assert.match(limits.find(({ kind }) => kind === 'ports')?.lift ?? '', /ip_local_port_range/);
});

test('a table that tracks loopback limits, one that does not only stands there', () => {
  const tracked = diagnose(on({}, { isTracked: true }), 300_000);
  assert.equal(tracked.withServer.fits, false);
  assert.equal(tracked.withServer.binds, 'conntrack');
  assert.match(tracked.limits[0]?.lift ?? '', /nf_conntrack_max=1048576$/);
  const untracked = diagnose(findings, 300_000);
  assert.equal(untracked.withServer.fits, true);
  assert.equal(
    untracked.limits.some(({ kind }) => kind === 'conntrack'),
    false,
  );
  assert.match(untracked.checks.find(({ name }) => name === 'connection table')?.found ?? '', /not tracked$/);
});

test('a short listen queue bends figures, and says how to mend it', () => {
  const queue = (changes: Partial<Machine>): string | null | undefined =>
    diagnose(on(changes), 1_000).checks.find(({ name }) => name === 'listen queue')?.lift;
  assert.equal(queue({}), null);
  assert.equal(queue({ somaxconn: 128 }), 'sudo sysctl -w net.core.somaxconn=16384');
  assert.equal(queue({ somaxconn: 128, platform: 'darwin' }), 'sudo sysctl -w kern.ipc.somaxconn=16384');
});

test('macOS runs what fits on its one loopback address and names the alias', () => {
  const mac = on(
    {
      platform: 'darwin',
      loopback: ['127.0.0.1'],
      sourceAddresses: 1,
      ephemeralPorts: 16_384,
      conntrack: null,
      epollWatches: null,
    },
    { isTracked: null, settings: { synBacklog: null, timeWaitBuckets: null } },
  );
  const { withServer, limits, checks } = diagnose(mac, 30_000);
  assert.deepEqual([withServer.binds, withServer.holds], ['ports', 16_384]);
  assert.equal(limits[0]?.lift, 'sudo ifconfig lo0 alias 127.0.0.2');
  assert.match(checks.find(({ name }) => name === 'loopback addresses')?.found ?? '', /alias for each/);
});

test('faults of the kernel can be had or not, and the command for them is told', () => {
  const kernel = (kernelLacks: readonly Lack[]): unknown =>
    diagnose(on({}, { kernelLacks }), 1_000).checks.find(({ name }) => name === 'kernel faults');
  assert.deepEqual(kernel([]), {
    name: 'kernel faults',
    found: 'possible, in a network namespace of the run',
    isFine: true,
    lift: null,
  });
  const user = { got: 'user 1000', wanted: 'root', lift: 'sudo firedrill' };
  const nft = { got: 'no nft', wanted: 'nft installed', lift: 'sudo apt-get install nftables' };
  assert.deepEqual(kernel([user, nft]), {
    name: 'kernel faults',
    found: 'not here: user 1000; no nft',
    isFine: false,
    lift: 'sudo firedrill && sudo apt-get install nftables',
  });
  const elsewhere = { got: 'a system without them (darwin)', wanted: 'Linux', lift: null };
  assert.deepEqual(kernel([elsewhere]), {
    name: 'kernel faults',
    found: 'not here: a system without them (darwin)',
    isFine: false,
    lift: null,
  });
});
