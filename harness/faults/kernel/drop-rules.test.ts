import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropSteps, type Drop } from './drop-rules.ts';

const loss: Drop = { id: 'packet-loss-1', direction: 'both', percent: 2.5, sources: null };
const RANGES: Drop['sources'] = [
  ['198.18.8.90', '198.18.8.100'],
  ['198.18.8.1', '198.18.8.19'],
];

test('nft has a table for each fault, in one transaction', () => {
  const { on, off, byHand } = dropSteps('nft', loss);
  assert.deepEqual(on.args, ['-f', '-']);
  assert.deepEqual(on.input?.split('\n'), [
    'add table ip packet_loss_1',
    'add chain ip packet_loss_1 forward { type filter hook forward priority 0; policy accept; }',
    'add rule ip packet_loss_1 forward iifname "to-clients" numgen random mod 100000 < 2500 counter drop',
    'add rule ip packet_loss_1 forward iifname "to-target" numgen random mod 100000 < 2500 counter drop',
    '',
  ]);
  assert.deepEqual(off, { command: 'nft', args: ['delete', 'table', 'ip', 'packet_loss_1'] });
  assert.equal(byHand, off);
});

test('iptables has a chain for each fault, and only that one goes', () => {
  const { on, off, byHand } = dropSteps('iptables', loss);
  assert.deepEqual(on.input?.split('\n'), [
    '*filter',
    ':packet_loss_1 - [0:0]',
    '-A packet_loss_1 -i to-clients -m statistic --mode random --probability 0.02500 -j DROP',
    '-A packet_loss_1 -i to-target -m statistic --mode random --probability 0.02500 -j DROP',
    '-A FORWARD -j packet_loss_1',
    'COMMIT',
    '',
  ]);
  assert.deepEqual(off.input?.split('\n'), [
    '*filter',
    '-D FORWARD -j packet_loss_1',
    '-F packet_loss_1',
    '-X packet_loss_1',
    'COMMIT',
    '',
  ]);
  assert.deepEqual(byHand.args, ['-D', 'FORWARD', '-j', 'packet_loss_1']);
});

test('one way names one interface, and a share of the clients where their addresses stand', () => {
  const parted: Drop = { id: 'partition-2', direction: 'in', percent: 100, sources: RANGES };
  assert.deepEqual(dropSteps('nft', parted).on.input?.split('\n').slice(2, -1), [
    'add rule ip partition_2 forward iifname "to-target" ip daddr 198.18.8.90-198.18.8.100 counter drop',
    'add rule ip partition_2 forward iifname "to-target" ip daddr 198.18.8.1-198.18.8.19 counter drop',
  ]);
  assert.deepEqual(
    dropSteps('iptables', { ...parted, direction: 'out' })
      .on.input?.split('\n')
      .slice(2, -3),
    [
      '-A partition_2 -i to-clients -m iprange --src-range 198.18.8.90-198.18.8.100 -j DROP',
      '-A partition_2 -i to-clients -m iprange --src-range 198.18.8.1-198.18.8.19 -j DROP',
    ],
  );
});

test('the smallest share that may be asked for is not rounded to nothing', () => {
  const { on } = dropSteps('nft', { ...loss, percent: 0.1 });
  assert.match(on.input ?? '', / < 100 counter/);
  assert.match(dropSteps('iptables', { ...loss, percent: 0.1 }).on.input ?? '', /--probability 0\.00100 /);
});
