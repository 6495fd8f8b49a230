/** What a network of a run needs of a machine, and how to get what is missing. */
import { readFileSync } from 'node:fs';
import type { Firewall, LabTool } from '../faults/kernel/lab.ts';
import { findProgram } from './net-lab-command.ts';

export type LabFacts = {
  platform: NodeJS.Platform;
  /** Null where users have no numbers. */
  user: number | null;
  /** What this process may do, as the kernel's bits; null where it does not tell. */
  capabilities: bigint | null;
  has(program: string): boolean;
};

/** One thing that is missing; `lift` can be typed, null where nothing helps. */
export type Lack = { got: string; wanted: string; lift: string | null };

export const ALL_TOOLS: readonly LabTool[] = ['firewall', 'ss', 'tc'];

/** CAP_NET_ADMIN and CAP_SYS_ADMIN: root of a container has neither unless it was given them. */
const NEEDED = (1n << 12n) | (1n << 21n);

type Need = { tool: LabTool | 'all'; name: string; isHere(has: LabFacts['has']): boolean; install: string };

const NEEDS: readonly Need[] = [
  { tool: 'all', name: 'ip', isHere: (has) => has('ip'), install: 'iproute2' },
  { tool: 'firewall', name: 'nft', isHere: (has) => firewallOf(has) !== null, install: 'nftables' },
  { tool: 'ss', name: 'ss', isHere: (has) => has('ss'), install: 'iproute2' },
  { tool: 'tc', name: 'tc', isHere: (has) => has('tc'), install: 'iproute2' },
];

export function readLabFacts(): LabFacts {
  return {
    platform: process.platform,
    user: process.getuid?.() ?? null,
    capabilities: parseCapabilities(readStatus()),
    has: (program) => findProgram(program) !== null,
  };
}

/** nft where it is installed, else iptables. */
export function firewallOf(has: LabFacts['has']): Firewall | null {
  if (has('nft')) return 'nft';
  return has('iptables') && has('iptables-restore') ? 'iptables' : null;
}

/** What keeps these tools from being used here; empty when nothing does. */
export function lacksOf(facts: LabFacts, tools: readonly LabTool[]): Lack[] {
  const { platform, user, capabilities, has } = facts;
  if (platform !== 'linux')
    return [{ got: `a system without them (${platform})`, wanted: 'Linux', lift: null }];
  const lacks: Lack[] = [];
  const missing = NEEDS.filter(
    ({ tool, isHere }) => (tool === 'all' || tools.includes(tool)) && !isHere(has),
  );
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name);
    const packages = [...new Set(missing.map(({ install }) => install))].join(' ');
    lacks.push({
      got: `no ${names.join(', no ')}`,
      wanted: `${names.join(', ')} installed`,
      lift: `sudo apt-get install ${packages}`,
    });
  }
  if (user !== 0) {
    lacks.push({
      got: `user ${user ?? 'unknown'}`,
      wanted: 'root',
      lift: 'sudo env "PATH=$PATH" firedrill …',
    });
  } else if (capabilities !== null && (capabilities & NEEDED) !== NEEDED) {
    const wanted = 'CAP_NET_ADMIN and CAP_SYS_ADMIN';
    lacks.push({ got: `root without ${wanted}`, wanted, lift: 'docker run --privileged …' });
  }
  return lacks;
}

/** The effective capabilities in the text of /proc/self/status. */
export function parseCapabilities(text: string): bigint | null {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(text)?.[1];
  return mask === undefined ? null : BigInt(`0x${mask}`);
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
