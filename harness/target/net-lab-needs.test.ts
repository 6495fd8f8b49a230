import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_TOOLS, firewallOf, lacksOf, parseCapabilities, type LabFacts } from './net-lab-needs.ts';

const ROOT = 0x1ffffffffffn;
const here = (programs: readonly string[], rest: Partial<LabFacts> = {}): LabFacts => ({
  platform: 'linux',
  user: 0,
  capabilities: ROOT,
  has: (program) => programs.includes(program),
  ...rest,
});
const EVERYTHING = ['ip', 'nft', 'ss', 'tc'];

test('root of a Linux with the programs lacks nothing', () => {
  assert.deepEqual(lacksOf(here(EVERYTHING), ALL_TOOLS), []);
  assert.deepEqual(lacksOf(here(EVERYTHING, { capabilities: null }), ALL_TOOLS), []);
  assert.deepEqual(lacksOf(here(['ip', 'ss', 'tc', 'iptables', 'iptables-restore']), ALL_TOOLS), []);
});

test('nft comes before iptables, which needs both of its programs', () => {
  const firewall = (...programs: string[]): string | null => firewallOf(here(programs).has);
  assert.equal(firewall('iptables', 'iptables-restore', 'nft'), 'nft');
  assert.equal(firewall('iptables', 'iptables-restore'), 'iptables');
  assert.equal(firewall('iptables'), null);
});

test('each fault asks for its own program only', () => {
  const found = lacksOf(here(['ip', 'ss', 'tc']), ALL_TOOLS);
  assert.deepEqual(found, [
    { got: 'no nft', wanted: 'nft installed', lift: 'sudo apt-get install nftables' },
  ]);
  assert.deepEqual(lacksOf(here(['ip', 'ss', 'tc']), ['ss', 'tc']), []);
});

test('all that is missing is one command', () => {
  assert.deepEqual(
    lacksOf(here([]), ALL_TOOLS).map(({ got, lift }) => [got, lift]),
    [['no ip, no nft, no ss, no tc', 'sudo apt-get install iproute2 nftables']],
  );
});

test('somebody else than root is told so, root of a container too', () => {
  assert.deepEqual(
    lacksOf(here(EVERYTHING, { user: 1_000, capabilities: 0n }), ['tc']).map(({ got, wanted }) => [
      got,
      wanted,
    ]),
    [['user 1000', 'root']],
  );
  const contained = lacksOf(here(EVERYTHING, { capabilities: 0xa80425fbn }), ['tc']);
  assert.deepEqual(
    contained.map(({ got }) => got),
    ['root without CAP_NET_ADMIN and CAP_SYS_ADMIN'],
  );
});

test('another system has none of it', () => {
  assert.deepEqual(lacksOf(here([], { platform: 'darwin', user: 501, capabilities: null }), ALL_TOOLS), [
    { got: 'a system without them (darwin)', wanted: 'Linux', lift: null },
  ]);
});

test('reads what this process may do', () => {
  assert.equal(parseCapabilities('Name:\tnode\nCapEff:\t000001ffffffffff\nCapBnd:\t0\n'), ROOT);
  assert.equal(parseCapabilities('Name:\tnode\n'), null);
});
