/**
 * Rules that drop packets on the wire. Each fault has a table (nft) or a chain
 * (iptables) of its own, so that several add up and each goes alone.
 */
import { WIRE, type Firewall, type Step } from './lab.ts';

/** Addresses from the first to the last, both included. */
export type AddressRange = readonly [first: string, last: string];

export type Direction = 'both' | 'in' | 'out';

export type Drop = {
  /** Of the fault: `packet-loss-1`. */
  id: string;
  direction: Direction;
  /** Of the packets, by chance; 100 is every one. */
  percent: number;
  /** Clients hit, by the address they connect from; null for all. */
  sources: readonly AddressRange[] | null;
};

/** How a drop goes on, takes the place of the one of its id that is on, goes off, and goes off by hand. */
export type DropSteps = { on: Step; change: Step; off: Step; byHand: Step };

/** Finer than this a share of packets cannot be had of nft. */
const PARTS = 100_000;

export function dropSteps(firewall: Firewall, drop: Drop): DropSteps {
  return firewall === 'nft' ? nftSteps(drop) : iptablesSteps(drop);
}

type Way = { device: string; end: 'saddr' | 'daddr'; range: '--src-range' | '--dst-range' };

/** What a client sends comes from its address, what it gets goes there. */
const WAYS: Readonly<Record<'in' | 'out', Way>> = {
  out: { device: WIRE.toClients, end: 'saddr', range: '--src-range' },
  in: { device: WIRE.toTarget, end: 'daddr', range: '--dst-range' },
};

/** Each pair of a way and a range of addresses is a rule. */
function rulesOf(drop: Drop, write: (way: Way, range: AddressRange | null) => string): string[] {
  const ways = drop.direction === 'both' ? [WAYS.out, WAYS.in] : [WAYS[drop.direction]];
  return ways.flatMap((way) => (drop.sources ?? [null]).map((range) => write(way, range)));
}

function nftSteps(drop: Drop): DropSteps {
  const table = nameOf(drop);
  const chance = drop.percent >= 100 ? '' : ` numgen random mod ${PARTS} < ${partsOf(drop.percent)}`;
  const rules = rulesOf(drop, ({ device, end }, range) => {
    const whom = range === null ? '' : ` ip ${end} ${range[0]}-${range[1]}`;
    return `add rule ip ${table} forward iifname "${device}"${whom}${chance} counter drop`;
  });
  const off = { command: 'nft', args: ['delete', 'table', 'ip', table] };
  const chain = `add chain ip ${table} forward { type filter hook forward priority 0; policy accept; }`;
  // One transaction: all of it is there, or nothing.
  const load = (lines: readonly string[]): Step => ({
    command: 'nft',
    args: ['-f', '-'],
    input: [...lines, ''].join('\n'),
  });
  const on = load([`add table ip ${table}`, chain, ...rules]);
  return { on, change: load([`flush table ip ${table}`, ...rules]), off, byHand: off };
}

function iptablesSteps(drop: Drop): DropSteps {
  const chain = nameOf(drop);
  const chance =
    drop.percent >= 100
      ? ''
      : ` -m statistic --mode random --probability ${(partsOf(drop.percent) / PARTS).toFixed(5)}`;
  const rules = rulesOf(drop, ({ device, range: flag }, range) => {
    const whom = range === null ? '' : ` -m iprange ${flag} ${range[0]}-${range[1]}`;
    return `-A ${chain} -i ${device}${whom}${chance} -j DROP`;
  });
  const restore = (lines: readonly string[]): Step => ({
    command: 'iptables-restore',
    args: ['--noflush', '--wait', '2'],
    input: ['*filter', ...lines, 'COMMIT', ''].join('\n'),
  });
  return {
    on: restore([`:${chain} - [0:0]`, ...rules, `-A FORWARD -j ${chain}`]),
    // Naming a chain that is there empties it, within the same commit.
    change: restore([`:${chain} - [0:0]`, ...rules]),
    off: restore([`-D FORWARD -j ${chain}`, `-F ${chain}`, `-X ${chain}`]),
    byHand: { command: 'iptables', args: ['-D', 'FORWARD', '-j', chain] },
  };
}

/** A name both programs take. */
function nameOf({ id }: Drop): string {
  return id.replaceAll('-', '_');
}

/** Of the smallest share that can be had at least one part: what was asked for is never nothing. */
function partsOf(percent: number): number {
  return Math.max(1, Math.round((percent / 100) * PARTS));
}
